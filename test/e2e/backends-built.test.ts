/** Backends that `test/perf/peers.ts` builds when it is asked to: both versions of remote write, native histograms, tenants. */
import { describe, test } from "vitest";
import { decimal, expectEverything, expectRejection, unsigned } from "./backend-check.ts";
import { builtProgram, startPrometheusBackend, startVictoriaMetrics } from "./backend-servers.ts";
import { startCortex, startMimir, startThanos } from "./backend-tenants.ts";

const timeout = 180_000;
const V2 = { message: "io.prometheus.write.v2.Request" } as const;
const versions = [
  ["1.0", { native: true }],
  ["2.0", { native: true, ...V2 }],
] as const;
const prometheus = builtProgram("prometheus");
const victoriaMetrics = builtProgram("victoriametrics");
const cortex = builtProgram("cortex");
const thanos = builtProgram("thanos");
const mimir = builtProgram("mimir");

describe.skipIf(prometheus.path === undefined)(prometheus.title, () => {
  const start = () => startPrometheusBackend(prometheus.path!);
  test.each(versions)("stores everything, %s", { timeout }, async (_version, how) =>
    expectEverything(await start(), how),
  );
  test("says what it refuses", { timeout }, async () =>
    expectRejection(
      await start(),
      { seconds: 600, words: /400 Bad Request: out of order sample/, storesRest: true },
      V2,
    ),
  );
});

describe.skipIf(victoriaMetrics.path === undefined)(victoriaMetrics.title, () => {
  const start = () => startVictoriaMetrics(victoriaMetrics.path!);
  const ranges = { ...decimal, native: "vmrange" } as const;
  test("stores everything, 1.0", { timeout }, async () => expectEverything(await start(), ranges));
  test("stores everything, 1.0 in place of 2.0", { timeout }, async () =>
    expectEverything(await start(), { ...ranges, ...V2, isOld: true }),
  );
});

describe.skipIf(cortex.path === undefined)(cortex.title, () => {
  const start = () => startCortex(cortex.path!);
  test.each(versions)("stores everything, %s", { timeout }, async (_version, how) =>
    expectEverything(await start(), { ...how, ...unsigned }),
  );
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 600, words: /out of order sample/, storesRest: true }),
  );
});

describe.skipIf(thanos.path === undefined)(thanos.title, () => {
  const start = () => startThanos(thanos.path!);
  test("stores everything, 1.0", { timeout }, async () => expectEverything(await start(), { native: true }));
  test("stores everything, 1.0 in place of 2.0", { timeout }, async () =>
    expectEverything(await start(), { native: true, ...V2, isOld: true }),
  );
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 600, words: /409 Conflict: .*out of order sample/, storesRest: true }),
  );
});

describe.skipIf(mimir.path === undefined)(mimir.title, () => {
  const start = () => startMimir(mimir.path!);
  test.each(versions)("stores everything, %s", { timeout }, async (_version, how) =>
    expectEverything(await start(), { ...how, ...unsigned }),
  );
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 600, words: /err-mimir-sample-out-of-order/, storesRest: true }),
  );
});

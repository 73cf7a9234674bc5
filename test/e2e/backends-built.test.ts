/** Backends that `test/perf/peers.ts` builds when it is asked to: both versions of remote write, native histograms, tenants. */
import { describe, test } from "vitest";
import { expectEverything, expectRejection } from "./backend-check.ts";
import { builtProgram, startPrometheusBackend, startVictoriaMetrics } from "./backend-servers.ts";
import { startCortex, startMimir, startThanos } from "./backend-tenants.ts";

const timeout = 180_000;
/** It keeps decimals: fifteen digits, and nothing tiny beside its markers. */
const decimal = (value: number) => (Math.abs(value) < 1e-100 ? 0 : Number(value.toPrecision(15)));
/** Between its parts both leave out a value that equals 0, and so the sign of -0. */
const tells = (value: number) => (value === 0 ? 0 : value);
const V2 = { message: "io.prometheus.write.v2.Request", native: true } as const;
const prometheus = builtProgram("prometheus");
const victoriaMetrics = builtProgram("victoriametrics");
const cortex = builtProgram("cortex");
const thanos = builtProgram("thanos");
const mimir = builtProgram("mimir");

describe.skipIf(prometheus.path === undefined)(prometheus.title, () => {
  const start = () => startPrometheusBackend(prometheus.path!);
  test("stores everything, 1.0", { timeout }, async () => expectEverything(await start(), { native: true }));
  test("stores everything, 2.0", { timeout }, async () => expectEverything(await start(), V2));
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 600, words: /400 Bad Request: out of order sample/ }, V2),
  );
});

describe.skipIf(victoriaMetrics.path === undefined)(victoriaMetrics.title, () => {
  test("stores everything", { timeout }, async () =>
    expectEverything(await startVictoriaMetrics(victoriaMetrics.path!), { loses: Number.isNaN, tells: decimal }),
  );
});

describe.skipIf(cortex.path === undefined)(cortex.title, () => {
  const start = () => startCortex(cortex.path!);
  test("stores everything, 1.0", { timeout }, async () => expectEverything(await start(), { native: true, tells }));
  test("stores everything, 2.0", { timeout }, async () => expectEverything(await start(), { ...V2, tells }));
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 600, words: /out of order sample/ }),
  );
});

describe.skipIf(thanos.path === undefined)(thanos.title, () => {
  const start = () => startThanos(thanos.path!);
  test("stores everything, 1.0", { timeout }, async () => expectEverything(await start(), { native: true }));
  test("stores everything, 2.0", { timeout }, async () => expectEverything(await start(), V2));
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 600, words: /409 Conflict/ }),
  );
});

describe.skipIf(mimir.path === undefined)(mimir.title, () => {
  const start = () => startMimir(mimir.path!);
  test("stores everything, 1.0", { timeout }, async () => expectEverything(await start(), { native: true, tells }));
  test("stores everything, 2.0", { timeout }, async () => expectEverything(await start(), { ...V2, tells }));
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 600, words: /err-mimir-sample-out-of-order/ }),
  );
});

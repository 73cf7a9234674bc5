/**
 * Backends that Debian has: every type of metric is stored as it was exposed, over a restart, by 1.0 also when 2.0 was asked for,
 * and what is refused is told.
 */
import { describe, expect, test } from "vitest";
import { decimal, expectEverything, expectRejection, finite } from "./backend-check.ts";
import { debianProgram, startInfluxDb, startPrometheusBackend, startVictoriaMetrics } from "./backend-servers.ts";

const timeout = 120_000;
const versions = [
  ["1.0", {}],
  ["1.0 in place of 2.0", { message: "io.prometheus.write.v2.Request", isOld: true }],
] as const;
const prometheus = debianProgram("prometheus");
const victoriaMetrics = debianProgram("victoria-metrics");
const influxDb = debianProgram("influxd");

test("are installed", () => {
  const missing = [prometheus, victoriaMetrics, influxDb].filter(({ path }) => path === undefined);
  expect(missing.map(({ title }) => title)).toEqual([]);
});

describe.skipIf(prometheus.path === undefined)(prometheus.title, () => {
  const start = () => startPrometheusBackend(prometheus.path!);
  test.each(versions)("stores everything, %s", { timeout }, async (_version, how) =>
    expectEverything(await start(), how),
  );
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 600, words: /400 Bad Request: out of order sample/, storesRest: false }),
  );
});

describe.skipIf(victoriaMetrics.path === undefined)(victoriaMetrics.title, () => {
  test.each(versions)("stores everything, %s", { timeout }, async (_version, how) =>
    expectEverything(await startVictoriaMetrics(victoriaMetrics.path!), { ...how, ...decimal }),
  );
});

describe.skipIf(influxDb.path === undefined)(influxDb.title, () => {
  const start = () => startInfluxDb(influxDb.path!);
  test.each(versions)("stores everything, %s", { timeout }, async (_version, how) =>
    expectEverything(await start(), { ...how, ...finite }),
  );
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), {
      seconds: 7200,
      words: /points beyond retention policy dropped/,
      storesRest: true,
    }),
  );
});

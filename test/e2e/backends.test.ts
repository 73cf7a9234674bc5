/** Backends that Debian has: every type of metric is stored as it was exposed, over a restart, and what is refused is told. */
import { describe, test } from "vitest";
import { expectEverything, expectRejection } from "./backend-check.ts";
import { debianProgram, startInfluxDb, startPrometheusBackend, startVictoriaMetrics } from "./backend-servers.ts";

const unsigned = (value: number) => (value === 0 ? 0 : value);
const decimal = (value: number) => (Math.abs(value) < 1e-100 ? 0 : Number(value.toPrecision(15)));
const finite = '{source_labels: [__name__, i], regex: "gen_special;[12]", action: drop}';
const timeout = 120_000;
const prometheus = debianProgram("prometheus");
const victoriaMetrics = debianProgram("victoria-metrics");
const influxDb = debianProgram("influxd");

describe.skipIf(prometheus.path === undefined)(prometheus.title, () => {
  const start = () => startPrometheusBackend(prometheus.path!);
  test("stores everything", { timeout }, async () => expectEverything(await start()));
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 600, words: /400 Bad Request: out of order sample/ }),
  );
});

describe.skipIf(victoriaMetrics.path === undefined)(victoriaMetrics.title, () => {
  // It has no place for what is no number, and keeps decimals: fifteen digits, and nothing tiny beside its markers.
  test("stores everything", { timeout }, async () =>
    expectEverything(await startVictoriaMetrics(victoriaMetrics.path!), { loses: Number.isNaN, tells: decimal }),
  );
});

describe.skipIf(influxDb.path === undefined)(influxDb.title, () => {
  const start = () => startInfluxDb(influxDb.path!);
  // It leaves out what is no number without a word, and refuses a whole request for one infinite value.
  test("stores everything", { timeout }, async () =>
    expectEverything(await start(), { loses: (value) => !Number.isFinite(value), tells: unsigned, relabel: finite }),
  );
  test("says what it refuses", { timeout }, async () =>
    expectRejection(await start(), { seconds: 7200, words: /points beyond retention policy dropped/ }),
  );
});

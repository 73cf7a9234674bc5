import { type BatchOf, batchOf, type MetricsPart, select } from "@sluice/data";
import { metricsBatch, type PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import type { Config } from "./config.ts";
import { at, setUp, ZERO } from "./series.testing.ts";

const COLLECTOR = 100;
const requests = (value: number) => ({ name: "a", kind: "sum", value }) as const;
const started = (second: number, name = "process_start_time_seconds"): PointSpec => ({
  name,
  value: ZERO / 1000 + second,
});

/** Feeds batches through the strategy and compares what comes out, a line a batch. */
async function check(
  batches: readonly BatchOf<"metrics">[],
  expected: readonly string[],
  pattern: Config["start_time_metric_regex"] = "",
): Promise<void> {
  const host = { startedAt: ZERO + COLLECTOR * 1000 };
  const config = { strategy: "start_time_metric", start_time_metric_regex: pattern } as const;
  const { consume, lines } = setUp(config, { host });
  for (const batch of batches) await consume(batch);
  const cumulative = lines().map((line) => line.replace(/\S*(time|start)\S* \S+ ?/g, "").trim());
  expect(cumulative).toEqual(expected);
}

test("the metric says when it started, wherever it stands", async () => {
  await check(
    [at(200, requests(5), started(50.5)), at(201, started(50.5), requests(6))],
    ["a 5@200<50.5", "a 6@201<50.5"],
  );
});

test("without it, the collector's own start", async () => {
  await check([at(200, requests(5)), at(201, requests(6), started(50))], ["a 5@200<100", "a 6@201<100"]);
});

test("points older than the collector have no start without it", async () => {
  await check([at(50, requests(5))], ["a 5@50"]);
});

test("a value that cannot be a start is as good as none", async () => {
  const bad: PointSpec[] = [Number.NaN, 0, -1, Number.POSITIVE_INFINITY].map((value) => ({ ...started(0), value }));
  bad.push({ ...started(50), stale: true }, started(300));
  await check(
    bad.map((metric, i) => at(200 + i, requests(i), metric)),
    bad.map((_, i) => `a ${i}@${200 + i}<100`),
  );
});

test("a row that is not meant says nothing", async () => {
  const batch = at(200, requests(5), started(50));
  const [part] = batch.parts as [MetricsPart];
  await check([batchOf("metrics", [select(part, Int32Array.of(0))])], ["a 5@200<100"]);
});

test("a fall without a newer start: a millisecond before", async () => {
  await check(
    [at(200, requests(5), started(50)), at(201, requests(3), started(50))],
    ["a 5@200<50", "a 3@201<200.999"],
  );
});

test("a process that started after the last point began anew, also when nothing fell", async () => {
  await check(
    [at(200, requests(5), started(50)), at(210, requests(9), started(205)), at(211, requests(2), started(205))],
    ["a 5@200<50", "a 9@210<205", "a 2@211<210.999"],
  );
});

test("a start that wavers is no new one", async () => {
  await check(
    [at(200, requests(5), started(50)), at(201, requests(6), started(51)), at(202, requests(7), started(49))],
    ["a 5@200<50", "a 6@201<50", "a 7@202<50"],
  );
});

test("the pattern is found anywhere in the name, and the first that matches counts", async () => {
  const batches = [
    at(200, requests(5), started(10, "other_time"), started(50, "my_start_time_s"), started(60, "start_time")),
  ];
  await check(batches, ["a 5@200<50"], "start_t.me");
  await check(batches, ["a 5@200<60"], "^start_time$");
  await check(batches, ["a 5@200<100"], "^art");
  await check([at(200, requests(5), { ...started(50, "start"), kind: "sum" })], ["a 5@200<50"], "start");
});

test("each resource has its own, whichever part of it says so", async () => {
  const of = (resource: string, ...points: PointSpec[]) =>
    metricsBatch(points, { timeMs: ZERO + 200_000, resource: { resource, n: 1n, bytes: new Uint8Array(1) } }).parts;
  await check(
    [
      batchOf("metrics", [
        ...of("one", requests(1)),
        ...of("two", requests(2)),
        ...of("three", requests(3)),
        ...of("two", started(52)),
        ...of("one", started(51)),
      ]),
    ],
    ["a 1@200<51 a 2@200<52 a 3@200<100"],
  );
});

/** Scraped series through the processor metric_start_time to an exporter, in simulated time. */
import { defineExporter, t } from "@sluice/component";
import { createCollector } from "@sluice/core";
import { type BatchOf, msAt, rowCount } from "@sluice/data";
import startTime from "@sluice/processor-metric-start-time";
import prometheus from "@sluice/receiver-prometheus";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";

const build = { command: "sluice", description: "Sluice under test", version: "0.0.0" };

const yaml = (strategy: string) => `
receivers:
  prometheus:
    config:
      scrape_configs:
        - {job_name: shop, scrape_interval: 10s, scrape_timeout: 5s, static_configs: [{targets: ["shop:80"]}]}
processors:
  metricstarttime: {strategy: ${strategy}}
exporters:
  points: {}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    metrics: {receivers: [prometheus], processors: [metricstarttime], exporters: [points]}
`;
const page = (requests: number) => `# TYPE requests_total counter
requests_total ${requests}
# TYPE seconds histogram
seconds_bucket{le="1"} ${requests}
seconds_bucket{le="+Inf"} ${requests}
seconds_sum 0
seconds_count ${requests}
# TYPE temperature gauge
temperature ${requests}
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1700000000
`;

/** Scrapes one page after another, and gives what the exporter got of each family: `count start`, the start in seconds before or after the first scrape. */
async function run(strategy: string, counts: readonly number[]): Promise<Record<string, string[]>> {
  const simulation = createSimulation();
  const batches: BatchOf<"metrics">[] = [];
  const points = defineExporter({
    type: "points",
    signals: ["metrics"],
    stability: "development",
    config: t.object("Keeps what it is given.", {}),
    create: () => ({ consume: async (batch) => void batches.push(batch) }),
  });
  let scrapes = 0;
  const options = { address: { host: "shop", port: 80 }, maxBodyBytes: 0 };
  const listener = await simulation.network.serveHttp(options, () => ({
    status: 200,
    headers: { "content-type": "text/plain; version=0.0.4" },
    body: page(counts[scrapes++]!),
  }));
  const definitions = [prometheus, startTime, points];
  const collector = createCollector({ build, definitions, env: simulation.env, uris: [`yaml:${yaml(strategy)}`] });
  /** Reading a configuration takes a moment of real time. */
  const through = async (work: Promise<void>): Promise<void> => {
    let isDone = false;
    const done = (): void => {
      isDone = true;
    };
    work.then(done, done);
    while (!isDone) {
      await new Promise(setImmediate);
      await simulation.advance(1);
    }
    await work;
  };
  await through(collector.start());
  await simulation.advance(10_000 * counts.length);
  await through(collector.stop());
  await listener.close();
  return seen(batches);
}

function seen(batches: readonly BatchOf<"metrics">[]): Record<string, string[]> {
  const result: Record<string, string[]> = { requests_total: [], seconds: [], temperature: [] };
  let first: number | undefined;
  for (const part of batches.flatMap(({ parts }) => parts)) {
    if (part.form === "wire" || part.states === "stale") continue;
    const { layout, rows, slots, time, start } = part;
    for (let i = 0; i < rowCount(part); i++) {
      const row = rows === undefined ? i : rows[i]!;
      const list = result[layout.catalog.metric(layout.ids[row]!).name];
      first ??= msAt(time, row);
      const ms = start === undefined ? 0 : msAt(start, row);
      list?.push(`${slots[layout.at[row]!]}${ms === 0 ? "" : ` ${(ms - first) / 1000}`}`);
    }
  }
  return result;
}

test("true_reset_point", async () => {
  const { requests_total, seconds, temperature } = await run("true_reset_point", [5, 7, 3, 4]);
  expect(requests_total).toEqual(["5 0", "7 0", "3 19.999", "4 19.999"]);
  expect(seconds).toEqual(requests_total);
  expect(temperature).toEqual(["5", "7", "3", "4"]);
});

test("subtract_initial_point", async () => {
  const { requests_total, seconds, temperature } = await run("subtract_initial_point", [5, 7, 3, 4]);
  expect(requests_total).toEqual(["2 0", "3 19.999", "4 19.999"]);
  expect(seconds).toEqual(requests_total);
  expect(temperature).toEqual(["5", "7", "3", "4"]);
});

test("start_time_metric", async () => {
  const { requests_total, seconds } = await run("start_time_metric", [5, 7, 3]);
  expect(requests_total?.map((point) => Math.sign(Number(point.split(" ")[1])))).toEqual([-1, -1, 1]);
  expect(seconds).toEqual(requests_total);
});

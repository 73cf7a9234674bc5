/** The two exporters that send nothing: one shows what comes, the other forgets it. */
import { join } from "node:path";
import { waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { startCollector } from "./collector.ts";
import { startTargets } from "./targets.ts";

/** Every type; with its own times, which are shown as they are. */
const page = `# HELP jobs Jobs done.
# TYPE jobs counter
jobs_total{kind="a \\"b\\""} 5 1700000000.123
jobs_created{kind="a \\"b\\""} 1690000000.5
# TYPE load_ratio gauge
# UNIT load_ratio ratio
load_ratio -0.25 1700000000
# TYPE wait histogram
wait_bucket{le="0.5"} 2
wait_bucket{le="+Inf"} 3 # {trace_id="0102030405060708090a0b0c0d0e0f10"} 0.7 1700000000
wait_sum 1.5
wait_count 3
# TYPE size summary
size{quantile="0.5"} 10
size_sum 30
size_count 3
# TYPE build info
build_info{version="1"} 1
# EOF
`;

const receivers = (address: string) => `  nop:
  prometheus:
    config:
      scrape_configs: [{job_name: shop, scrape_interval: 200ms, static_configs: [{targets: ["${address}"]}]}]`;

test("debug shows a scrape in upstream's words", { timeout: 30_000 }, async () => {
  const targets = await startTargets();
  targets.set("metrics", { body: page, type: "application/openmetrics-text; version=1.0.0" });
  const collector = await startCollector({
    receivers: receivers(targets.address),
    exporters: "  debug: {verbosity: detailed, use_internal_logger: false}\n  debug/normal: {verbosity: normal}",
    pipelines: "    metrics: {receivers: [prometheus], exporters: [debug, debug/normal]}",
  });
  const shown = () => collector.process.stdout.split(/^(?=Metrics\t)/m);
  await waitFor(() => shown().length >= 3, { what: "a second batch" });
  expect(await collector.stop()).toBe(0);
  const first = shown()[0]!;
  const [, port = ""] = targets.address.split(":");
  const text = first
    .replaceAll(targets.address, "127.0.0.1:<port>")
    .replaceAll(port, "<port>")
    .replaceAll(/(Timestamp|StartTimestamp): 20(?!23)\S+ \S+ \+0000 UTC/g, "$1: <now>")
    .replace(/(?<=scrape_duration_seconds[\s\S]*?Value: )[\d.]+/, "<seconds>");
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "testdata", "debug.golden.txt"));
  // The other one writes to the log.
  expect(collector.logs().filter(({ msg }) => msg === "Metrics")[0]).toMatchObject({ "data points": 11 });
});

test("nop takes everything and does nothing", { timeout: 30_000 }, async () => {
  const targets = await startTargets();
  targets.set("metrics", { body: page, type: "application/openmetrics-text; version=1.0.0" });
  const collector = await startCollector({
    receivers: receivers(targets.address),
    exporters: "  nop:",
    pipelines:
      "    metrics: {receivers: [prometheus, nop], exporters: [nop]}\n    traces: {receivers: [nop], exporters: [nop]}\n    logs: {receivers: [nop], exporters: [nop]}",
  });
  await waitFor(() => targets.count("metrics") > 2, { what: "some scrapes" });
  const metrics = await collector.metrics();
  expect(metrics).toMatch(/^otelcol_receiver_accepted_metric_points\{[^}]*receiver="prometheus"[^}]*\} [1-9]/m);
  expect(metrics).toMatch(/^otelcol_receiver_refused_metric_points\{[^}]*receiver="prometheus"[^}]*\} 0$/m);
  expect(await collector.stop()).toBe(0);
  expect(collector.process.stdout).toBe("");
});

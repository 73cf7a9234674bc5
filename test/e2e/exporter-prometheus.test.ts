/**
 * The page of the exporter `prometheus` against what it was made of: one Prometheus scrapes the targets directly, Sluice scrapes the
 * same ones and shows them on pages of its own, and two more scrape those, in text and in OpenMetrics. After each phase all series
 * are compared, both ways.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { startCollector } from "./collector.ts";
import { generatedPage } from "./generator.ts";
import { keyOf, labelsOf, type Prometheus, type Snapshot, startPrometheus } from "./prometheus.ts";
import { openMetrics, startTargets, type Targets } from "./targets.ts";

const jobs = ["text237", "om5", "histogram", "gen_text", "gen_om"];
/** Argued: they depend on when the scrape happened, not on what was scraped. */
const timingOnly = new Set(["scrape_duration_seconds", "scrape_series_added"]);

const testdata = (name: string) => readFile(join(import.meta.dirname, "testdata", name), "utf8");

function setPhase(targets: Targets, n: number): void {
  const { text, openMetrics: om } = generatedPage(n);
  targets.set("gen_text", { body: text });
  // Argued: of two types of one metric a page shows the first, so only one target changes its mind.
  targets.set("gen_om", { body: om.replaceAll("gen_changing", "gen_steady"), type: openMetrics });
}

/** The series of the jobs, numbers in `le` and `quantile` spelled alike. */
async function seriesOf(server: Prometheus, now: number): Promise<Snapshot> {
  const all = await server.instant(`{job=~"${jobs.join("|")}"}`, now);
  const result: Snapshot = new Map();
  for (const [key, value] of all) {
    const labels = labelsOf(key);
    for (const name of ["le", "quantile"]) {
      if (labels[name] !== undefined && labels[name] !== "+Inf") labels[name] = String(Number(labels[name]));
    }
    // Argued: the page says more of each target than the target's own page does.
    if (labels.__name__ === "target_info") continue;
    result.set(keyOf(labels), timingOnly.has(labels.__name__ ?? "") ? "any" : value);
  }
  return result;
}

/** Argued: a strict reader of OpenMetrics refuses sums and quantiles below 0, so such a page has none; the text has all. */
function allowed(series: Snapshot): Snapshot {
  const isLeftOut = (key: string, value: string) => {
    const { __name__: name = "", quantile } = labelsOf(key);
    return Number(value) < 0 && (quantile !== undefined || name.endsWith("_sum"));
  };
  return new Map([...series].filter(([key, value]) => !isLeftOut(key, value)));
}

function difference(direct: Snapshot, ours: Snapshot): string[] {
  const lines: string[] = [];
  for (const [key, value] of direct)
    if (ours.get(key) !== value) lines.push(`direct ${value}, ours ${ours.get(key)}: ${key}`);
  for (const [key, value] of ours) if (!direct.has(key)) lines.push(`only ours ${value}: ${key}`);
  return lines.sort();
}

test("the page has the series and values of the pages that it was made of", { timeout: 120_000 }, async () => {
  const targets = await startTargets();
  targets.set("text237", { body: await testdata("alltypes.237mfs.prom.txt") });
  targets.set("om5", { body: await testdata("alltypes.5mfs.om.txt"), type: openMetrics });
  targets.set("histogram", { body: await testdata("1histogram.om.txt"), type: openMetrics });
  setPhase(targets, 4);
  const scrape = (job: string, path: string, address: string, more = "") =>
    `{job_name: ${job}, metrics_path: /${path}, static_configs: [{targets: ["${address}"]}]${more}}`;
  const direct = jobs.map((job) => scrape(job, job, targets.address));
  const ports = [await freePort(), await freePort()];
  const config = (scrapes: readonly string[]) =>
    `global: {scrape_interval: 1s}\nscrape_configs:\n${scrapes.map((each) => `  - ${each}\n`).join("")}`;
  const shown = ports.map((port) => config([scrape("page", "metrics", `127.0.0.1:${port}`, ", honor_labels: true")]));
  const [original, ...pages] = (await Promise.all([config(direct), ...shown].map((each) => startPrometheus(each)))) as [
    Prometheus,
    ...Prometheus[],
  ];
  const collector = await startCollector({
    receivers: `  prometheus:\n    config:\n      global: {scrape_interval: 1s}\n      scrape_configs: [${direct.join(", ")}]`,
    exporters: `  prometheus: {endpoint: "127.0.0.1:${ports[0]}", add_metric_suffixes: false, without_scope_info: true}
  prometheus/om: {endpoint: "127.0.0.1:${ports[1]}", add_metric_suffixes: false, without_scope_info: true, enable_open_metrics: true}`,
    pipelines: "    metrics: {receivers: [prometheus], exporters: [prometheus, prometheus/om]}",
  });
  for (let n = 4; n <= 7; n++) {
    setPhase(targets, n);
    await waitFor(
      async () => {
        const now = Date.now() / 1000;
        const expected = await seriesOf(original, now);
        const counters = [...expected].filter(([key]) => labelsOf(key).__name__ === "gen_requests_total");
        if (!counters.some(([, value]) => value === String(n * 3))) throw new Error(`phase ${n} is not seen`);
        for (const [at, page] of pages.entries()) {
          const lines = difference(at === 0 ? expected : allowed(expected), await seriesOf(page, now));
          if (lines.length > 0)
            throw new Error(`page ${at}: ${lines.length} differences:\n${lines.slice(0, 30).join("\n")}`);
        }
        return true;
      },
      { what: `equal series in phase ${n}`, timeoutMs: 20_000 },
    );
  }
  for (const account of await collector.accounts()) {
    expect(account).toMatchObject({ queued: 0, rejected: 0 });
    expect(account.delivered).toBeGreaterThan(1000);
  }
  expect(await collector.stop()).toBe(0);
});

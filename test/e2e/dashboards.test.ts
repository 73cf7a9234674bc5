/**
 * Every query of every panel and every rule, run against a real Prometheus: one that a collector writes its own metrics to, and that
 * scrapes the collector's pages too, so that each metric is there under all names that it may have. The collector has all the
 * troubles that there are to show.
 */
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { freePort, listen, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { alertGroups, memoryLimit } from "../../scripts/dashboards/alerts.ts";
import { describeWith } from "./backend-check.ts";
import { debianProgram } from "./backend-servers.ts";
import { prepareCollector, runCollector } from "./collector.ts";
import { labelsOf, type Prometheus, startPrometheus } from "./prometheus.ts";
import { startTargets } from "./targets.ts";

const folder = join(import.meta.dirname, "../../dashboards");
/** How the collector's own metrics arrive, by the job they have then. */
const ways = ["written", "scraped", "suffixed"];

interface Dashboard {
  readonly templating: {
    readonly list: readonly { readonly type: string; readonly name: string; readonly query: string }[];
  };
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}
const dashboard = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Dashboard;
const [collectors, targets] = [dashboard("collector.json"), dashboard("targets.json")];

/** A query with what Grafana would put into it. */
function filled(expr: string, job: string): string {
  const values: Readonly<Record<string, string>> = { job, instance: ".*", exporter: ".*" };
  return expr
    .replaceAll("$__rate_interval", "10s")
    .replaceAll("$__range", "5m")
    .replaceAll(/\$(\w+)/g, (whole, name: string) => values[name] ?? whole);
}

function queriesOf({ panels }: Dashboard, job: string): readonly Asked[] {
  return panels.flatMap(({ title, targets: asked = [] }) =>
    asked.map(({ expr }) => ({ what: `${title} of ${job}`, query: filled(expr, job), jobs: [] })),
  );
}
interface Asked {
  readonly what: string;
  readonly query: string;
  /** Each of them must be among the results. */
  readonly jobs: readonly string[];
}

/** Whether it gives a number, for each of the jobs. */
async function isAnswered(prometheus: Prometheus, { query, jobs }: Asked): Promise<boolean> {
  const found = [...(await prometheus.instant(query))].filter(([, value]) => value !== "NaN");
  const shown = new Set(found.map(([key]) => labelsOf(key).job));
  return found.length > 0 && jobs.every((job) => shown.has(job));
}

/** A backend that refuses everything for good. */
async function startRefusing(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(400).end("out of bounds"));
  });
  return `http://127.0.0.1:${await listen(server)}/write`;
}

const job = (name: string, address: string, more = "") =>
  `{job_name: ${name}, ${more}static_configs: [{targets: ["${address}"]}]}`;
const scraper = (name: string, ...jobs: readonly string[]) =>
  `  ${name}: {config: {global: {scrape_interval: 500ms, extra_scrape_metrics: true}, scrape_configs: [${jobs.join(", ")}]}}`;

async function startWorld() {
  const [ownPort, suffixedPort, intake] = [await freePort(), await freePort(), await freePort()];
  const [nobody, own] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${ownPort}`];
  const prometheus = await startPrometheus(`global: {scrape_interval: 500ms, evaluation_interval: 1s}
rule_files: ["${join(folder, "alerts.yaml")}"]
scrape_configs: [${job("scraped", own)}, ${job("suffixed", `127.0.0.1:${suffixedPort}`)}]
`);
  const pages = await startTargets();
  pages.set("metrics", { body: "# TYPE shop_orders counter\nshop_orders 12\n" });
  const leaving = job("leaving", pages.address);
  const { file } = await prepareCollector({
    receivers: [
      scraper(
        "prometheus",
        job("written", own),
        job("shop", pages.address, "sample_limit: 9, "),
        job("down", nobody),
        leaving,
      ),
      scraper("prometheus/trouble", job("shop", pages.address)),
      scraper("prometheus/waiting", job("shop", pages.address)),
      `  prometheus_remote_write: {endpoint: "127.0.0.1:${intake}"}`,
    ].join("\n"),
    exporters: Object.entries({
      prometheus_remote_write: `endpoint: "${prometheus.url}/api/v1/write"`,
      "prometheus_remote_write/loop": `endpoint: "http://127.0.0.1:${intake}/api/v1/write"`,
      "prometheus_remote_write/refused": `endpoint: "${await startRefusing()}"`,
      "prometheus_remote_write/late": `endpoint: "http://${nobody}", retry_on_failure: {initial_interval: 50ms, max_interval: 50ms, max_elapsed_time: 100ms}`,
      "prometheus_remote_write/growing": `endpoint: "http://${nobody}"`,
      "prometheus_remote_write/full": `endpoint: "http://${nobody}", sending_queue: {queue_size: 1}`,
      "prometheus_remote_write/waiting": `endpoint: "http://${nobody}", sending_queue: {queue_size: 1, block_on_overflow: true}`,
    })
      .map(([id, body]) => `  ${id}: {flush_timeout: 0s, ${body}}`)
      .join("\n"),
    pipelines: `    metrics: {receivers: [prometheus, prometheus_remote_write], exporters: [prometheus_remote_write]}
    metrics/trouble: {receivers: [prometheus/trouble], exporters: [${["loop", "refused", "late", "growing", "full"].map((name) => `prometheus_remote_write/${name}`).join(", ")}]}
    metrics/waiting: {receivers: [prometheus/waiting], exporters: [prometheus_remote_write/waiting]}`,
  });
  const suffixed = `{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${suffixedPort}, without_units: false, without_type_suffix: false}}}}`;
  const text = (await readFile(file, "utf8")).replace("readers: [", `readers: [${suffixed}, `);
  await writeFile(file, text);
  const collector = await runCollector({ file, port: ownPort });
  return { prometheus, collector, file, text, leaving };
}

const program = debianProgram("prometheus");
describeWith(program, () => {
  test("every panel and every rule shows something", { timeout: 120_000, retry: 1 }, async () => {
    const { prometheus, collector, file, text, leaving } = await startWorld();
    await waitFor(async () => (await prometheus.instant('up{job="leaving"}')).size > 0, { what: "the first samples" });
    for (const [next, outcome] of [
      [text.replace(`, ${leaving}`, ""), "reloaded the configuration"],
      ["receivers: 7", "cannot reload the configuration"],
    ] as const) {
      await writeFile(file, next);
      collector.process.signal("SIGHUP");
      await waitFor(async () => collector.logs().some(({ msg }) => msg.startsWith(outcome)), { what: outcome });
    }

    const alerts = Object.values(alertGroups).flat();
    const ofAll = ["SluiceTargetsDown", "SluiceMemoryNearLimit"];
    const asked: readonly Asked[] = [
      ...ways.flatMap((way) => queriesOf(collectors, way)),
      ...queriesOf(targets, ".*"),
      ...[memoryLimit.record, memoryLimit.expr].map((query) => ({ what: query, query, jobs: ways })),
      // The delay of the event loop has no value in a moment without a sample of it.
      ...alerts
        .filter(({ name }) => name !== "SluiceEventLoopLate")
        .map(({ name, value }) => ({ what: name, query: value, jobs: ofAll.includes(name) ? [] : ways })),
    ];
    const missing = new Set(asked);
    await waitFor(
      async () => {
        for (const one of missing) if (await isAnswered(prometheus, one)) missing.delete(one);
        return missing.size === 0;
      },
      { what: "data", timeoutMs: 40_000 },
    ).catch(() => {});
    expect([...missing].map(({ what, query }) => `${what}: ${query}`)).toEqual([]);

    await checkVariables(prometheus);
    await checkRules(prometheus, alerts.length + 1);
  });
});

/** The values that Grafana would offer at the top. */
async function checkVariables({ url }: Prometheus): Promise<void> {
  const offered: Record<string, readonly string[]> = {};
  for (const { type, name, query } of [...collectors.templating.list, ...targets.templating.list]) {
    if (type !== "query") continue;
    const [, series = ""] = /^label_values\((.+), \w+\)$/.exec(filled(query, ".*")) ?? [];
    const matching = new URLSearchParams({ "match[]": series }).toString();
    const response = await fetch(`${url}/api/v1/label/${name}/values?${matching}`);
    offered[`${name} of ${series.split("{")[0]}`] = ((await response.json()) as { data: string[] }).data;
  }
  expect(offered["job of otelcol_process_runtime_heap_alloc_bytes"]).toEqual([...ways].toSorted());
  expect(offered["instance of otelcol_process_runtime_heap_alloc_bytes"]).toHaveLength(2);
  expect(offered["exporter of sluice_exporter_queued_items"]).toHaveLength(7);
  expect(offered["job of up"]).toEqual(["down", "leaving", "scraped", "shop", "suffixed", "written"]);
  expect(offered["instance of up"]).toHaveLength(4);
}

/**
 * Prometheus evaluates each rule without an error, and what a world of refusals must not raise is quiet. Which troubles raise which
 * alert, and when, is tried with times of its own by `promtool test rules`.
 */
async function checkRules({ url }: Prometheus, count: number): Promise<void> {
  const rules = async () => {
    const { data } = (await (await fetch(`${url}/api/v1/rules`)).json()) as { data: { groups: { rules: Rule[] }[] } };
    return data.groups.flatMap((group) => group.rules);
  };
  const evaluated = async () => (await rules()).every(({ health }) => health !== "unknown");
  await waitFor(evaluated, { what: "the rules", timeoutMs: 20_000 });
  const problems = (await rules()).filter(({ health }) => health !== "ok");
  expect(problems.map(({ name, health, lastError }) => `${name} is ${health}: ${lastError ?? ""}`)).toEqual([]);
  const quiet = (await rules()).filter(({ state }) => state === "inactive").map(({ name }) => name);
  expect(quiet).toEqual(expect.arrayContaining(["SluiceCollectorsGone", "SluiceRestarting"]));
  expect(await rules()).toHaveLength(count);
}
interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
  readonly state?: string;
}

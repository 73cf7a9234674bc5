/**
 * Every sample exactly as a Prometheus server would have stored it: one Prometheus scrapes the targets directly, Sluice scrapes the
 * same ones and writes to a second one (with upstream's additions off) and to a third one (with upstream's defaults). After each
 * phase all series are compared, both ways.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parsePage } from "@sluice/lib-prometheus";
import { freePort, startProcess, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { indent, type RunningCollector, startCollector } from "./collector.ts";
import { generatedPage } from "./generator.ts";
import { keyOf, labelsOf, type Prometheus, type Snapshot, startPrometheus } from "./prometheus.ts";
import { openMetrics, startTargets, type Targets } from "./targets.ts";

/** Argued: values that depend on when the scrape happened, not on what was scraped. */
const timingOnly = new Set(["scrape_duration_seconds", "scrape_series_added"]);
/** Argued: the number in `le` and `quantile` may be spelled differently ("1" and "1.0"): servers of different versions do so too. */
const numberLabels = ["le", "quantile"];
/**
 * Argued: under honor_labels a page may take `job` away from a series (`job=""`). OTLP has no metric without a resource, so such a
 * series falls back to its target's job, as in upstream's receiver.
 */
const fallbackJob = "honoured";
const deterministic = `{job=~"gen.*|relabelled|honoured|dying"}`;

const scrapeConfigs = (address: string): string => {
  const job = (name: string, path: string, more = "") =>
    `- job_name: ${name}\n  metrics_path: /${path}\n  static_configs: [{targets: ["${address}"]}]\n${indent(more, 2)}`;
  const relabelling = `relabel_configs:
  - {target_label: datacenter, replacement: eu-1}
  - {source_labels: [__address__], regex: "(.*):(.*)", target_label: host_and_port, replacement: "\${1}|$2"}
  - {source_labels: [__address__], modulus: 8, target_label: __tmp_hash, action: hashmod}
  - {source_labels: [__tmp_hash], target_label: shard}
metric_relabel_configs:
  - {source_labels: [__name__], regex: "gen_(latency.*)", target_label: __name__, replacement: "renamed_$1"}
  - {source_labels: [__name__, le], regex: "renamed_latency_seconds_bucket;0.5", action: drop}
  - {regex: session, action: labeldrop}
  - {source_labels: [session], regex: ".+", action: drop}
  - {source_labels: [method], target_label: METHOD, action: uppercase}
  - {source_labels: [__name__], regex: "gen_session", action: drop}
  - {regex: "(meth)od", replacement: "$\{1}_label", action: labelmap}`;
  return [
    job("text237", "text237"),
    job("nometa", "nometa"),
    job("om5", "om5"),
    job("histogram", "histogram"),
    job("gen_text", "gen_text"),
    job("gen_om", "gen_om"),
    job("node", "node"),
    job("dying", "dying"),
    job("relabelled", "gen_text", relabelling),
    job("honoured", "federated", "honor_labels: true"),
    job("exported", "federated"),
    job("limited", "gen_text", "sample_limit: 3"),
    job("broken", "broken"),
  ].join("\n");
};

const federated = (n: number) =>
  `fed_metric{job="inner",instance="a:1"} ${n}\nfed_metric{job="inner",instance="b:2"} ${n + 1}\nfed_metric{job=""} ${n + 2}\nup{job="inner",instance="a:1"} 1\n`;

const testdata = (name: string) => readFile(join(import.meta.dirname, "testdata", name), "utf8");

async function setStaticPages(targets: Targets): Promise<void> {
  targets.set("text237", { body: await testdata("alltypes.237mfs.prom.txt") });
  targets.set("nometa", { body: await testdata("alltypes.237mfs.nometa.prom.txt") });
  targets.set("om5", { body: await testdata("alltypes.5mfs.om.txt"), type: openMetrics });
  targets.set("histogram", { body: await testdata("1histogram.om.txt"), type: openMetrics });
  targets.set("broken", { body: "fine 1\nbroken{ 2\n" });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/metrics`;
  const ready = async () => (await fetch(url).catch(() => undefined))?.status === 200;
  await startProcess({
    command: "/usr/bin/prometheus-node-exporter",
    args: [`--web.listen-address=127.0.0.1:${port}`],
    ready,
  });
  // Frozen, so that both scrape the same numbers.
  targets.set("node", { body: await (await fetch(url)).text() });
}

function setPhase(targets: Targets, n: number): void {
  const { text, openMetrics: om } = generatedPage(n);
  targets.set("gen_text", { body: text });
  targets.set("gen_om", { body: om, type: openMetrics });
  targets.set("federated", { body: federated(n) });
  // Alive, then an error, then cut off, then back.
  const dying = [{ body: `alive ${n}\n` }, { body: "no", status: 500 }, undefined, { body: `alive ${n}\n` }];
  targets.set("dying", dying[n % dying.length]);
}

function normalized(snapshot: Snapshot): Snapshot {
  const result: Snapshot = new Map();
  for (const [key, value] of snapshot) {
    const labels = labelsOf(key);
    for (const name of numberLabels) if (labels[name] !== undefined) labels[name] = spelled(labels[name]);
    labels.job ??= fallbackJob;
    result.set(keyOf(labels), timingOnly.has(labels.__name__ ?? "") ? "any" : value);
  }
  return result;
}
const spelled = (text: string) =>
  text === "+Inf" || text === "" || Number.isNaN(Number(text)) ? text : String(Number(text));

/** What is only in one of them or differs, one line each. */
function difference(direct: Snapshot, ours: Snapshot): string[] {
  const lines: string[] = [];
  for (const [key, value] of direct)
    if (ours.get(key) !== value) lines.push(`direct ${value}, ours ${ours.get(key)}: ${key}`);
  for (const [key, value] of ours) if (!direct.has(key)) lines.push(`only ours ${value}: ${key}`);
  return lines.sort();
}

async function compare(direct: Prometheus, ours: Prometheus): Promise<string[]> {
  const now = Date.now() / 1000;
  const [a, b] = await Promise.all([direct.instant('{__name__=~".+"}', now), ours.instant('{__name__=~".+"}', now)]);
  return difference(normalized(a), normalized(b));
}

/** The phase is seen by a server when its counters stand where the page has them. */
async function sees(server: Prometheus, n: number): Promise<boolean> {
  const seen = await server.instant(`{__name__=~"gen_requests_total",job=~"gen_.*"}`);
  const values = [...seen.values()].map(Number).sort((a, b) => a - b);
  return values.join() === [n * 3, n * 3, n * 4, n * 4].join();
}

/** With upstream's defaults: what the direct series become, and `target_info` beside them. */
function withAdditions(direct: Snapshot, counters: ReadonlySet<string>): Snapshot {
  const result: Snapshot = new Map();
  for (const [key, value] of direct) {
    const labels = labelsOf(key);
    const name = labels.__name__ ?? "";
    const tokens = name.split(/_+/).filter((token) => token !== "");
    if (counters.has(`${labels.job} ${name}`))
      tokens.push(...tokens.splice(0).filter((token) => token !== "total"), "total");
    labels.__name__ = tokens.join("_");
    result.set(keyOf(labels), value);
  }
  return result;
}

async function checkDefaults(direct: Prometheus, defaults: Prometheus, pages: Record<string, string>): Promise<void> {
  const counters = new Set<string>();
  for (const [job, page] of Object.entries(pages)) {
    const format = page.endsWith("# EOF\n") ? "openmetrics" : "text";
    for (const family of parsePage(page, format)) {
      if (family.type !== "counter") continue;
      // A `_created` sample is a gauge of its own.
      for (const { name } of family.samples) if (!name.endsWith("_created")) counters.add(`${job} ${name}`);
    }
  }
  const look = async () => {
    const now = Date.now() / 1000;
    const all = await defaults.instant('{__name__=~".+"}', now);
    const plain: Snapshot = new Map();
    const infos: string[] = [];
    for (const [key, value] of all) {
      const { otel_scope_name: scope, otel_scope_version: _version, ...labels } = labelsOf(key);
      if (labels.__name__ === "target_info") infos.push(`${labels.job} ${labels.instance}`);
      else plain.set(keyOf(labels), value);
      if (labels.__name__ !== "target_info") expect(scope, key).toMatch(/prometheusreceiver$/);
    }
    const expected = withAdditions(await direct.instant('{__name__=~".+"}', now), counters);
    return { lines: difference(normalized(expected), normalized(plain)), infos };
  };
  const { infos } = await waitFor(
    async () => {
      const seen = await look();
      if (seen.lines.length > 0) throw new Error(`with defaults:\n${seen.lines.slice(0, 40).join("\n")}`);
      return seen;
    },
    { what: "exactly the additions of upstream's defaults", timeoutMs: 20_000 },
  );
  const jobs = new Set(labelled(await direct.instant("up")).map(({ job, instance }) => `${job} ${instance}`));
  for (const target of jobs) expect(infos, "target_info").toContain(target);
}
const labelled = (snapshot: Snapshot) => [...snapshot.keys()].map(labelsOf);

/** Repeated values count once: both servers see each phase, but not equally often. */
const steps = (samples: [number, string][]) =>
  samples.map(([, value]) => value).filter((value, at, all) => value !== all[at - 1]);

async function expectAccount(collector: RunningCollector, ours: Prometheus): Promise<void> {
  const plain = async () => (await collector.accounts()).find(({ exporter }) => exporter.endsWith("/plain"));
  const { account, stored } = await waitFor(
    async () => {
      const account = await plain();
      const stored = await ours.own("prometheus_tsdb_head_samples_appended_total");
      const after = await plain();
      // Scrapes go on: only between two of them do the two sides stand still.
      const still = account !== undefined && account.queued === 0 && account.accepted === after?.accepted;
      return still ? { account, stored } : undefined;
    },
    { what: "a moment without a scrape" },
  );
  expect(account.rejected).toBe(0);
  // Only markers of series that went on under another type.
  const reasons = (await collector.metrics()).matchAll(/^sluice_exporter_dropped_items\{.*reason="(\w+)"/gm);
  expect(new Set([...reasons].map(([, reason]) => reason))).toEqual(new Set(["superseded"]));
  // What the exporter calls delivered is what the backend stored, sample by sample.
  expect(stored).toBe(account.delivered);
}

test("every series of every phase is as Prometheus stored it", { timeout: 240_000 }, async () => {
  const targets = await startTargets();
  await setStaticPages(targets);
  setPhase(targets, 4);
  const jobs = scrapeConfigs(targets.address);
  const global = "global: {scrape_interval: 1s}\n";
  const [direct, ours, defaults] = await Promise.all([
    startPrometheus(`${global}scrape_configs:\n${indent(jobs, 2)}`),
    startPrometheus(global),
    startPrometheus(global),
  ]);
  const collector = await startCollector({
    receivers: `  prometheus:\n    config:\n      global: {scrape_interval: 1s}\n      scrape_configs:\n${indent(jobs.replaceAll("$", "$$$$"), 8)}`,
    exporters: `  prometheus_remote_write/plain: {endpoint: "${ours.url}/api/v1/write", add_metric_suffixes: false, target_info: {enabled: false}, disable_scope_info: true}
  prometheusremotewrite: {endpoint: "${defaults.url}/api/v1/write"}`,
    pipelines:
      "    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write/plain, prometheusremotewrite]}",
  });

  for (let n = 4; n <= 10; n++) {
    setPhase(targets, n);
    await waitFor(
      async () => {
        if (!(await sees(direct, n)) || !(await sees(ours, n))) throw new Error(`phase ${n} is not seen by both`);
        const lines = await compare(direct, ours);
        if (lines.length > 0) throw new Error(`${lines.length} differences:\n${lines.slice(0, 40).join("\n")}`);
        return true;
      },
      { what: `equal series in phase ${n}`, timeoutMs: 25_000 },
    );
  }

  const [rawDirect, rawOurs] = await Promise.all([direct.raw(deterministic, 10), ours.raw(deterministic, 10)]);
  for (const [key, samples] of rawDirect) {
    const labels = labelsOf(key);
    if (timingOnly.has(labels.__name__ ?? "") || labels.le !== undefined || labels.quantile !== undefined) continue;
    expect(steps(rawOurs.get(key) ?? []), key).toEqual(steps(samples));
  }
  const { text, openMetrics: om } = generatedPage(10);
  const pages = {
    text237: await testdata("alltypes.237mfs.prom.txt"),
    om5: await testdata("alltypes.5mfs.om.txt"),
    gen_text: text,
    gen_om: om,
    relabelled: text,
  };
  await checkDefaults(direct, defaults, pages);
  await expectAccount(collector, ours);
  expect(await collector.stop()).toBe(0);
});

/** What every backend must do with what the collector sends, whatever it is: one story for all of them. */
import { createServer } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { type PageFamily, parsePage, protobufPage } from "@sluice/lib-prometheus";
import { listen, waitFor } from "@sluice/testkit";
import { describe, expect } from "vitest";
import type { Backend, Histogram, Program, Stored } from "./backend-servers.ts";
import { indent, lastAccount, type RunningCollector, startCollector } from "./collector.ts";
import { generatedPage } from "./generator.ts";
import { keyOf, labelsOf } from "./prometheus.ts";
import { openMetrics } from "./targets.ts";

/** What a backend is known to do otherwise; each is argued where it is set. */
export interface Peculiarities {
  /** Version of remote write; default 1.0. */
  readonly message?: "prometheus.WriteRequest" | "io.prometheus.write.v2.Request";
  /** Whether native histograms are sent too, and what they become: themselves, or what VictoriaMetrics makes of them. */
  readonly native?: boolean | "vmrange";
  /** Values that it does not keep. */
  readonly loses?: (value: number) => boolean;
  /** What two values that it takes for one have in common. */
  readonly tells?: ((value: number) => number) | undefined;
  /** Whether it does not know 2.0, and is sent 1.0 instead. */
  readonly isOld?: boolean;
  /** Rules for what it must not be sent. */
  readonly relabel?: string;
}

/** Between their parts, Cortex and Mimir leave out a value that equals 0, and so the sign of -0. */
export const unsigned: Peculiarities = { tells: (value) => (value === 0 ? 0 : value) };
/** VictoriaMetrics has no place for what is no number, and keeps decimals: fifteen digits, and nothing tiny beside its markers. */
export const decimal: Peculiarities = {
  loses: Number.isNaN,
  tells: (value) => (Math.abs(value) < 1e-100 ? 0 : Number(value.toPrecision(15))),
};
/** InfluxDB leaves out what is no number without a word, and refuses a whole request for one infinite value. */
export const finite: Peculiarities = {
  loses: (value) => !Number.isFinite(value),
  relabel: '{source_labels: [__name__, i], regex: "gen_special;[12]", action: drop}',
  ...unsigned,
};

const protobufType = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/** Counts n, 2n and 3n in the buckets up to 1, 2 and 4, and n zeros. */
const nativeFamily = (n: number): PageFamily => ({
  name: "gen_native_seconds",
  type: "histogram",
  metrics: [
    {
      labels: { method: "get" },
      histogram: {
        count: 7 * n,
        sum: 10.5 * n,
        schema: 0,
        zeroThreshold: 0.001,
        zeroCount: n,
        positive: { spans: [[0, 3]], deltas: [n, n, n] },
      },
    },
  ],
});
const nativeResult = (n: number): Histogram => ({
  count: `${7 * n}`,
  sum: `${10.5 * n}`,
  buckets: [
    [3, "-0.001", "0.001", `${n}`],
    [0, "0.5", "1", `${n}`],
    [0, "1", "2", `${2 * n}`],
    [0, "2", "4", `${3 * n}`],
  ],
});

type Ranges = (readonly [suffix: string, labels: Record<string, string>, value: number])[];
/** The same as numbers, a series each, by what is added to the name and the labels; a marker is taken for a count of nothing. */
const inRanges = (n: number, isLast: boolean): Ranges => {
  const bucket = (vmrange: string, held: number) => ["_bucket", { vmrange }, held] as const;
  return [
    ["_count", {}, 7 * n],
    ["_sum", {}, 10.5 * n],
    bucket("-1.000e-03...1.000e-03", n),
    bucket("5.000e-01...1.000e+00", n),
    bucket("1.000e+00...2.000e+00", 2 * n),
    bucket("2.000e+00...4.000e+00", 3 * n),
    ...(isLast ? [["_count", {}, 0] as const] : []),
  ];
};

interface NumberedPage {
  readonly type: string;
  body(n: number): string | Uint8Array;
}
const everyType: Record<string, NumberedPage> = {
  text: { type: "text/plain; version=0.0.4", body: (n) => generatedPage(n).text },
  om: { type: openMetrics, body: (n) => generatedPage(n).openMetrics },
};
const native: NumberedPage = { type: protobufType, body: (n) => protobufPage([nativeFamily(n)]) };

/** Pages whose numbers say the how-many-eth answer they are. */
interface NumberedTargets {
  readonly address: string;
  /** How many were answered, by name. */
  readonly answered: ReadonlyMap<string, number>;
  /** From now on all are 503; gives how many of these there were. */
  fail(): () => number;
}

async function startNumbered(pages: Readonly<Record<string, NumberedPage>>): Promise<NumberedTargets> {
  const answered = new Map(Object.keys(pages).map((name) => [name, 0]));
  let failed: number | undefined;
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1);
    const page = pages[name];
    if (failed !== undefined) failed++;
    if (failed !== undefined || page === undefined) {
      response.writeHead(503).end();
      return;
    }
    const n = answered.get(name)! + 1;
    answered.set(name, n);
    response.writeHead(200, { "content-type": page.type }).end(page.body(n));
  });
  const address = `127.0.0.1:${await listen(server)}`;
  const fail = () => {
    failed ??= 0;
    return () => failed!;
  };
  return { address, answered, fail };
}

/** A collector that scrapes all of them each second. */
function scrapeInto(
  backend: Backend,
  targets: NumberedTargets,
  { message = "prometheus.WriteRequest", relabel = "" }: Peculiarities,
): Promise<RunningCollector> {
  const job = (name: string) =>
    `- {job_name: ${name}, metrics_path: /${name}, honor_labels: true, scrape_native_histograms: ${name === "native"}, static_configs: [{targets: ["${targets.address}"]}], metric_relabel_configs: [${relabel}]}`;
  const exporter = [
    `endpoint: "${backend.endpoint}"`,
    `protobuf_message: ${message}`,
    "add_metric_suffixes: false",
    "target_info: {enabled: false}",
    "disable_scope_info: true",
    "retry_on_failure: {initial_interval: 100ms, max_interval: 500ms}",
    ...backend.exporter,
  ];
  return startCollector({
    receivers: `  prometheus:\n    config:\n      global: {scrape_interval: 1s}\n      scrape_configs:\n${indent([...targets.answered.keys()].map(job).join("\n"), 8)}`,
    exporters: `  prometheus_remote_write:\n${indent(exporter.join("\n"), 4)}`,
    pipelines: "    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}",
  });
}

const scraped = (targets: NumberedTargets, more: number) => {
  const until = new Map([...targets.answered].map(([name, n]) => [name, n + more]));
  const enough = () => [...until].every(([name, n]) => targets.answered.get(name)! >= n);
  return waitFor(enough, { what: `${more} more scrapes`, timeoutMs: 30_000 });
};
const drained = (collector: RunningCollector) =>
  waitFor(
    async () => {
      const [account] = await collector.accounts();
      if (account?.queued === 0 && account.delivered > 0) return true;
      throw new Error(`${JSON.stringify(account)} ${JSON.stringify(collector.logs().at(-1))}`);
    },
    { what: "an empty queue", timeoutMs: 30_000 },
  );

/** Every series that was exposed, with its values in order. */
function exposed(
  targets: NumberedTargets,
  pages: Readonly<Record<string, NumberedPage>>,
  { native: nativeAs }: Peculiarities,
): Map<string, Kept[]> {
  const series = new Map<string, Kept[]>();
  const add = (labels: Record<string, string>, value: Kept): void => {
    const key = keyOf(labels);
    series.set(key, [...(series.get(key) ?? []), value]);
  };
  for (const [job, page] of Object.entries(pages)) {
    const own = { job, instance: targets.address };
    for (let n = 1; n <= targets.answered.get(job)!; n++) {
      const body = page.body(n);
      add({ ...own, __name__: "up" }, 1);
      if (typeof body !== "string") {
        const labels = { ...own, __name__: "gen_native_seconds", method: "get" };
        const ranges = nativeAs === "vmrange" ? inRanges(n, n === targets.answered.get(job)) : undefined;
        if (ranges === undefined) add(labels, nativeResult(n));
        for (const [suffix, more, value] of ranges ?? []) {
          add({ ...labels, ...more, __name__: `gen_native_seconds${suffix}` }, value);
        }
        continue;
      }
      for (const { samples } of parsePage(body, page.type === openMetrics ? "openmetrics" : "text")) {
        for (const { name, labels, value } of samples) {
          const there = labels.filter(([, text]) => text !== "");
          add({ ...Object.fromEntries(there), ...own, __name__: name }, value);
        }
      }
    }
  }
  return series;
}
type Kept = number | Histogram;

/** What the jobs' pages became; the series that a scrape itself makes, but for `up` while it was 1, are left out. */
function held(stored: Stored): Map<string, Kept[]> {
  const series = new Map<string, Kept[]>();
  for (const [key, samples] of stored) {
    const { __name__: name = "" } = labelsOf(key);
    if (name.startsWith("scrape_")) continue;
    const ordered = [...samples].sort(([a], [b]) => a - b);
    const values = ordered.map(([, value]) => (typeof value === "string" ? numberOf(value) : value));
    series.set(key, name === "up" ? values.filter((value) => value === 1) : values);
  }
  return series;
}
const numberOf = (text: string): number => Number(text.replace(/Inf$/, "Infinity"));

function without(series: Map<string, Kept[]>, { loses, tells = (value) => value }: Peculiarities): Map<string, Kept[]> {
  const result = new Map<string, Kept[]>();
  for (const [key, values] of series) {
    const left = values.flatMap((value): Kept[] => {
      if (typeof value !== "number") return [value];
      return loses?.(value) === true ? [] : [tells(value)];
    });
    if (left.length > 0) result.set(key, left);
  }
  return result;
}

const record = (series: Map<string, Kept[]>) => Object.fromEntries(series);

/** Every answered scrape, of every type, is stored once and in order, although the backend was gone for a while. */
export async function expectEverything(backend: Backend, peculiarities: Peculiarities = {}): Promise<void> {
  const pages = (peculiarities.native ?? false) === false ? everyType : { ...everyType, native };
  const targets = await startNumbered(pages);
  const collector = await scrapeInto(backend, targets, peculiarities);
  await scraped(targets, 3);
  await drained(collector);
  await backend.stop();
  await scraped(targets, 3);
  expect((await collector.accounts())[0]?.queued).toBeGreaterThan(0);
  await backend.start();
  await drained(collector);
  await scraped(targets, 2);
  const failures = collector.logs().filter(({ msg }) => msg === "failed to scrape Prometheus endpoint");
  expect(failures, "scrapes that were not answered in time: this machine is too slow for this test").toEqual([]);
  const failed = targets.fail();
  await waitFor(() => failed() >= 3 * targets.answered.size, { what: "failed scrapes" });
  expect(await collector.stop()).toBe(0);
  const fallen = collector.logs().filter(({ msg }) => msg.startsWith("backend does not know remote write 2.0"));
  expect(fallen).toHaveLength(peculiarities.isOld === true ? 1 : 0);
  const account = lastAccount(collector);
  expect(account).toMatchObject({ rejected: 0, queued: 0 });
  // A series that goes on under another type needs no marker.
  expect(Object.keys(account.dropped).filter((reason) => reason !== "superseded")).toEqual([]);

  const expected = record(without(exposed(targets, pages, peculiarities), peculiarities));
  expect(Object.keys(expected).length).toBeGreaterThan(50);
  const seen = async () => record(without(held(await backend.stored()), { tells: peculiarities.tells }));
  // Some show what they took a moment later.
  const same = async () => isDeepStrictEqual(await seen(), expected);
  await waitFor(same, { what: "what was exposed" }).catch(() => {});
  expect(await seen()).toEqual(expected);
}

/** What a target tells too late, for how many seconds its samples are too old, and the backend's words for that. */
export interface Lateness {
  readonly seconds: number;
  readonly words: RegExp;
  /** Whether it stores what else is in such a request. */
  readonly storesRest: boolean;
}

/**
 * Samples that are too old are refused in the backend's own words and counted; nothing else is missing. They come from a target
 * of its own that tells of another one's series: older samples of one target go no further than the receiver.
 */
export async function expectRejection(
  backend: Backend,
  { seconds, words, storesRest }: Lateness,
  how: Peculiarities = {},
): Promise<void> {
  const plain = "text/plain; version=0.0.4";
  const line = (n: number, ms: number) => `shared_number{job="new",instance="one"} ${n} ${ms}\n`;
  let fresh = 0;
  const pages: Record<string, NumberedPage> = {
    new: {
      type: plain,
      body(n) {
        fresh = n;
        return line(n, Date.now());
      },
    },
    old: { type: plain, body: (n) => (fresh < 3 ? "" : line(-n, Date.now() - seconds * 1000)) },
  };
  const targets = await startNumbered(pages);
  const collector = await scrapeInto(backend, targets, how);
  await scraped(targets, 6);
  const failed = targets.fail();
  await waitFor(() => failed() >= 6, { what: "failed scrapes" });
  expect(await collector.stop()).toBe(0);
  const account = lastAccount(collector);
  expect(account).toMatchObject({ dropped: {}, queued: 0 });
  const lines = collector.logs().filter(({ msg }) => msg.startsWith("request rejected by the backend"));
  expect(lines.length).toBeGreaterThan(1);
  for (const { error } of lines) expect(error).toMatch(words);
  expect(lines.reduce((sum, { dropped_items }) => sum + Number(dropped_items), 0)).toBe(account.rejected);
  const series = keyOf({ __name__: "shared_number", job: "new", instance: "one" });
  const all = Array.from({ length: targets.answered.get("new")! }, (_, at) => at + 1);
  const seen = async () => held(await backend.stored()).get(series);
  await waitFor(async () => (await seen())?.length === all.length, { what: "the series" }).catch(() => {});
  expect(await seen()).toEqual(all);
  const up = keyOf({ __name__: "up", job: "old", instance: targets.address });
  const beside = targets.answered.get("old")! - (storesRest ? 0 : lines.length);
  expect(held(await backend.stored()).get(up)).toHaveLength(beside);
}

/** Tests with a program that only some machines have: where it is missing there are none, and `pnpm differential` says so. */
export function describeWith({ path, title }: Program, tests: () => void): void {
  if (path !== undefined) describe(title, tests);
}

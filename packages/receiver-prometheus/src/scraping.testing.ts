/** What the tests of this package share: a receiver in a simulation, served pages, and readable batches. */
import type { Consume, HttpRequest, HttpResponse, Share, Update } from "@sluice/component";
import { checkComponentConfig } from "@sluice/core";
import {
  ABSENT,
  type Batch,
  type BatchOf,
  type ExponentialPoint,
  isCustomBuckets,
  type MetricsPart,
  msAt,
  STALE,
} from "@sluice/data";
import { formatFloat } from "@sluice/lib-prometheus";
import {
  createContext,
  createSimulation,
  createSink,
  type Simulation,
  type Sink,
  type TestContext,
} from "@sluice/testkit";
import type { ReceiverConfig } from "./config.ts";
import definition from "./index.ts";

export const MINUTE = 60_000;

/** A sample as Prometheus would store it. */
export interface Sample {
  /** `name{a="b"}`, job and instance among the labels. */
  readonly series: string;
  readonly value: number | "stale";
  readonly ms: number;
  /** A native histogram, whose count is the value: its numbers, or where its buckets end and what stands in the slots. */
  readonly native?: ExponentialPoint | { readonly bounds: readonly number[]; readonly numbers: readonly number[] };
}

/** The samples a part stands for, in its order. */
export function samplesOf(part: MetricsPart): Sample[] {
  const { catalog, ids, at } = part.layout;
  const resource = new Map(catalog.resource.attributes.map(({ key, value }) => [key, value as string]));
  const rows = part.rows ?? Int32Array.from(ids, (_, row) => row);
  const samples: Sample[] = [];
  for (const row of rows) {
    const id = ids[row]!;
    const metric = catalog.metric(id);
    const shape = catalog.shape(id);
    const base = new Map<string, string>([
      ["instance", resource.get("service.instance.id") ?? ""],
      ["job", resource.get("service.name") ?? ""],
      ...catalog.attributes(id).map(({ key, value }) => [key, value as string] as const),
    ]);
    const whole = wholeOf(part, row);
    if (whole !== undefined) {
      const labels = [...base].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}="${value}"`);
      samples.push({ ...whole, series: `${metric.name}{${labels.join(",")}}`, ms: msAt(part.time, row) });
      continue;
    }
    const names: { name: string; label?: [string, string] }[] = [];
    if (shape.kind === "number") names.push({ name: metric.name });
    for (const bound of shape.bounds) {
      const histogram = shape.kind === "histogram";
      const label: [string, string] = [histogram ? "le" : "quantile", formatFloat(bound)];
      names.push({ name: histogram ? `${metric.name}_bucket` : metric.name, label });
    }
    if (shape.inf) names.push({ name: `${metric.name}_bucket`, label: ["le", "+Inf"] });
    if (shape.sum) names.push({ name: `${metric.name}_sum` });
    if (shape.count) names.push({ name: `${metric.name}_count` });
    for (const [index, { name, label }] of names.entries()) {
      const slot = at[row]! + index;
      const state = part.states === "stale" ? STALE : (part.states?.[slot] ?? 0);
      if (state === ABSENT) continue;
      const labels = new Map(label === undefined ? base : [...base, label]);
      const text = [...labels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}="${value}"`);
      samples.push({
        series: `${name}{${text.join(",")}}`,
        value: state === STALE ? "stale" : part.slots[slot]!,
        ms: msAt(part.time, row),
      });
    }
  }
  return samples;
}

/** The sample of a point that is one native histogram. */
function wholeOf(part: MetricsPart, row: number): Pick<Sample, "value" | "native"> | undefined {
  const { catalog, ids, at } = part.layout;
  const shape = catalog.shape(ids[row]!);
  if (shape.kind === "exponential") {
    const point = part.states === "stale" ? undefined : part.ragged?.get(row);
    return point === undefined ? { value: "stale" } : { value: point.count, native: point };
  }
  if (!isCustomBuckets(catalog.metric(ids[row]!))) return undefined;
  if (part.states === "stale" || part.states?.[at[row]!] === STALE) return { value: "stale" };
  const numbers = [...part.slots.subarray(at[row], at[row + 1])];
  return { value: numbers.at(-1)!, native: { bounds: [...shape.bounds], numbers } };
}

/** The samples of a batch in its order. */
export function samplesOfBatch(batch: Batch): Sample[] {
  return (batch.parts as readonly MetricsPart[]).flatMap(samplesOf);
}

/** A batch as lines `series value`, job, instance and the report series left out. */
export function linesOf(batch: Batch | undefined, ms?: number): string[] {
  if (batch === undefined) return [];
  return samplesOfBatch(batch)
    .filter(({ series }) => !/^(?:up|scrape_\w+)\{/.test(series))
    .map(
      ({ series, value, ms: time }) =>
        `${shortSeries(series)} ${value}${ms === undefined || ms === time ? "" : ` ${time}`}`,
    );
}
export function shortSeries(series: string): string {
  return series
    .replace(/(?:instance|job)="[^"]*",?/g, "")
    .replace(/,\}$/, "}")
    .replace("{}", "");
}
/** The value of a report series of a batch. */
export function reported(batch: Batch | undefined, name: string): number | "stale" | undefined {
  return batch === undefined
    ? undefined
    : samplesOfBatch(batch).findLast(({ series }) => series.startsWith(`${name}{`))?.value;
}

export interface Scraping {
  readonly simulation: Simulation;
  readonly context: TestContext;
  readonly sink: Sink;
  readonly requests: HttpRequest[];
  /** What the target answers from now on: a page, or a whole response. */
  answer: string | HttpResponse | ((request: HttpRequest) => HttpResponse | Promise<HttpResponse>);
  /** Lets the next scrape happen; gives the last batch. */
  scrape(ms?: number): Promise<Batch | undefined>;
  /** Takes a new configuration, checked by nothing but the receiver, while it runs; gives what differs. */
  update(yaml: string): Promise<readonly string[]>;
  /** The same without applying it. */
  prepare(yaml: string): Promise<Update>;
  stop(): Promise<void>;
}

/** Starts the receiver with one job `test` of one target `target:80`, whose keys are `job` (YAML lines), scraped each minute. */
export async function startScraping(options: {
  readonly job?: string;
  readonly global?: string;
  readonly receiver?: string;
  readonly page?: string;
  readonly setup?: (simulation: Simulation) => void | Promise<void>;
  readonly gates?: readonly string[];
}): Promise<Scraping> {
  const indent = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);
  const job = options.job ?? "";
  const targets =
    job.includes("_configs:") && /(?:static|file_sd)_configs:/.test(job)
      ? ""
      : "static_configs: [{targets: ['target:80']}]\n";
  const yaml = [
    options.receiver ?? "",
    "config:",
    `  global:\n${indent(options.global ?? "scrape_interval: 1m", "    ")}`,
    "  scrape_configs:",
    "    - job_name: test",
    indent(targets + job, "      "),
  ].join("\n");
  return await startReceiver(yaml, options);
}

/** Starts the receiver with a whole configuration; `target:80` is served. `next` may delay what the sink takes. */
export async function startReceiver(
  yaml: string,
  options: {
    readonly page?: string;
    readonly setup?: (simulation: Simulation) => void | Promise<void>;
    readonly next?: (batch: BatchOf<"metrics">, taken: Consume) => Promise<void>;
    /** Feature gates that are on. */
    readonly gates?: readonly string[];
    readonly share?: Share;
  } = {},
): Promise<Scraping> {
  const simulation = createSimulation();
  await options.setup?.(simulation);
  const gates = (options.gates ?? []).map((id) => ({ id, enabled: true, stage: "alpha", description: "" }) as const);
  const host = { featureGates: () => gates };
  const { share = { index: 0, count: 1 } } = options;
  const context = createContext({ id: "prometheus", signals: ["metrics"], simulation, host, share });
  const sink = createSink();
  const checked = await checkComponentConfig(definition, yaml, simulation.env);
  if ("problems" in checked) throw new Error(checked.problems);
  const requests: HttpRequest[] = [];
  const receiver = definition.create(
    checked.config as ReceiverConfig,
    context,
    async (batch) => await (options.next?.(batch, sink.consume) ?? sink.consume(batch)),
  );
  const scraping: Scraping = {
    simulation,
    context,
    sink,
    requests,
    answer: options.page ?? "",
    async scrape(ms = MINUTE) {
      await simulation.advance(ms);
      return sink.batches.at(-1);
    },
    async prepare(changed) {
      const config = await context.decode(definition.config, changed, "config.yaml");
      return await simulation.run(receiver.update!(config));
    },
    async update(changed) {
      const update = await scraping.prepare(changed);
      update.apply();
      return update.changes;
    },
    async stop() {
      await simulation.run(Promise.resolve(receiver.shutdown?.()));
    },
  };
  await simulation.network.serveHttp({ address: { host: "target", port: 80 }, maxBodyBytes: 1000 }, async (request) => {
    requests.push(request);
    const { answer } = scraping;
    if (typeof answer === "function") return await answer(request);
    if (typeof answer !== "string") return answer;
    return { status: 200, headers: { "content-type": "text/plain; version=0.0.4" }, body: answer };
  });
  await simulation.run(Promise.resolve(receiver.start?.()));
  return scraping;
}

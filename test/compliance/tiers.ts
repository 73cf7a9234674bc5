/**
 * `pnpm tiers [--samples N] [--seed N]`: pages that change now and then, scraped and written by three ways: straight through, with the
 * exporter's steady tier; through OTLP; and as the pages say themselves. All three must give the same samples, to the bit.
 */
import { parseArgs } from "node:util";
import { type BatchOf, batchOf, decodeMetrics, encodeMetrics } from "@sluice/data";
import exporter from "@sluice/exporter-prometheus-remote-write";
import { decodeWriteRequest, snappyDecompress } from "@sluice/lib-prometheus";
import receiver from "@sluice/receiver-prometheus";
import { configOf, createContext, createSimulation } from "@sluice/testkit";
import { createPages, randomOf } from "./changing-pages.ts";

/** What came of a run: samples compared, of those stale markers, and those that the steady tier wrote. */
export interface TiersResult {
  readonly samples: number;
  readonly stale: number;
  readonly steady: number;
}
type Samples = Map<string, string>;

const targets = 4;
const reported = /^__name__="(?:up|scrape_[a-z_]+)"/;

/** What was written of each instance, scrape by scrape: by time, then by series. */
type Written = Map<string, Map<number, Samples>>;

async function startExporter(simulation: ReturnType<typeof createSimulation>, host: string) {
  const written: Written = new Map();
  await simulation.env.net.serveHttp({ address: { host, port: 80 }, maxBodyBytes: 1e8 }, async (request) => {
    const body = snappyDecompress(await request.body(), 1e8);
    for (const { labels, samples } of decodeWriteRequest(body, "1.0").timeseries) {
      const name = labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join();
      if (reported.test(name)) continue;
      const instance = labels.find(([label]) => label === "instance")![1];
      for (const { value, stale, timestampMs } of samples) {
        const scrapes = entryOf(written, instance, () => new Map<number, Samples>());
        const scrape = entryOf(scrapes, timestampMs, () => new Map<string, string>());
        if (scrape.has(name)) throw new Error(`${host}: ${name} was written twice at ${timestampMs}`);
        scrape.set(name, stale ? "stale" : textOf(value));
      }
    }
    return { status: 204, headers: {} };
  });
  const yaml = `endpoint: http://${host}/write\ntarget_info: {enabled: false}\nadd_metric_suffixes: false\ndisable_scope_info: true\n`;
  const context = createContext({ kind: "exporter", id: "prometheus_remote_write", signals: ["metrics"], simulation });
  const instance = exporter.create((await configOf(exporter, yaml)) as never, context);
  await instance.start?.();
  return { instance, written, steady: () => context.meter.value("sluice_exporter_steady_items") };
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
const textOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

function compare(what: string, found: Samples, expected: Samples): void {
  for (const [name, value] of expected) {
    if (found.get(name) !== value) throw new Error(`${what}: expected ${value}, found ${found.get(name)} of ${name}`);
  }
  if (found.size === expected.size) return;
  const [more] = [...found].find(([name]) => !expected.has(name))!;
  throw new Error(`${what}: ${found.size} samples instead of ${expected.size}, for example ${more}`);
}

/** Compares what was written of each page but the last `left` of each instance, of which something may still be under way. */
function compareAll(what: string, written: Written, shown: Map<string, Samples[]>, left: number): void {
  for (const [instance, pages] of shown) {
    const scrapes = written.get(instance) ?? new Map<number, Samples>();
    const times = [...scrapes.keys()].sort((a, b) => a - b);
    for (const [at, page] of pages.slice(0, Math.max(0, pages.length - left)).entries()) {
      const ms = times[at] ?? Number.NaN;
      compare(`${what} at ${ms}`, scrapes.get(ms) ?? new Map(), page);
      scrapes.delete(ms);
    }
  }
}

/** Scrapes until so many samples were shown, and compares them. Throws at the first that differs. */
export async function runTiers(wanted: number, seed: number, lines = 1000): Promise<TiersResult> {
  const simulation = createSimulation();
  const direct = await startExporter(simulation, "direct");
  const other = await startExporter(simulation, "other");
  const next = async (batch: BatchOf<"metrics">): Promise<void> => {
    await direct.instance.consume(batch);
    await other.instance.consume(batchOf("metrics", decodeMetrics(encodeMetrics(batch.parts))));
  };
  const random = randomOf(seed);
  const shown = new Map<string, Samples[]>();
  const result = { samples: 0, stale: 0 };
  const hosts = Array.from({ length: targets }, (_, target) => `target-${target}`);
  for (const host of hosts) {
    const pages = createPages(random, lines, `${host}:80`);
    await simulation.network.serveHttp({ address: { host, port: 80 }, maxBodyBytes: 1000 }, async () => {
      const { text, values, gone } = pages.next();
      const samples: Samples = new Map([...values].map(([name, value]) => [name, textOf(value)]));
      for (const name of gone) samples.set(name, "stale");
      entryOf(shown, `${host}:80`, () => []).push(samples);
      result.samples += samples.size;
      result.stale += gone.length;
      return { status: 200, headers: { "content-type": "text/plain; version=0.0.4" }, body: Buffer.from(text) };
    });
  }
  const list = hosts.map((host) => `'${host}:80'`).join();
  const job = `config:\n  global: {scrape_interval: 15s}\n  scrape_configs:\n  - {job_name: test, static_configs: [{targets: [${list}]}]}`;
  const context = createContext({ id: "prometheus", signals: ["metrics"], simulation });
  const instance = receiver.create((await configOf(receiver, job)) as never, context, next as never);
  await simulation.run(Promise.resolve(instance.start?.()));
  const check = (left: number): void => {
    compareAll("straight through", direct.written, shown, left);
    compareAll("through OTLP", other.written, shown, left);
    for (const pages of shown.values()) pages.splice(0, Math.max(0, pages.length - left));
  };
  while (result.samples < wanted) {
    await simulation.advance(15_000);
    check(1);
  }
  await simulation.run(Promise.resolve(instance.shutdown?.()));
  for (const { instance: one } of [direct, other]) await simulation.run(Promise.resolve(one.shutdown?.()));
  check(0);
  return { ...result, steady: direct.steady() };
}

if (import.meta.main) {
  const options = { samples: { type: "string", default: "10000000" }, seed: { type: "string", default: "1" } } as const;
  const { values } = parseArgs({ options });
  const result = await runTiers(Number(values.samples), Number(values.seed));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

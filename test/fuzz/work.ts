/** Fuzzes one parser in a thread, which the main one ends when it hangs. */
import { parentPort, workerData } from "node:worker_threads";
import { keep, minimize, readCorpus } from "./corpus.ts";
import { createRandom, mutate } from "./mutate.ts";
import { maxInput, type Parser } from "./parser.ts";
import { parsers } from "./parsers.ts";

/** What the thread is told. */
export interface Started {
  readonly name: string;
  readonly seconds: number;
  readonly seed: number;
  /** Runs so far, the length of the input that is being read, and itself. */
  readonly current: SharedArrayBuffer;
}
/** What it tells. */
export interface Told {
  readonly kind: "finding" | "end";
  readonly text: string;
}

const slowMs = 1000;
const maxMemory = 1 << 30;
/** Inputs that others are made of. */
const maxPool = 2000;
const maxFindings = 20;

const { name, seconds, seed, current } = workerData as Started;
/** Tells the main thread that this one goes on. */
const tick = (): void => void Atomics.add(new Int32Array(current, 0, 1), 0, 1);
const tell = (kind: Told["kind"], text: string): void => parentPort?.postMessage({ kind, text } satisfies Told);

async function main(parser: Parser): Promise<void> {
  const random = createRandom(seed);
  const encoder = new TextEncoder();
  const seeds = parser.seeds().map((input) => (typeof input === "string" ? encoder.encode(input) : input));
  const pool = [...readCorpus(name), ...seeds].map((input) => input.subarray(0, maxInput));
  const seen = new Set<string>();
  const found = new Set<string>();
  for (const input of pool) await look(parser, input, found).then((outcome) => seen.add(outcome));
  const known = seen.size;
  const state = { runs: 0, kept: 0 };
  for (const end = performance.now() + seconds * 1000; performance.now() < end; state.runs++) {
    // Memory of buffers comes back between turns of the event loop only.
    if (state.runs % 50 === 0) await new Promise(setImmediate);
    const input = mutate(pool, parser.words, random);
    const outcome = await look(parser, input, found);
    if (seen.has(outcome)) continue;
    seen.add(outcome);
    const small = await minimize(parser, input, outcome, tick);
    if (pool.length < maxPool) pool.push(small);
    if (keep(name, small)) state.kept++;
  }
  tell(
    "end",
    `${state.runs} runs in ${Math.round(seconds)} s, seed ${seed}: ${seen.size - known} new outcomes, ${state.kept} kept, ${found.size} findings`,
  );
}

/** What comes of an input; a finding is told once. */
async function look(parser: Parser, input: Uint8Array, found: Set<string>): Promise<string> {
  const counter = new Int32Array(current, 0, 2);
  new Uint8Array(current, 8).set(input);
  Atomics.store(counter, 1, input.length);
  tick();
  // Of this thread: on a busy machine it may stand still for a second.
  const start = process.threadCpuUsage();
  try {
    const outcome = await parser.run(input);
    const { user, system } = process.threadCpuUsage(start);
    const ms = (user + system) / 1000;
    const { rss } = process.memoryUsage();
    if (ms < slowMs && rss < maxMemory) return outcome;
    if (isNew(found, "slow or large")) keep(name, input, true);
    report(
      found,
      input,
      ms < slowMs ? `takes ${Math.round(rss / 2 ** 20)} MiB` : `took ${Math.round(ms)} ms`,
      "slow or large",
    );
    return "slow or large";
  } catch (error) {
    const { stack, message } = error as Error;
    const key = `finding ${message.slice(0, 40)}`;
    const small = isNew(found, key) ? await minimize(parser, input, "finding", tick) : input;
    if (isNew(found, key)) keep(name, small, true);
    report(found, small, stack ?? message, key);
    return key;
  }
}

/** One fault has many messages: the first few are enough. */
const isNew = (found: ReadonlySet<string>, key: string): boolean => !found.has(key) && found.size < maxFindings;

function report(found: Set<string>, input: Uint8Array, what: string, key: string): void {
  if (!isNew(found, key)) return;
  found.add(key);
  tell("finding", `FINDING ${what}\n  input ${JSON.stringify(Buffer.from(input).toString("latin1").slice(0, 600))}`);
}

await main(parsers.find((parser) => parser.name === name)!);

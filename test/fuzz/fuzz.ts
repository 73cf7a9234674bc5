/**
 * `pnpm fuzz [--minutes N] [--seed N] [parser...]`: changed inputs for each parser, one parser after the other. What breaks a parser, or
 * takes more than a second, or much memory, is printed and kept in the corpus, as are inputs that come to something new; the ordinary
 * tests read the corpus. The exit code is 1 when something was found.
 */
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { parsers } from "./parsers.ts";
import type { Started, Told } from "./work.ts";

/** Nothing may take longer than a second; a parser that is still at it after this long is ended. */
const hangMs = 20_000;

async function fuzz(name: string, seconds: number, seed: number): Promise<number> {
  const current = new SharedArrayBuffer(8 + (64 << 10));
  const started: Started = { name, seconds, seed, current };
  const worker = new Worker(new URL("work.ts", import.meta.url), { workerData: started });
  const state = { findings: 0, runs: -1, done: false };
  worker.on("message", (told: Told) => {
    if (told.kind === "finding") state.findings++;
    process.stdout.write(`${name}: ${told.text}\n`);
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => {
      state.done = true;
      resolve();
    });
  });
  const counter = new Int32Array(current, 0, 2);
  const watch = setInterval(() => {
    const runs = Atomics.load(counter, 0);
    if (runs === state.runs && !state.done) {
      state.findings++;
      const bytes = Buffer.from(new Uint8Array(current, 8, Atomics.load(counter, 1)));
      process.stdout.write(`${name}: hangs on ${bytes.toString("base64")}\n`);
      void worker.terminate();
    }
    state.runs = runs;
  }, hangMs);
  await ended.finally(() => clearInterval(watch));
  return state.findings;
}

const { values, positionals } = parseArgs({
  options: { minutes: { type: "string", default: "1" }, seed: { type: "string", default: String(Date.now() % 1e9) } },
  allowPositionals: true,
});
const chosen = positionals.length > 0 ? positionals : parsers.map(({ name }) => name);
const unknown = chosen.filter((name) => parsers.every((parser) => parser.name !== name));
if (unknown.length > 0)
  throw new Error(`no parser "${unknown.join()}"; there are ${parsers.map(({ name }) => name).join(", ")}`);
let findings = 0;
for (const name of chosen) findings += await fuzz(name, Number(values.minutes) * 60, Number(values.seed));
process.stdout.write(`${findings} findings\n`);
process.exitCode = findings > 0 ? 1 : 0;

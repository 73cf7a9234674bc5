/**
 * Compares us with our peers: `pnpm bench` within ten minutes, `pnpm bench --full` all cases. `--list` names the cases, `--case a,b`
 * `--peers a,b` `--runs N` `--seconds N` choose. Only ratios of one run mean anything: the machine is whatever it is.
 * A whole bench writes its tables to docs/benchmarks.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { replaceBetween } from "../../scripts/markdown.ts";
import type { Case, CaseResult } from "./cases.ts";
import { cases } from "./cases.ts";
import type { Collector } from "./collectors.ts";
import { ours, peersNamed } from "./collectors.ts";
import { standIns } from "./judge.ts";
import { checkout, machine } from "./machine.ts";
import { type Narrowing, type Planned, plan } from "./plan.ts";
import { createProgress } from "./progress.ts";
import { caseReport, report } from "./report.ts";
import { runCase, secondsOf } from "./run-case.ts";

/** A short bench begins no run that would end later; stopping and writing need the rest. */
const shortSeconds = 580;
const page = join(import.meta.dirname, "../../docs/benchmarks.md");

interface Arguments extends Narrowing {
  readonly list: boolean;
  readonly peers?: string;
  readonly runs: number;
  /** Something was chosen: the results are of a part, and no page is written. */
  readonly narrowed: boolean;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      full: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      case: { type: "string" },
      peers: { type: "string" },
      runs: { type: "string" },
      seconds: { type: "string" },
    },
  });
  const { case: names, peers, runs, seconds } = values;
  return {
    full: values.full,
    list: values.list,
    runs: Number(runs ?? 3),
    narrowed: [names, peers, runs, seconds].some((value) => value !== undefined),
    ...(names === undefined ? {} : { names: names.split(",") }),
    ...(peers === undefined ? {} : { peers }),
    ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
  };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function listCases(): void {
  for (const { name, title, short } of cases) {
    print(`${name.padEnd(10)} ${short === undefined ? "--full" : "      "}  ${title}`);
  }
}

/** Ours first; without it the peers can still be compared with each other. */
function collectorsOf(one: Planned, own: Collector | undefined, peers: readonly Collector[]): Collector[] {
  return [...(own === undefined ? [] : [own]), ...(one.alone ? [] : peers)];
}

/** The peers of a case: those it names, or those the user named. */
function peersOf(one: Case, named: readonly Collector[] | undefined, all: readonly Collector[]): readonly Collector[] {
  if (named !== undefined) return named;
  const there = new Set<string>(all.map(({ name }) => name));
  const wanted = new Set<string>(one.peers.map((peer) => (there.has(peer) ? peer : (standIns[peer] ?? peer))));
  return all.filter(({ name }) => wanted.has(name));
}

function writePage(marker: string, text: string): void {
  const next = replaceBetween(readFileSync(page, "utf8"), marker, text);
  if (next === undefined) throw new Error(`cannot write "docs/benchmarks.md": it has no markers for "${marker}"`);
  writeFileSync(page, next);
  print("\nwrote docs/benchmarks.md");
}

/** Runs all that was planned, and tells how long it still takes. */
async function runAll(planned: readonly Planned[], args: Arguments, startedAt: number): Promise<CaseResult[]> {
  const own = ours();
  if (own === undefined) process.exitCode = 1;
  const [all, named] = [peersNamed(undefined), args.peers === undefined ? undefined : peersNamed(args.peers)];
  const works = planned.map((one) => ({ ...one, collectors: collectorsOf(one, own, peersOf(one.case, named, all)) }));
  const total = works.reduce(
    (sum, { case: one, course, collectors, long = 0 }) =>
      sum + collectors.length * args.runs * secondsOf(one, course) + long,
    0,
  );
  const progress = createProgress(
    total,
    args.full || args.narrowed ? undefined : shortSeconds,
    () => (performance.now() - startedAt) / 1000,
    (line) => void process.stderr.write(`${line}\n`),
  );
  const results: CaseResult[] = [];
  for (const { case: one, course, long, collectors } of works) {
    const result = await runCase(one, collectors, course, args.runs, progress, long);
    results.push(result);
    print(`\n${caseReport(result)}`);
  }
  return results;
}

/** Speed without correctness is nothing: the bench fails when ours delivers wrong, not all, or cannot be measured. */
function judgeOwn(results: readonly CaseResult[]): void {
  for (const { case: one, rows } of results) {
    const own = rows.find((row) => row.collector === "sluice");
    if (own === undefined || own.problems.length === 0) continue;
    process.exitCode = 1;
    print(`\n${one.name} failed: ${own.problems.join("; ")}`);
  }
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const args = readArguments();
  if (args.list) return listCases();
  const planned = plan(cases, args);
  const about = [`${machine()}.`, `${checkout()}; medians of ${args.runs} runs.`];
  print(about.join("\n"));
  const results = await runAll(planned, args, startedAt);
  const text = report(about, results);
  print(`\n${text.slice(0, text.indexOf("\n### "))}`);
  judgeOwn(results);
  if (!args.narrowed) writePage(args.full ? "full" : "short", text);
}

await main();

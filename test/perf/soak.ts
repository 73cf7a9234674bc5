/**
 * Watches one collector under a steady load: `pnpm soak --hours 24` or `--minutes 10`, with `--targets 4 --series 25000 --interval 15
 * --churn 0 --every 60 --csv FILE`. Prints a line a reading, and CSV to the file; exit code 1 when an alarm rang.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { samplesPerPage } from "./books.ts";
import { ours } from "./collectors.ts";
import { type Run, startRun, until, whyEnded } from "./harness.ts";
import { samplesSent, seriesLimit } from "./ledger.ts";
import { type Load, plainLoad } from "./load.ts";
import { machine } from "./machine.ts";
import { accountOnPage, accountProblems, lastAccount, loopDelay, slotOutcomes, sumOf } from "./own-numbers.ts";
import { usageOf } from "./process-meter.ts";
import { drain, findings } from "./scrape.ts";
import { type Alarm, alarmsOf, type SoakLimits, type SoakRow } from "./soak-alarms.ts";
import { soakCsv, soakHead, soakLine } from "./soak-lines.ts";
import { lastWords } from "./words.ts";

interface Soak {
  readonly load: Load;
  readonly seconds: number;
  readonly every: number;
  readonly limits: SoakLimits;
  readonly csv?: string;
}

function readArguments(): Soak {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    options: {
      hours: text("0"),
      minutes: text("0"),
      targets: text("4"),
      series: text("25000"),
      interval: text("15"),
      churn: text("0"),
      every: text("60"),
      "loop-ms": text("250"),
      csv: { type: "string" },
    },
  });
  const seconds = Number(values.hours) * 3600 + Number(values.minutes) * 60;
  if (!(seconds > 0)) throw new Error("cannot soak for no time: give --hours or --minutes");
  const load = {
    ...plainLoad,
    targets: Number(values.targets),
    series: Number(values.series),
    intervalMs: Number(values.interval) * 1000,
    churn: Number(values.churn),
  };
  const round = load.targets * load.series;
  const seen = round * (1 + (load.churn * seconds * 1000) / load.intervalMs);
  if (seen > seriesLimit) throw new Error(`cannot check ${seen} series: at most ${seriesLimit}, take less --churn`);
  const warmUp = Math.max(4 * Number(values.interval), Math.min(600, seconds / 10));
  return {
    load,
    seconds,
    every: Number(values.every),
    limits: { warmUp, round, loopMs: Number(values["loop-ms"]) },
    ...(values.csv === undefined ? {} : { csv: values.csv }),
  };
}

interface Before {
  readonly at: number;
  readonly cpu: number;
  readonly shown: number;
}

/** Skipped are ticks with any outcome but the one that is meant. */
function skippedTicks(page: string): number {
  return Object.entries(slotOutcomes(page)).reduce((sum, [outcome, n]) => sum + (outcome === "scraped" ? 0 : n), 0);
}

/** The sink is asked last, so that nothing is delivered on the page which it had not counted yet. */
async function readRow(run: Run, load: Load, startedAt: number, before: Before): Promise<[SoakRow, Before]> {
  const { served, missed } = await run.generatorStats();
  const page = await run.ownPage();
  const { cpuSeconds, rssBytes } = usageOf(run.collector.pid!);
  const sink = await run.sinkStats();
  const at = performance.now();
  const shown = served.reduce((sum, pages) => sum + pages, 0) * samplesPerPage(load);
  const cpu = cpuSeconds - before.cpu;
  const row: SoakRow = {
    seconds: (at - startedAt) / 1000,
    cpuPercent: (cpu / (at - before.at)) * 1e5,
    cpuPerMillion: shown > before.shown ? (cpu / (shown - before.shown)) * 1e6 : 0,
    rss: rssBytes,
    heap: sumOf(page, "otelcol_process_runtime_heap_alloc_bytes"),
    bytes: sink.bytes,
    shown,
    right: sink.samples,
    wrong: sink.missing + sink.duplicates + sink.outOfOrder + sink.wrongValues + sink.torn + sink.unknown,
    skipped: skippedTicks(page),
    missed,
    loopMs: (loopDelay(page)?.p999 ?? 0) * 1000,
    account: accountOnPage(page),
  };
  return [row, { at, cpu: cpuSeconds, shown }];
}

/** What is wrong when everything that was shown should have come. */
async function finish(run: Run, load: Load): Promise<string[]> {
  const { shown } = await drain(run, load);
  await run.endCollector();
  const sink = await run.sinkStats();
  const lost = shown - sink.samples;
  return [
    ...(lost === 0 ? [] : [`${lost} samples lost`]),
    ...findings(sink),
    ...accountProblems(lastAccount(run.log()), samplesSent(sink)),
  ];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Reads until the time is up; each alarm is told when it rings first. */
async function watch(run: Run, soak: Soak): Promise<Alarm[]> {
  const { load, seconds, every, limits, csv } = soak;
  const startedAt = performance.now();
  const rows: SoakRow[] = [];
  const rang = new Map<string, Alarm>();
  let before: Before = { at: startedAt, cpu: usageOf(run.collector.pid!).cpuSeconds, shown: 0 };
  for (let next = every; next <= seconds; next += every) {
    await sleep(Math.max(0, startedAt + next * 1000 - performance.now()));
    const ended = whyEnded(run);
    if (ended !== undefined) throw new Error(`${ended}: ${lastWords(run.log())}`);
    const [row, now] = await readRow(run, load, startedAt, before);
    before = now;
    rows.push(row);
    print(soakLine(row, seconds));
    if (csv !== undefined) appendFileSync(csv, soakCsv(row));
    for (const alarm of alarmsOf(rows, limits)) {
      if (!rang.has(alarm.name)) process.stderr.write(`ALARM ${alarm.name}: ${alarm.text}\n`);
      rang.set(alarm.name, alarm);
    }
  }
  return [...rang.values()];
}

async function main(): Promise<void> {
  const soak = readArguments();
  const { load, csv } = soak;
  const collector = ours();
  if (collector === undefined) throw new Error("cannot soak: the distribution cannot be bundled");
  print(`${machine()}\n${load.targets} targets x ${load.series} series every ${load.intervalMs / 1000} s\n${soakHead}`);
  if (csv !== undefined) writeFileSync(csv, soakCsv());
  const run = await startRun(collector, load);
  try {
    await until(run, "the first sample", 60, async () => (await run.received()).requests > 0);
    const alarms = await watch(run, soak);
    const problems = await finish(run, load);
    for (const { name, text } of alarms) print(`ALARM ${name}: ${text}`);
    for (const problem of problems) print(`at the end: ${problem}`);
    if (alarms.length + problems.length > 0) process.exitCode = 1;
    else print("no alarm");
  } finally {
    await run.stop();
  }
}

await main();

/**
 * Changes the configuration of a running collector at random while it scrapes and writes, and holds every slot, sample and
 * connection against what must be: `pnpm reload-load [--seed 1 --edits 100 --targets 100 --series 1000 --interval 1000 --watch]`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { GeneratorStats } from "./generator.ts";
import { endProcess, freePort, startTool } from "./harness.ts";
import { usageOf } from "./process-meter.ts";
import { checkSlots, type Scheduled, type SlotCounts } from "./reload-check.ts";
import { type ReloadCollector, startReloadCollector } from "./reload-collector.ts";
import { discoveryFiles, firstSetup, type Job, type Places, type Setup, textOf } from "./reload-config.ts";
import { createRandom, type Edit, nextEdit, type Random } from "./reload-edits.ts";
import { createReloadLedger, type ReloadLedger } from "./reload-ledger.ts";
import { type Probe, type Probes, startProbes } from "./reload-probes.ts";
import { type Mood, type ReloadSinks, startReloadSinks } from "./reload-sinks.ts";

export interface ReloadLoad {
  readonly seed: number;
  readonly edits: number;
  readonly targets: number;
  readonly series: number;
  readonly intervalMs: number;
  /** Mean time between the end of a reload and the next edit, in milliseconds. */
  readonly pauseMs: number;
  readonly watch: boolean;
  /** Told of each edit. */
  readonly tell?: (line: string) => void;
}
export interface ReloadReport {
  /** What must not be; empty when all is well. */
  readonly problems: readonly string[];
  readonly outcomes: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly samples: number;
  readonly slots: number;
  /** Slots that were skipped, and counted so; and why. */
  readonly missed: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Milliseconds from the signal to the line of the log. */
  readonly reloadMs: { readonly median: number; readonly max: number };
  /** Megabytes, over the run, and at the end when nothing is scraped any more. */
  readonly rss: readonly number[];
  readonly probes: readonly Probe[];
}

/** Everything that runs. */
interface World {
  readonly load: ReloadLoad;
  readonly random: Random;
  readonly collector: ReloadCollector;
  readonly sinks: ReloadSinks;
  readonly main: ReloadLedger;
  readonly side: ReloadLedger;
  readonly problems: string[];
  readonly times: number[];
  /** How late the collector's event loop was, reading by reading. */
  readonly stalls: number[];
  readonly rss: number[];
  /** What it starts with. */
  readonly first: Setup;
  /** Targets of the receiver that comes and goes. */
  readonly extra: ReadonlySet<number>;
  served(): Promise<readonly number[]>;
}

/** Waits until it is so; a problem when it takes too long. */
async function until({ collector, problems }: World, what: string, ask: () => Promise<boolean> | boolean, ms = 30_000) {
  const deadline = performance.now() + ms;
  while (!(await ask())) {
    if (collector.child.exitCode !== null || collector.child.signalCode !== null) {
      throw new Error(`the collector ended: ${JSON.stringify(collector.lines.slice(-5))}`);
    }
    if (performance.now() > deadline) {
      problems.push(`waited in vain for ${what}`);
      return;
    }
    await sleep(10);
  }
}

/** Writes a version and waits for what comes of it. */
async function make(world: World, edit: Edit): Promise<void> {
  const { collector, problems, load, times } = world;
  const before = collector.results.length;
  collector.write(edit.text);
  const begun = Date.now();
  collector.hangUp();
  // Of two versions at once the last reload may still be told, which changed nothing.
  const find = () =>
    collector.results.slice(before).find(({ outcome }) => outcome === edit.expect || outcome !== "unchanged");
  await until(world, `"${edit.name}" to be ${edit.expect}`, () => find() !== undefined);
  const result = find();
  if (result === undefined) return;
  // By the time in the log: this process is busy with reading what is written.
  const took = Date.parse(String(result.line.ts)) - begun;
  times.push(took);
  const stalled = Math.max(0, ...world.stalls.splice(0));
  load.tell?.(`${edit.name}: ${result.outcome} in ${took} ms; since the one before late by ${stalled.toFixed(0)} ms`);
  if (result.outcome !== edit.expect) {
    problems.push(`"${edit.name}" was ${result.outcome}, not ${edit.expect}: ${JSON.stringify(result.line)}`);
  }
}

/** Writes a second version while the first one is taken up; what must follow is that the second one is in force. */
async function makeTwo(world: World, first: Edit, second: Edit): Promise<void> {
  const { collector, load } = world;
  const before = collector.results.length;
  for (const edit of [first, second]) {
    collector.write(edit.text);
    collector.hangUp();
    await sleep(world.random.next() * 20);
  }
  load.tell?.(`at once: ${first.name}; ${second.name}`);
  await until(world, "two versions at once", () => collector.results.length > before);
  const state = { seen: collector.results.length };
  await until(world, "the second of two versions to be in force", async () => {
    collector.write(second.text);
    collector.hangUp();
    await until(world, "another reload", () => collector.results.length > state.seen);
    // What was asked for before may still be told.
    await sleep(300);
    const unchanged = collector.results.slice(state.seen).every(({ outcome }) => outcome === "unchanged");
    state.seen = collector.results.length;
    return unchanged;
  });
}

async function editAll(world: World, first: Setup): Promise<Setup> {
  const { load, random, sinks, rss, collector } = world;
  const state = { setup: first };
  for (let count = 0; count < load.edits; count++) {
    const edit = nextEdit(state.setup, random);
    const next = nextEdit(edit.setup, random);
    const mood = random.pick<Mood>(["well", "well", "well", "slow", "down"]);
    // Without a queue scrapes wait for the backend, and so miss slots.
    if ([state.setup, edit.setup, next.setup].every(hasQueue)) sinks.mood = mood;
    if (random.next() < 0.1 && next.expect === "applied") {
      await makeTwo(world, edit, next);
      state.setup = next.setup;
      count++;
    } else {
      await make(world, edit);
      state.setup = edit.setup;
    }
    // A backend is not down for longer than the queue has room.
    await sleep(random.next() * Math.min(load.pauseMs, 1000));
    sinks.mood = "well";
    await sleep(random.next() * load.pauseMs);
    if (count % 10 === 0) rss.push(usageOf(collector.child.pid!).rssBytes / 1e6);
  }
  return state.setup;
}

function hasQueue({ exporter }: Setup): boolean {
  return (exporter.remote_write_queue as { enabled?: boolean } | undefined)?.enabled !== false;
}

/** Takes all jobs out and waits until everything has come; then nothing moves any more. */
async function comeToRest(world: World, setup: Setup): Promise<void> {
  const { collector, load, main, side } = world;
  const state = { samples: -1 };
  const nobody = <J extends Job | undefined>(job: J): J => job && { ...job, targets: [], discovery: "static" };
  const [guest, extra] = [nobody(setup.guest), nobody(setup.extra)];
  const last = { ...setup, jobs: setup.jobs.map(nobody), guest, extra, comment: setup.comment + 1 };
  await make(world, { name: "no targets", text: textOf(last), expect: "applied", setup: last });
  await until(world, "all samples", async () => {
    const before = state.samples;
    state.samples = main.stats.samples + side.stats.samples;
    // Stale markers come two intervals and a tenth after; the pacer's interval may be twice as long.
    await sleep(5 * load.intervalMs);
    return before === state.samples && (await collector.metrics()).sum("sluice_exporter_queued_items") === 0;
  });
}

function schedule(first: Setup, served: readonly number[]): readonly Scheduled[] {
  const fixed = first.jobs.map((job) => ({ ...job, interval: job.name === "pacer" ? undefined : job.interval }));
  const others = [first.guest, first.extra].filter((job) => job !== undefined);
  return [...fixed, ...others.map((job) => ({ ...job, interval: undefined }))].flatMap(({ name, targets, interval }) =>
    targets.map((target) => ({ job: name, target, interval, served: served[target] ?? 0 })),
  );
}

function reasonsOf(counts: ReadonlyMap<string, SlotCounts>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { reasons } of counts.values()) {
    for (const [reason, count] of Object.entries(reasons)) sums[reason] = (sums[reason] ?? 0) + count;
  }
  return sums;
}

/** What must hold of the sums, whatever was changed. */
async function checkSums(world: World): Promise<void> {
  const { collector, main, side, sinks, problems } = world;
  const page = await collector.metrics();
  for (const outcome of ["applied", "unchanged", "refused"]) {
    const told = collector.results.filter((result) => result.outcome === outcome).length;
    const counted = page.sum("sluice_reloads", `outcome="${outcome}"`);
    if (told !== counted) problems.push(`sluice_reloads says ${counted} ${outcome}, the log ${told}`);
  }
  const { samples: _, series: __, stale: ___, ...faults } = main.stats;
  for (const [name, count] of Object.entries({ ...faults, bad: sinks.bad, sideTwice: side.stats.duplicates })) {
    if (count !== 0) problems.push(`${name}: ${count}`);
  }
  // A receiver that is taken out as a whole ends as at a stop: its series get no stale markers.
  const live = main.live().filter(({ target }) => !world.extra.has(target));
  if (live.length > 0)
    problems.push(`${live.length} series have no stale marker, like ${live.find(({ text }) => text)?.text}`);
  const { code, accounts } = await collector.stop();
  if (code !== 0) problems.push(`the collector ended with ${code}`);
  for (const [id, { accepted, delivered, rejected, dropped, queued }] of accounts) {
    const came = (id === "prometheus_remote_write" ? main : side).stats.samples;
    if (accepted !== delivered || delivered !== came || rejected + dropped + queued !== 0) {
      const told = JSON.stringify({ accepted, delivered, rejected, dropped, queued });
      problems.push(`exporter ${id}: ${told}, and ${came} samples came`);
    }
  }
  for (const { level, msg, ...fields } of collector.lines) {
    if (level === "error" && !msg.startsWith("cannot reload")) problems.push(`log: ${msg} ${JSON.stringify(fields)}`);
  }
}

function checkProbes(probes: readonly Probe[], problems: string[]): void {
  for (const { name, answered, refused, cut, bad, examples } of probes) {
    const isSteady = name.startsWith("steady");
    if (isSteady && answered === 0) problems.push(`${name}: nothing was answered`);
    // Where a listener comes and goes its end refuses, and cuts who just connected.
    if (bad + (isSteady ? refused + cut : 0) > 0) {
      problems.push(
        `${name}: of ${answered} requests ${refused} refused, ${cut} cut, ${bad} bad: ${examples.join("; ")}`,
      );
    }
  }
}

/** A bound that only something that grows with every reload can break. */
function checkMemory(rss: readonly number[], problems: string[]): void {
  const [before = 0, after = 0] = [rss[0], rss.at(-1)];
  if (after > 3 * before + 200) problems.push(`memory grew from ${before} to ${after} MB`);
}

/** Somebody else who listens. */
async function startStranger(): Promise<{ port: number; close(): void }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  return { port: (server.address() as { port: number }).port, close: () => void server.close() };
}

/** All that a collector needs around it. */
async function startSurroundings(load: ReloadLoad, folder: string) {
  const [main, side] = [createReloadLedger(load.series, load.targets), createReloadLedger(load.series, load.targets)];
  const sinks = await startReloadSinks(main, side);
  const stranger = await startStranger();
  const sizes = ["--targets", load.targets, "--series", load.series, "--ports", Math.min(10, load.targets)];
  const generator = await startTool<{ ports: number[] }>("generator.ts", sizes.map(String));
  const places: Places = {
    generator: generator.at.ports,
    sinks: sinks.ports,
    health: await freePort(),
    zpages: await freePort(),
    metrics: await freePort(),
    secondMetrics: await freePort(),
    stranger: stranger.port,
  };
  const first = firstSetup(places, load.targets, load.intervalMs);
  for (const [name, text] of discoveryFiles(first)) writeFileSync(join(folder, name), text);
  return {
    main,
    side,
    sinks,
    places,
    first,
    async served(): Promise<readonly number[]> {
      const answer = await fetch(`http://127.0.0.1:${places.generator[0]}/stats`);
      return ((await answer.json()) as GeneratorStats).served;
    },
    async end() {
      await endProcess(generator.child);
      sinks.close();
      stranger.close();
    },
  };
}

/** Asks every listener; notes how late the collector's event loop says it was. */
function startAsking({ health, zpages, metrics, secondMetrics }: Places, stalls: number[]): Probes {
  const noteStall = (page: string): void => {
    const [, seconds] = /^sluice_event_loop_delay\{.*quantile="1".*\} (\S+)/m.exec(page) ?? [];
    if (seconds !== undefined) stalls.push(Number(seconds) * 1000);
  };
  return startProbes({
    "steady extension": { port: health, path: "/", everyMs: 10 },
    "other extension": { port: zpages, path: "/", everyMs: 20 },
    "steady page": { port: metrics, path: "/metrics", everyMs: 100, read: noteStall },
    "other page": { port: secondMetrics, path: "/metrics", everyMs: 100 },
  });
}

/** Runs the whole test. */
export async function reloadUnderLoad(load: ReloadLoad): Promise<ReloadReport> {
  const folder = mkdtempSync(join(tmpdir(), "reload-"));
  const surroundings = await startSurroundings(load, folder);
  const { places, first } = surroundings;
  const options = { folder, text: textOf(first), watch: load.watch, metricsPort: places.metrics };
  try {
    const collector = await startReloadCollector(options);
    const random = createRandom(load.seed);
    const extra = new Set(first.extra!.targets);
    const world = { ...surroundings, load, collector, random, extra, stalls: [], problems: [], times: [], rss: [] };
    const probes = startAsking(places, world.stalls);
    try {
      return await run(world, probes);
    } finally {
      await probes.stop();
      await endProcess(collector.child);
    }
  } finally {
    await surroundings.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(world: World, probes: Probes): Promise<ReloadReport> {
  const { collector, main, problems, times, rss, first } = world;
  const begun = performance.now();
  await until(world, "every target", () => main.slots.every((slots) => slots.size > 0));
  const early = (await collector.metrics()).slots();
  const last = await editAll(world, first);
  await comeToRest(world, last);
  const goneAt = Date.parse(String(collector.results.at(-1)?.line.ts));
  rss.push(usageOf(collector.child.pid!).rssBytes / 1e6);
  const counts = (await collector.metrics()).slots();
  const found = checkSlots(main, schedule(first, await world.served()), { counts, early, goneAt });
  problems.push(...found.problems);
  await probes.stop();
  checkProbes(probes.probes, problems);
  checkMemory(rss, problems);
  await checkSums(world);
  const sorted = times.toSorted((a, b) => a - b);
  return {
    problems,
    outcomes: Object.fromEntries(
      Object.entries(Object.groupBy(collector.results, ({ outcome }) => outcome)).map(([name, all]) => [
        name,
        all.length,
      ]),
    ),
    seconds: (performance.now() - begun) / 1000,
    samples: main.stats.samples,
    slots: found.slots,
    missed: found.missed,
    reasons: reasonsOf(counts),
    reloadMs: { median: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 },
    rss: rss.map(Math.round),
    probes: probes.probes,
  };
}

async function fromCommandLine(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      edits: { type: "string", default: "100" },
      targets: { type: "string", default: "100" },
      series: { type: "string", default: "1000" },
      interval: { type: "string", default: "1000" },
      pause: { type: "string", default: "1000" },
      watch: { type: "boolean", default: false },
    },
  });
  const report = await reloadUnderLoad({
    seed: Number(values.seed),
    edits: Number(values.edits),
    targets: Number(values.targets),
    series: Number(values.series),
    intervalMs: Number(values.interval),
    pauseMs: Number(values.pause),
    watch: values.watch,
    tell: (line) => void process.stdout.write(`${line}\n`),
  });
  process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
  process.exitCode = report.problems.length === 0 ? 0 : 1;
}

if (import.meta.main) await fromCommandLine();

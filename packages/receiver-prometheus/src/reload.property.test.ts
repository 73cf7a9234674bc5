/**
 * A hundred edits at random while targets answer slowly, wrongly or not at all: every tick of the schedule in force is a scrape or is
 * booked as skipped, every page answered in time is handed on whole and once, and what vanishes, and only that, gets a stale marker.
 */
import type { HttpRequest, HttpResponse } from "@sluice/component";
import type { Batch } from "@sluice/data";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import {
  brokenOf,
  type ConfigModel,
  HOSTS,
  type Pick,
  pageOf,
  randomEdit,
  randomJob,
  seriesOfPage,
  type TargetModel,
  targetsOf,
  ticksOf,
  yamlOf,
} from "./reload.testing.ts";
import { type Sample, type Scraping, samplesOfBatch, startReceiver } from "./scraping.testing.ts";
import { labelsText } from "./series.ts";

const EDITS = 100;

/** A configuration and the time from which it is in force. */
interface Period {
  readonly from: number;
  readonly config: ConfigModel;
}
/** A batch, when it was handed on, and when the pipeline had taken it. */
interface Taken {
  readonly batch: Batch;
  readonly fromMs: number;
  readonly toMs: number;
}
/** What a target answers to one request. */
interface Answer {
  readonly n: number;
  readonly status: number;
  readonly delayMs: number;
}
interface World {
  readonly scraping: Scraping;
  readonly periods: Period[];
  readonly taken: Taken[];
  /** By job, host and moment of the request. */
  readonly answers: ReadonlyMap<string, Answer>;
}

/** Lets targets answer at random until `quiet`. */
function createTargets(pick: Pick, state: { readonly isQuiet: boolean }) {
  const answers = new Map<string, Answer>();
  async function answer(host: string, { target }: HttpRequest, { simulation }: Scraping): Promise<HttpResponse> {
    const mood = state.isQuiet ? 9 : pick(20);
    const delayMs = mood === 1 || mood === 2 ? pick(9000) + 0.25 : 0;
    const given = { n: answers.size + 1, status: mood === 0 ? 503 : 200, delayMs };
    const key = `${target.split("job=")[1]} ${host} ${simulation.clock.now()}`;
    expect(answers.has(key), `asked twice: ${key}`).toBe(false);
    answers.set(key, given);
    if (delayMs > 0) await simulation.env.timers.sleep(delayMs);
    return { status: given.status, headers: { "content-type": "text/plain" }, body: pageOf(given.n) };
  }
  return { answers, answer };
}

async function run(seed: number): Promise<World> {
  const random = createSimulation({ seed }).env.random;
  const pick: Pick = (below) => Math.floor(random.next() * below);
  const state = { isQuiet: false };
  const targets = createTargets(pick, state);
  const taken: Taken[] = [];
  let config: ConfigModel = { region: "", jobs: { j0: randomJob(pick), j1: randomJob(pick) } };
  const scraping = await startReceiver(yamlOf(config), {
    async setup({ network, files }) {
      files.write("broken.yml", "scrape_configs: [{job_name: x, nonsense: 1}]");
      for (const host of HOSTS) {
        const options = { address: { host, port: 80 }, maxBodyBytes: 1000 };
        await network.serveHttp(options, (request) => targets.answer(host, request, scraping));
      }
    },
    async next(batch, take) {
      const fromMs = scraping.simulation.clock.now();
      if (!state.isQuiet && pick(15) === 0) await scraping.simulation.env.timers.sleep(pick(15_000) + 0.75);
      taken.push({ batch, fromMs, toMs: scraping.simulation.clock.now() });
      await take(batch);
    },
  });
  const { advance, clock } = scraping.simulation;
  const periods: Period[] = [{ from: clock.now(), config }];
  for (let edit = 0; edit < EDITS; edit++) {
    // Never at a whole millisecond, so that no tick is due at the moment of an edit.
    await advance(pick(pick(3) === 0 ? 300 : 8000) + (edit === 0 ? 0.5 : 0));
    if (pick(4) === 0) {
      await expect(scraping.update(brokenOf(config, pick))).rejects.toThrow();
      continue;
    }
    config = randomEdit(config, pick);
    await scraping.update(yamlOf(config));
    periods.push({ from: clock.now(), config });
  }
  state.isQuiet = true;
  await advance(60_000);
  const nothing = { region: "", jobs: { last: { ...randomJob(pick), targets: {} } } };
  await scraping.update(yamlOf(nothing));
  periods.push({ from: clock.now(), config: nothing });
  await advance(60_000);
  return { scraping, periods, taken, answers: targets.answers };
}

/** Something that was handed on for a target. */
interface HandedOn {
  /** When it began, and when it was over. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly samples: readonly Sample[];
}
/** A scrape: it began at a tick. */
interface Scrape extends HandedOn {
  readonly up: number;
}
const isScrape = (handedOn: HandedOn): handedOn is Scrape => "up" in handedOn;
/** What was handed on for each target, by its labels but for the external ones: scrapes, and stale markers after the last one. */
function handedOnOf({ taken }: World): ReadonlyMap<string, readonly HandedOn[]> {
  const all = new Map<string, HandedOn[]>();
  for (const { batch, fromMs, toMs } of taken) {
    const samples = samplesOfBatch(batch);
    const up = samples.find(({ series, value }) => series.startsWith("up{") && value !== "stale");
    const key = ownLabels(samples[0]!.series);
    const list = all.get(key) ?? [];
    all.set(key, list);
    list.push(
      up === undefined ? { fromMs, toMs, samples } : ({ fromMs: up.ms, toMs, samples, up: up.value } as Scrape),
    );
  }
  return all;
}
/** What of a series' labels are its target's own. */
function ownLabels(series: string): string {
  const labels = [...series.matchAll(/(\w+)="([^"]*)"/g)].filter(([, name]) => /^(?:job|instance|env)$/.test(name!));
  return labelsText(new Map(labels.map(([, name, value]) => [name!, value!])));
}

interface Tick {
  readonly target: TargetModel;
  readonly region: string;
}
/** Every tick of the schedules in force, by the labels of the target. */
function expectedTicks({ scraping, periods }: World): ReadonlyMap<string, ReadonlyMap<number, Tick>> {
  const all = new Map<string, Map<number, Tick>>();
  const seed = `${scraping.simulation.env.process.hostname}{}`;
  for (const [index, { from, config }] of periods.entries()) {
    const to = periods[index + 1]?.from ?? from;
    for (const target of targetsOf(config)) {
      const key = labelsText(target.labels);
      const ticks = all.get(key) ?? new Map<number, Tick>();
      all.set(key, ticks);
      for (const at of ticksOf(target, seed, from, to)) ticks.set(at, { target, region: config.region });
    }
  }
  return all;
}

/** Each tick is one scrape, or is booked as skipped while one was under way. Gives how many were skipped. */
function checkSlots(world: World): number {
  const expected = expectedTicks(world);
  const handedOn = handedOnOf(world);
  const slots = new Map<string, { up: number; down: number; skipped: number }>();
  for (const [key, ticks] of expected) {
    const own = handedOn.get(key) ?? [];
    const scrapes = own.filter(isScrape);
    const at = scrapes.map(({ fromMs }) => fromMs);
    expect(at, key).toEqual([...new Set(at)].sort((a, b) => a - b));
    const undue = at.filter((tick) => !ticks.has(tick));
    expect(undue, `${key}: scraped when no tick was due`).toEqual([]);
    for (const [tick, { target }] of ticks) {
      const slot = slots.get(target.job) ?? { up: 0, down: 0, skipped: 0 };
      slots.set(target.job, slot);
      const scrape = scrapes.find(({ fromMs }) => fromMs === tick);
      if (scrape !== undefined) slot[scrape.up === 1 ? "up" : "down"]++;
      else {
        slot.skipped++;
        const isBusy = own.some(({ fromMs, toMs }) => fromMs < tick && toMs >= tick);
        expect(isBusy, `${key} was not scraped at ${tick}, and nothing was under way`).toBe(true);
      }
    }
  }
  expect([...handedOn.keys()].filter((key) => !expected.has(key))).toEqual([]);
  const { meter } = world.scraping.context;
  for (const [scrape_job, { up, down, skipped }] of slots) {
    const value = (outcome: string): number => meter.value("sluice_scrape_slots", { scrape_job, outcome });
    expect([value("scraped"), value("failed"), value("skipped")], scrape_job).toEqual([up, down, skipped]);
  }
  return [...slots.values()].reduce((sum, { skipped }) => sum + skipped, 0);
}

const isReport = (series: string): boolean => /^(?:up|scrape_\w+)\{/.test(series);

/** Each answer is one scrape, with what the rules of its tick make of the page. */
function checkSamples(world: World): void {
  const expected = expectedTicks(world);
  const unseen = new Map(world.answers);
  for (const [key, handedOn] of handedOnOf(world)) {
    for (const { fromMs: tick, up, samples } of handedOn.filter(isScrape)) {
      const { target, region } = expected.get(key)!.get(tick)!;
      const { model, job, labels } = target;
      const name = `${job} ${labels.get("instance")!.replace(":80", "")} ${tick}`;
      const { n, status, delayMs } = unseen.get(name)!;
      unseen.delete(name);
      const page = seriesOfPage(n, target, region);
      const isGood = status === 200 && delayMs < model.timeoutSeconds * 1000;
      const isUp = isGood && (model.sampleLimit === 0 || page.length <= model.sampleLimit);
      expect(up, `${name}: ${status} after ${delayMs} ms, ${page.length} samples`).toBe(isUp ? 1 : 0);
      const values = samples.filter(({ value }) => value !== "stale");
      expect(values.filter(({ series }) => isReport(series))).toHaveLength(model.extra ? 8 : 5);
      const shown = values.filter(({ series }) => !isReport(series));
      const wanted = isUp ? page.map((series) => `${series} ${n} ${tick}`) : [];
      expect(shown.map(({ series, value, ms }) => `${series} ${value} ${ms}`).sort(), name).toEqual(wanted.sort());
    }
  }
  expect([...unseen.keys()]).toEqual([]);
}

/** After each scrape, what its target showed is what lives; times of a series grow. Gives how many stale markers there were. */
function checkStaleness({ taken }: World): number {
  const live = new Map<string, Set<string>>();
  const last = new Map<string, number>();
  let markers = 0;
  for (const { batch } of taken) {
    const samples = samplesOfBatch(batch);
    const key = ownLabels(samples[0]!.series);
    const ofTarget = live.get(key) ?? new Set<string>();
    live.set(key, ofTarget);
    for (const { series, value, ms } of samples) {
      expect(ms, `${series} ${value}`).toBeGreaterThan(last.get(series) ?? 0);
      last.set(series, ms);
      if (value !== "stale") ofTarget.add(series);
      else {
        markers++;
        expect(ofTarget.delete(series), `${series} got a stale marker and was not there`).toBe(true);
      }
    }
    const shown = samples.filter(({ value }) => value !== "stale").map(({ series }) => series);
    if (shown.length > 0) expect([...ofTarget].sort()).toEqual(shown.sort());
  }
  expect([...live.values()].flatMap((series) => [...series])).toEqual([]);
  return markers;
}

for (const seed of [1, 2, 3, 4, 5]) {
  test(`a hundred edits under load, seed ${seed}`, async () => {
    const world = await run(seed);
    expect(checkSlots(world)).toBeGreaterThan(10);
    checkSamples(world);
    expect(checkStaleness(world)).toBeGreaterThan(200);
    expect(world.answers.size).toBeGreaterThan(300);
    await world.scraping.stop();
    expect(world.scraping.simulation.open()).toEqual([]);
  });
}

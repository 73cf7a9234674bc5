/** Runs a case: every collector in turn, round by round, so that all of them meet the same machine. */
import { cpus } from "node:os";
import type { Case, CaseResult, Row } from "./cases.ts";
import type { Collector } from "./collectors.ts";
import type { Figures } from "./figures.ts";
import { medians } from "./figures.ts";
import type { Progress } from "./progress.ts";
import { measureMost } from "./ramp.ts";
import { type Course, type Measurement, measureScrape } from "./scrape.ts";
import { measureIdle, measureStart } from "./start.ts";

/** Seconds to start, to drain and to stop, about. */
const overhead = 6;
/** Steps of a ramp, about. */
const rampSteps = 10;

/** Seconds one run of one collector takes, about. */
export function secondsOf({ kind }: Case, course: Course): number {
  const once = course.warmUp + course.window + (kind === "start" ? 2 : overhead);
  return kind === "ramp" ? once * rampSteps : once;
}

async function measure(one: Case, collector: Collector, course: Course): Promise<Measurement> {
  switch (one.kind) {
    case "scrape":
      return await measureScrape(collector, one.load, course);
    case "ramp":
      return await measureMost(collector, one.load, course);
    case "start":
      return {
        figures: { ...(await measureStart(collector)), ...(await measureIdle(collector, course.window)) },
        problems: [],
      };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}

interface Collected {
  readonly collector: Collector;
  readonly runs: Figures[];
  /** Of the long run. */
  extra: Figures;
  readonly problems: Set<string>;
  readonly remarks: Set<string>;
}

async function runOnce(collected: Collected, work: () => Promise<Measurement>): Promise<void> {
  try {
    const { figures, problems, remarks = [] } = await work();
    collected.runs.push(figures);
    for (const problem of problems) collected.problems.add(problem);
    for (const remark of remarks) collected.remarks.add(remark);
  } catch (error) {
    collected.problems.add(reasonOf(error));
  }
}

/** One more run of ours, for what needs time to tell. */
async function runLong(one: Case, collected: Collected, course: Course, seconds: number): Promise<void> {
  try {
    const long = { ...course, window: seconds, holdMb: 0 };
    const { figures, problems } = await measureScrape(collected.collector, one.load, long);
    collected.extra = figures.rssGrowth === undefined ? {} : { rssGrowth: figures.rssGrowth };
    for (const problem of problems) collected.problems.add(`in ${seconds} s: ${problem}`);
  } catch (error) {
    collected.problems.add(`in ${seconds} s: ${reasonOf(error)}`);
  }
}

/** Why a case cannot be run here; undefined when it can. */
function obstacle(one: Case, collectors: readonly Collector[]): string | undefined {
  const own = collectors.find(({ name }) => name === "sluice");
  if (one.load.processed && own !== undefined && own.lacks.length > 0) {
    return `the distribution has no processor ${own.lacks.join(" and no ")}`;
  }
  if (one.kind === "ramp" && cpus().length < 2) return "it needs two cores";
  return undefined;
}

function rowOf({ collector, runs, extra, problems, remarks }: Collected): Row {
  const figures = { ...medians(runs), ...extra };
  const { name, version } = collector;
  return { collector: name, version, runs: runs.length, figures, problems: [...problems], remarks: [...remarks] };
}

/** Runs a case with the collectors that are given; what fails is a row with its reason. */
export async function runCase(
  one: Case,
  collectors: readonly Collector[],
  course: Course,
  runs: number,
  progress: Progress,
  long: number | undefined,
): Promise<CaseResult> {
  const leftOut = obstacle(one, collectors);
  if (leftOut !== undefined) return { case: one, rows: [], leftOut };
  const all: Collected[] = collectors.map((collector) => ({
    collector,
    runs: [],
    extra: {},
    problems: new Set(),
    remarks: new Set(),
  }));
  for (let run = 1; run <= runs; run++) {
    for (const collected of all) {
      // One that could not be measured at all is not tried again.
      if (collected.runs.length === 0 && collected.problems.size > 0) continue;
      if (progress.secondsLeft() < secondsOf(one, course)) {
        collected.remarks.add(`no time for run ${run}`);
        continue;
      }
      progress.tell(`${one.name}: ${collected.collector.name}, run ${run} of ${runs}`, secondsOf(one, course));
      await runOnce(collected, () => measure(one, collected.collector, course));
    }
  }
  const own = all.find(({ collector }) => collector.name === "sluice");
  if (long !== undefined && own !== undefined) {
    progress.tell(`${one.name}: sluice, ${long} s`, long);
    await runLong(one, own, course, long);
  }
  return { case: one, rows: all.map(rowOf) };
}

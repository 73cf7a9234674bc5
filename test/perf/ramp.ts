/** Measures how many samples a second a collector takes on one core without falling behind. */
import type { Collector } from "./collectors.ts";
import type { Load } from "./load.ts";
import { sampleRate } from "./load.ts";
import { type Course, type Measurement, measureScrape } from "./scrape.ts";

const fewest = 50;
const mostTargets = 12_800;
/** Halvings between what held and what did not: 9 % are left. */
const refinements = 3;
/** Share of the ticks that may be missed, and of the samples that may be lost: a cold start under full load may time out. */
const lossShare = 0.005;
/** Share of the samples that must be there; a short window cuts some scrapes off at its ends. */
const enough = 0.97;
/** What is sent in batches may need that long after the last scrape. */
const drainAtMost = 6;
/** Cores that generator and sink may use of the one they have: above it, they are the limit. */
const harnessAtMost = 0.9;

/** Why a rate does not count as held; undefined when it does. */
function whyBehind(load: Load, { figures }: Measurement, { warmUp, window }: Course): string | undefined {
  const { lost = 0, missed = 0, drain = 0, samplesPerSecond = 0 } = figures;
  const ticks = (load.targets * window * 1000) / load.intervalMs;
  const share = samplesPerSecond / sampleRate(load);
  if (lost > lossShare * sampleRate(load) * (warmUp + window)) return `${lost} samples lost`;
  if (missed > lossShare * ticks) return `${missed} of ${ticks} ticks missed`;
  if (drain > drainAtMost) return `${drain.toFixed(1)} s behind`;
  return share < enough ? `${(share * 100).toFixed(1)} % of the samples` : undefined;
}

/** The largest number tried for which `holds`: doubled from `from` up to `to`, then refined between the last two. 0 when none holds. */
export async function searchMost(
  from: number,
  to: number,
  steps: number,
  holds: (count: number) => Promise<boolean>,
): Promise<number> {
  const found = { good: 0, bad: Number.POSITIVE_INFINITY };
  const ask = async (count: number): Promise<void> => {
    found[(await holds(count)) ? "good" : "bad"] = count;
  };
  for (let count = from; count <= to && found.bad === Number.POSITIVE_INFINITY; count *= 2) await ask(count);
  if (found.good === 0 || found.bad === Number.POSITIVE_INFINITY) return found.good;
  for (let step = 0; step < steps; step++) await ask(Math.round(Math.sqrt(found.good * found.bad)));
  return found.good;
}

/** Adds targets until the collector falls behind. What is wrong with what it delivered while it held counts. */
export async function measureMost(collector: Collector, load: Load, course: Course): Promise<Measurement> {
  const held = new Map<number, Measurement>();
  const limits = new Map<number, string>();
  const most = await searchMost(fewest, mostTargets, refinements, async (targets) => {
    const step = { ...load, targets };
    try {
      const measurement = await measureScrape(collector, step, course);
      const behind = whyBehind(step, measurement, course);
      if (behind === undefined) held.set(targets, measurement);
      else limits.set(targets, behind);
      return behind === undefined;
    } catch (error) {
      limits.set(targets, error instanceof Error ? error.message : String(error));
      return false;
    }
  });
  const last = held.get(most);
  const [[at, limit] = [0, ""]] = [...limits].toSorted(([left], [right]) => left - right);
  if (last === undefined) throw new Error(`it held no rate: ${limit} with ${at} targets`);
  const { harnessCores = 0 } = last.figures;
  return {
    figures: { ...last.figures, most: sampleRate({ ...load, targets: most }) },
    problems: [...held.values()].flatMap(({ problems }) => problems),
    remarks: [
      ...(limit === "" ? [] : [`then ${limit}`]),
      ...(harnessCores > harnessAtMost ? ["generator and sink had no core left: it may take more"] : []),
    ],
  };
}

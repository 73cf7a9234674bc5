/** Holds what came to the sinks against the schedule of every target. */
import type { ReloadLedger, Slot } from "./reload-ledger.ts";

/** A target, its ticks, and when it was not there or had another interval. */
export interface Scheduled {
  readonly job: string;
  readonly target: number;
  /** Undefined for a target whose schedule changes: then only its scrapes are held against each other. */
  readonly interval: number | undefined;
  /** Pages that the target showed. */
  readonly served: number;
}
/** What the ledger of slots on the collector's own page says of a job. */
export interface SlotCounts {
  scraped: number;
  failed: number;
  skipped: number;
  readonly reasons: Record<string, number>;
}
export interface SlotFindings {
  readonly problems: string[];
  /** Samples `up`. */
  slots: number;
  /** Ticks of targets with a fixed schedule that passed without a scrape. */
  missed: number;
}

/** What the collector's own page said, and when targets were there. */
export interface Told {
  readonly counts: ReadonlyMap<string, SlotCounts>;
  /** The same when every target had been scraped once: ticks skipped before that may be no gap between samples. */
  readonly early: ReadonlyMap<string, SlotCounts>;
  /** When all targets were gone, in milliseconds since 1970. */
  readonly goneAt: number;
}
/** Ticks without a scrape: those between scrapes, and those after the last one, which may have been due. */
interface Missed {
  readonly between: number;
  readonly after: number;
}

/** What is wrong with the scrapes of all targets. */
export function checkSlots(ledger: ReloadLedger, targets: readonly Scheduled[], told: Told): SlotFindings {
  const findings: SlotFindings = { problems: [], slots: 0, missed: 0 };
  const jobs = new Map<string, Missed & { ups: number; isFixed: boolean }>();
  for (const scheduled of targets) {
    const { job, interval } = scheduled;
    const slots = [...ledger.slots[scheduled.target]!].toSorted(([a], [b]) => a - b);
    const ups = slots.filter(([, { up }]) => up !== undefined);
    const missed = checkTicks(scheduled, ups, told.goneAt, findings.problems);
    checkPages(scheduled, slots, findings.problems);
    const sum = jobs.get(job) ?? { ups: 0, between: 0, after: 0, isFixed: interval !== undefined };
    const [between, after] = [sum.between + missed.between, sum.after + missed.after];
    jobs.set(job, { ...sum, ups: sum.ups + ups.length, between, after });
    findings.slots += ups.length;
    findings.missed += missed.between;
  }
  for (const [job, { ups, between, after, isFixed }] of jobs) {
    const count = told.counts.get(job);
    // The counts of a receiver that is taken out go with it.
    if (count === undefined || job === "extra") continue;
    if (count.scraped + count.failed !== ups) {
      findings.problems.push(`job ${job}: ${count.scraped} scraped + ${count.failed} failed, but ${ups} samples "up"`);
    }
    const most = between + after + (told.early.get(job)?.skipped ?? 0);
    if (isFixed && (count.skipped < between || count.skipped > most)) {
      const reasons = JSON.stringify(count.reasons);
      findings.problems.push(`job ${job}: ${count.skipped} skipped ${reasons}, but ${between} ticks without a scrape`);
    }
  }
  return findings;
}

/** Each tick of a fixed schedule has one scrape, or is missed. */
function checkTicks(
  { job, target, interval }: Scheduled,
  ups: readonly [number, Slot][],
  goneAt: number,
  problems: string[],
): Missed {
  if (interval === undefined) return { between: 0, after: 0 };
  const phases = new Map<number, number>();
  for (const [time] of ups) phases.set(time % interval, (phases.get(time % interval) ?? 0) + 1);
  // A scrape that begins in time carries the time of its tick, so that is the most frequent one; others begin later.
  const [phase = 0] = [...phases].toSorted(([, a], [, b]) => b - a)[0] ?? [];
  const ticks = inTurn(ups.map(([time]) => Math.floor((time - phase) / interval)));
  const state = { missed: 0 };
  for (const [index, tick] of ticks.slice(1).entries()) {
    const step = tick - ticks[index]!;
    if (step === 0) problems.push(`job ${job}, target ${target}: tick at ${ups[index]![0]} scraped twice`);
    else state.missed += step - 1;
  }
  const after = Math.floor((goneAt - phase) / interval) - (ticks.at(-1) ?? 0);
  return { between: state.missed, after: Math.max(0, after) };
}

/**
 * On a busy machine a scrape may begin nearly a whole interval late, or some milliseconds before wall time says so: of two in one
 * interval one belongs to the empty interval beside it, if there is one.
 */
function inTurn(ticks: readonly number[]): readonly number[] {
  const result = [...ticks];
  for (let at = 1; at < result.length; at++) {
    if (result[at] !== result[at - 1]) continue;
    if ((result[at - 2] ?? Number.NEGATIVE_INFINITY) < result[at - 1]! - 1) result[at - 1]!--;
    else if ((result[at + 1] ?? Number.POSITIVE_INFINITY) > result[at]! + 1) result[at]!++;
  }
  return result;
}

/** Every page that a target showed came once, whole, at one time; and nothing else came. */
function checkPages({ job, target, served }: Scheduled, slots: readonly [number, Slot][], problems: string[]): void {
  const add = (time: number, text: string) => problems.push(`job ${job}, target ${target} at ${time}: ${text}`);
  const state = { expected: 0, failed: 0 };
  for (const [time, { scrape, samples, up, kept }] of slots) {
    if (up === undefined) add(time, "samples without up");
    // A page that came too late was shown all the same, and counts as failed.
    if (up === 0) state.failed++;
    if (samples !== kept) add(time, `${samples} samples came of ${kept} that were kept`);
    if (scrape === -1 && samples === 0) continue;
    // The scrape under way when a receiver is taken out ends with it, as at a stop.
    const isNext = scrape >= state.expected && scrape <= state.expected + state.failed;
    if (!isNext && job !== "extra") add(time, `page ${scrape} came after page ${state.expected - 1}`);
    Object.assign(state, { expected: scrape + 1, failed: 0 });
  }
  const isLast = served >= state.expected && served <= state.expected + state.failed;
  if (!isLast && job !== "extra") add(0, `${served} pages were shown, the last one that came is ${state.expected - 1}`);
}

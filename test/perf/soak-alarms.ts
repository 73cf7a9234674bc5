/** What must not happen while a collector runs for hours: rows of readings in, alarms out. */
import type { Account } from "./own-numbers.ts";
import { slope } from "./statistics.ts";

/** One reading; counts are since the start unless told. */
export interface SoakRow {
  readonly seconds: number;
  /** Since the row before: percent of one core, and CPU seconds per million samples scraped. */
  readonly cpuPercent: number;
  readonly cpuPerMillion: number;
  readonly rss: number;
  readonly heap: number;
  /** Compressed bytes the sink was sent. */
  readonly bytes: number;
  /** Samples on the pages shown, and of those that came right. */
  readonly shown: number;
  readonly right: number;
  /** Samples that are missing between two others, came twice, late, wrong or unknown. */
  readonly wrong: number;
  /** Ticks that were not scraped, as the collector says and as the generator saw. */
  readonly skipped: number;
  readonly missed: number;
  /** Longest or 99.9th of a hundred delays of the event loop since the row before, in milliseconds. */
  readonly loopMs: number;
  readonly account: Account;
}

/** When alarms ring. */
export interface SoakLimits {
  /** Rows before this many seconds say nothing about memory and event loop. */
  readonly warmUp: number;
  /** Samples of one scrape of all targets. */
  readonly round: number;
  readonly loopMs: number;
}

/** Names of the alarms. */
export type AlarmName = "memory" | "samples" | "behind" | "slots" | "account" | "loop";

/** One that rang. */
export interface Alarm {
  readonly name: AlarmName;
  readonly text: string;
}

/** Memory may grow by so much after the warm-up, over the whole run, before it counts as a leak. */
const growthAtLeast = 20e6;
const growthShare = 0.1;
/** Fewer rows make no slope. */
const rowsAtLeast = 10;
/** So many rounds of samples may be under way. */
const roundsUnderWay = 2;

function memoryAlarm(warm: readonly SoakRow[]): string | undefined {
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined || warm.length < rowsAtLeast) return undefined;
  const perSecond = slope(warm.map(({ seconds, rss }) => [seconds, rss]));
  const growth = perSecond * (last.seconds - first.seconds);
  if (growth <= Math.max(growthAtLeast, growthShare * first.rss)) return undefined;
  return `memory grows by ${((perSecond * 3600) / 1e6).toFixed(1)} MB an hour`;
}

function accountAlarm({ account }: SoakRow): string | undefined {
  const { accepted, delivered, rejected, dropped, superseded, queued } = account;
  const told = delivered + rejected + dropped + queued;
  if (accepted !== told) return `accepted ${accepted}, but accounts for ${told}`;
  return dropped - superseded + rejected > 0 ? `dropped ${dropped}, rejected ${rejected}` : undefined;
}

/** The alarms that ring after the last of the rows. */
export function alarmsOf(rows: readonly SoakRow[], limits: SoakLimits): Alarm[] {
  const last = rows.at(-1);
  if (last === undefined) return [];
  const warm = rows.filter(({ seconds }) => seconds >= limits.warmUp);
  const behind = last.shown - last.right;
  const texts: Readonly<Record<AlarmName, string | undefined | false>> = {
    memory: memoryAlarm(warm),
    samples: last.wrong > 0 && `${last.wrong} samples missing or wrong`,
    behind: behind > roundsUnderWay * limits.round && `${behind} samples behind`,
    slots: last.skipped + last.missed > 0 && `${last.skipped} ticks skipped, ${last.missed} missed by the targets`,
    account: accountAlarm(last),
    loop: warm.includes(last) && last.loopMs > limits.loopMs && `event loop ${last.loopMs.toFixed(0)} ms late`,
  };
  return Object.entries(texts).flatMap(([name, text]) =>
    text === undefined || text === false ? [] : [{ name: name as AlarmName, text }],
  );
}

/** CPU and memory of a process and everything it started, as Linux books them. */
import { readdirSync, readFileSync } from "node:fs";

/** What a tree of processes used so far, and holds now. */
export interface Usage {
  /** User and system time of the living, and of children that were waited for. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** Linux shows times in hundredths of a second whatever the kernel's own clock (USER_HZ, proc(5)). */
const ticksPerSecond = 100;

interface Stat {
  readonly parent: number;
  readonly ticks: number;
  /** Time of children that ended. */
  readonly childTicks: number;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function numbersIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function readStat(pid: number): Stat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === "") return undefined;
  // The command stands in brackets and may hold any character; the rest is numbers from field 3 on.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const sum = (from: number) => Number(fields[from]) + Number(fields[from + 1]);
  return { parent: Number(fields[1]), ticks: sum(11), childTicks: sum(13) };
}

/**
 * Nanoseconds the threads of a process ran: exact, where the hundredths of `stat` are a tenth of what a light run uses. Threads
 * that ended are only in `stat`, so the larger of both holds.
 */
function readRunTime(pid: number, ticks: number): number {
  const threads = numbersIn(`/proc/${pid}/task`).map((task) => readText(`/proc/${pid}/task/${task}/schedstat`));
  const nanoseconds = threads.reduce((sum, text) => sum + Number(text.split(" ")[0]), 0);
  const booked = ticks / ticksPerSecond;
  return nanoseconds / 1e9 > booked - 1 / ticksPerSecond ? nanoseconds / 1e9 : booked;
}

function readRss(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Usage of a process and its descendants; zeros when it is gone. */
export function usageOf(pid: number): Usage {
  const stats = new Map<number, Stat>();
  for (const name of numbersIn("/proc")) {
    const stat = readStat(Number(name));
    if (stat !== undefined) stats.set(Number(name), stat);
  }
  const belongs = (candidate: number): boolean =>
    candidate === pid || belongsToParent(stats.get(candidate)?.parent ?? 0);
  const belongsToParent = (parent: number): boolean => parent > 1 && belongs(parent);
  const tree = [...stats].filter(([candidate]) => belongs(candidate));
  const cpu = tree.map(([member, stat]) => readRunTime(member, stat.ticks) + stat.childTicks / ticksPerSecond);
  return {
    cpuSeconds: cpu.reduce((sum, seconds) => sum + seconds, 0),
    rssBytes: tree.reduce((sum, [member]) => sum + readRss(member), 0),
  };
}

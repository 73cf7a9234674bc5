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
}

function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command stands in brackets and may hold any character; the rest is numbers from field 3 on.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) };
  } catch {
    return undefined;
  }
}

function readRss(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Usage of a process and its descendants; zeros when it is gone. */
export function usageOf(pid: number): Usage {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (stat !== undefined) stats.set(Number(name), stat);
  }
  const belongs = (candidate: number): boolean =>
    candidate === pid || belongsToParent(stats.get(candidate)?.parent ?? 0);
  const belongsToParent = (parent: number): boolean => parent > 1 && belongs(parent);
  const tree = [...stats].filter(([candidate]) => belongs(candidate));
  return {
    cpuSeconds: tree.reduce((sum, [, stat]) => sum + stat.ticks, 0) / ticksPerSecond,
    rssBytes: tree.reduce((sum, [member]) => sum + readRss(member), 0),
  };
}

/** Books when each target was asked, and counts what came late or not at all: the same for every collector, from outside. */

/** Both count scrapes, over all targets. */
export interface Timeliness {
  /** Asked more than a tenth of the interval later than due after the time before. */
  late: number;
  /** Ticks at which a target was not asked, told by the gap they leave. */
  missed: number;
}

/** A scrape may be so much later than due, in intervals, before it counts as late. */
const tolerance = 0.1;

/** A book for targets that are to be asked every `intervalMs`. */
export function createTimetable(targets: number, intervalMs: number) {
  const last = new Float64Array(targets).fill(-1);
  const counts: Timeliness = { late: 0, missed: 0 };
  return {
    counts,
    /** A target was asked at a time in milliseconds; times never go back. */
    book(target: number, now: number): void {
      const gap = (now - last[target]!) / intervalMs;
      if (last[target]! >= 0) {
        const ticks = Math.max(1, Math.round(gap));
        counts.missed += ticks - 1;
        if (gap > ticks + tolerance) counts.late++;
      }
      last[target] = now;
    },
  };
}

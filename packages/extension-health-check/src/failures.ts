import type { StatusEvent } from "@sluice/component";

/** Remembers how exporters failed lately; holds at most `threshold` + 1 moments and one entry an exporter. */
export interface FailureWatch {
  /** Takes a status event; those of other kinds say nothing here. */
  readonly take: (event: StatusEvent) => void;
  /** Whether more than `threshold` failures happened within the interval, or an exporter can no longer work at all. */
  readonly failing: () => boolean;
}

/** `now` is monotonic milliseconds, `intervalMs` how long a failure counts. */
export function createFailureWatch(now: () => number, intervalMs: number, threshold: number): FailureWatch {
  const moments: number[] = [];
  const broken = new Set<string>();
  return {
    take({ kind, id, status }) {
      if (kind !== "exporter") return;
      if (status === "permanent_error" || status === "fatal_error") broken.add(id);
      // At a reload another instance took its place, or it is gone.
      if (status === "ok" || status === "stopped") broken.delete(id);
      if (status !== "recoverable_error") return;
      while (moments.length > threshold || (moments[0] ?? Number.POSITIVE_INFINITY) <= now() - intervalMs)
        moments.shift();
      moments.push(now());
    },
    failing() {
      const since = now() - intervalMs;
      return broken.size > 0 || moments.filter((moment) => moment > since).length > threshold;
    },
  };
}

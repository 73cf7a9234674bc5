import type { StatusEvent } from "@sluice/component";
import type { HealthCheckConfig } from "./config.ts";

type Limits = HealthCheckConfig["check_collector_pipeline"];

/** Remembers how exporters failed lately; holds at most `threshold` + 1 moments and one entry an exporter. */
export interface FailureWatch {
  /** Takes a status event; those of other kinds say nothing here. */
  readonly take: (event: StatusEvent) => void;
  /** Whether more than `threshold` failures happened within the interval, or an exporter can no longer work at all. */
  readonly failing: () => boolean;
  /** Other limits hold from now on, for failures of before too, as far as they are still known. */
  readonly update: (limits: Limits) => void;
}

/** `now` is monotonic milliseconds. */
export function createFailureWatch(now: () => number, first: Limits): FailureWatch {
  let limits = first;
  const moments: number[] = [];
  const broken = new Set<string>();
  return {
    take({ kind, id, status }) {
      if (kind !== "exporter") return;
      if (status === "permanent_error" || status === "fatal_error") broken.add(id);
      // At a reload another instance took its place, or it is gone.
      if (status === "ok" || status === "stopped") broken.delete(id);
      if (status !== "recoverable_error") return;
      const { interval, exporter_failure_threshold: threshold } = limits;
      while (moments.length > threshold || (moments[0] ?? Number.POSITIVE_INFINITY) <= now() - interval)
        moments.shift();
      moments.push(now());
    },
    failing() {
      const since = now() - limits.interval;
      const recent = moments.filter((moment) => moment > since).length;
      return broken.size > 0 || recent > limits.exporter_failure_threshold;
    },
    update(next) {
      limits = next;
    },
  };
}

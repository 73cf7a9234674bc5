import { isoTime } from "@sluice/data";
import type { Facts } from "./facts.ts";

/** What is known of the process. */
export interface ProcessFacts {
  /** RFC 3339: when the collector started. */
  readonly started_at: string;
  readonly uptime_seconds: number;
  readonly cpu_seconds: number;
  readonly pid: number;
  readonly hostname: string;
  readonly runs_on: string;
  readonly memory: {
    readonly resident_bytes: number;
    readonly heap_used_bytes: number;
    readonly heap_total_bytes: number;
    readonly heap_limit_bytes: number;
    readonly external_bytes: number;
  };
}

/** Looks at the process as it is now. */
export function processFacts({ env, host }: Facts["context"]): ProcessFacts {
  const { rss, heapUsed, heapTotal, external } = env.process.memory();
  return {
    started_at: isoTime(host.startedAt),
    uptime_seconds: Math.max(env.clock.now() - host.startedAt, 0) / 1000,
    cpu_seconds: env.process.cpuSeconds(),
    pid: env.process.pid,
    hostname: env.process.hostname,
    runs_on: env.process.runtime,
    memory: {
      resident_bytes: rss,
      heap_used_bytes: heapUsed,
      heap_total_bytes: heapTotal,
      heap_limit_bytes: env.process.heapLimit,
      external_bytes: external,
    },
  };
}

import { type Decoded, type Problem, type Share, t } from "@sluice/component";

interface RetryDefaults {
  readonly initial_interval: string;
  readonly max_interval: string;
  readonly max_elapsed_time: string;
}

/** `retry_on_failure` with upstream's keys (exporterhelper); the defaults of the three times are the exporter's. */
export function retryProperties(defaults: RetryDefaults) {
  return t.object("Whether and how a request is tried again after a network error or an answer that asks for it.", {
    enabled: t.boolean({ description: "false sends every request once.", default: true }),
    initial_interval: t.duration({ description: "Wait before the second try.", default: defaults.initial_interval }),
    randomization_factor: t.number({
      description: "Each wait is drawn from interval * (1 - factor) to interval * (1 + factor).",
      default: 0.5,
      minimum: 0,
      maximum: 1,
    }),
    multiplier: t.number({ description: "What the interval grows by at each try.", default: 1.5, minimum: 0 }),
    max_interval: t.duration({ description: "The interval grows no further.", default: defaults.max_interval }),
    max_elapsed_time: t.duration({
      description: "A request that is older is given up and counted as dropped. 0s never gives up.",
      default: defaults.max_elapsed_time,
    }),
  });
}
export type RetryConfig = Decoded<ReturnType<typeof retryProperties>>;

/** The rules across the keys of `retry_on_failure`. */
export function validateRetry(retry: RetryConfig, path: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  for (const key of ["initial_interval", "max_interval", "max_elapsed_time"] as const) {
    if (retry[key] < 0) problems.push({ path: [...path, key], message: "found a negative time, expected at least 0s" });
  }
  if (!retry.enabled || retry.max_elapsed_time <= 0) return problems;
  for (const key of ["initial_interval", "max_interval"] as const) {
    if (retry.max_elapsed_time >= retry[key]) continue;
    problems.push({
      path: [...path, "max_elapsed_time"],
      message: `found a time shorter than ${key}, expected at least ${key}, or 0s for no limit`,
    });
  }
  return problems;
}

/** `sending_queue` with upstream's keys (exporterhelper). */
export function sendingQueueProperties(defaults: { readonly num_consumers: number; readonly queue_size: number }) {
  return {
    num_consumers: t.integer({
      description: "Requests under way at once. Samples of one series are never in two of them.",
      default: defaults.num_consumers,
      minimum: 1,
    }),
    queue_size: t.integer({
      description: "What the queue holds at most, counted by `sizer`, requests under way included.",
      default: defaults.queue_size,
      minimum: 1,
    }),
    sizer: t.oneOf(["requests", "items", "bytes"], {
      description: "What `queue_size` counts: requests, samples, or bytes as they are kept.",
      default: "requests",
    }),
    block_on_overflow: t.boolean({
      description: "When full: true waits for room, false refuses the batch.",
      default: false,
    }),
  };
}
export interface QueueConfig {
  readonly num_consumers: number;
  readonly queue_size: number;
  readonly sizer: "requests" | "items" | "bytes";
  readonly block_on_overflow: boolean;
}

/** The part of a queue's limits that one of several threads has: all parts together are the whole, but each is at least 1. */
export function shareQueue(queue: QueueConfig, share: Share): QueueConfig {
  const { num_consumers, queue_size } = queue;
  return { ...queue, num_consumers: partOf(num_consumers, share), queue_size: partOf(queue_size, share) };
}

function partOf(limit: number, { index, count }: Share): number {
  return Math.max(1, Math.floor(limit / count) + (index < limit % count ? 1 : 0));
}

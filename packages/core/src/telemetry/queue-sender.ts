import { type Env, type Logger, PermanentError, RetryLaterError, type Timer } from "@sluice/component";
import type { PushTarget } from "./push-target.ts";
import { type Pusher, withTimeout } from "./pushers.ts";

/** Milliseconds between attempts: the first pause, doubled each time up to the longest. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** Sends own log records or spans. */
export interface QueueSender<T> extends Pusher {
  /** Takes one; when too many wait it is dropped and counted. */
  take(item: T): void;
}
/** How many items wait, go together, and how long. */
export interface Pace {
  readonly schedule_delay: number;
  readonly export_timeout: number;
  readonly max_queue_size: number;
  readonly max_export_batch_size: number;
}

/** What a sender tells. */
export interface SenderReports {
  /** What it sends, for messages: "logs". */
  readonly what: string;
  readonly log: Logger;
  readonly dropped: (items: number) => void;
}

interface State<T> {
  readonly waiting: T[];
  timer: Timer | undefined;
  sending: Promise<void> | undefined;
  /** Attempts in a row that failed. */
  failures: number;
  stopped: boolean;
}

/** Makes a sender over a bounded queue. A batch that was not taken is sent again, in order, until the end. */
export function createQueueSender<T>(
  pace: Pace,
  target: PushTarget<readonly T[]>,
  env: Env,
  { what, log, dropped }: SenderReports,
): QueueSender<T> {
  const state: State<T> = { waiting: [], timer: undefined, sending: undefined, failures: 0, stopped: false };
  const most = Math.min(pace.max_export_batch_size, pace.max_queue_size);

  /** Sends the first batch: undefined when it is off the queue, else the milliseconds to wait before it is sent again. */
  async function send(): Promise<number | undefined> {
    const batch = state.waiting.slice(0, most);
    try {
      await withTimeout(env, pace.export_timeout, (signal) => target.send(batch, signal));
    } catch (error) {
      log.warn(`cannot send own ${what}`, { to: target.where, items: batch.length, error });
      if (!(error instanceof PermanentError)) return pauseAfter(error, ++state.failures);
      dropped(batch.length);
    }
    state.failures = 0;
    state.waiting.splice(0, batch.length);
    return undefined;
  }
  function flush(): void {
    state.timer?.cancel();
    state.timer = undefined;
    state.sending ??= send().then((pause) => {
      state.sending = undefined;
      if (state.waiting.length > 0) arm(pause ?? (state.waiting.length >= most ? 0 : pace.schedule_delay));
    });
  }
  function arm(ms: number): void {
    if (!state.stopped) state.timer ??= env.timers.after(ms, flush);
  }
  return {
    take(item) {
      if (state.stopped) return;
      if (state.waiting.length >= pace.max_queue_size) {
        dropped(1);
        return;
      }
      state.waiting.push(item);
      if (state.sending !== undefined) return;
      if (state.waiting.length >= most && state.failures === 0) flush();
      else arm(pace.schedule_delay);
    },
    start() {},
    async stop() {
      if (state.stopped) return;
      state.stopped = true;
      state.timer?.cancel();
      await state.sending;
      while (state.waiting.length > 0 && (await send()) === undefined);
      dropped(state.waiting.length);
      target.close();
    },
  };
}

function pauseAfter(error: unknown, failures: number): number {
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
  return error instanceof RetryLaterError ? Math.max(error.afterMs, pause) : pause;
}

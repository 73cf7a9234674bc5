import { type Env, type Logger, PermanentError, RetryLaterError, type Timer } from "@sluice/component";
import type { OwnRecord } from "./logger.ts";
import { type SentRecord, sentRecord } from "./otlp-records.ts";
import type { PushTarget } from "./push-target.ts";
import { type Pusher, withTimeout } from "./pushers.ts";

/** Milliseconds between attempts: the first pause, doubled each time up to the longest. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** Sends own log records. */
export interface LogSender extends Pusher {
  /** Takes one; when too many wait it is dropped and counted. */
  take(record: OwnRecord): void;
}
/** How many records wait, go together, and how long. */
export interface LogPace {
  readonly schedule_delay: number;
  readonly export_timeout: number;
  readonly max_queue_size: number;
  readonly max_export_batch_size: number;
}

interface State {
  readonly waiting: SentRecord[];
  timer: Timer | undefined;
  sending: Promise<void> | undefined;
  /** Attempts in a row that failed. */
  failures: number;
  stopped: boolean;
}

/** Makes a sender over a bounded queue. A batch that was not taken is sent again, in order, until the end. */
export function createLogSender(
  pace: LogPace,
  target: PushTarget<readonly SentRecord[]>,
  env: Env,
  log: Logger,
  dropped: (records: number) => void,
): LogSender {
  const state: State = { waiting: [], timer: undefined, sending: undefined, failures: 0, stopped: false };
  const most = Math.min(pace.max_export_batch_size, pace.max_queue_size);

  /** Sends the first batch: undefined when it is off the queue, else the milliseconds to wait before it is sent again. */
  async function send(): Promise<number | undefined> {
    const batch = state.waiting.slice(0, most);
    try {
      await withTimeout(env, pace.export_timeout, (signal) => target.send(batch, signal));
    } catch (error) {
      log.warn("cannot send own logs", { to: target.where, records: batch.length, error });
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
    take(record) {
      if (state.stopped) return;
      if (state.waiting.length >= pace.max_queue_size) {
        dropped(1);
        return;
      }
      state.waiting.push(sentRecord(record));
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

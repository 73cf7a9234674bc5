import type { Env, Logger, Timer } from "@sluice/component";
import type { PeriodicReader } from "./otlp-config.ts";
import type { PushTarget } from "./push-target.ts";
import { type Pusher, withTimeout } from "./pushers.ts";
import type { Reading } from "./registry.ts";

/**
 * Sends the own metrics at an interval, and once more at its end. What cannot be sent is not kept: the next sending holds the sums
 * of all before.
 */
export function createPeriodicReader(
  { interval, timeout }: Pick<PeriodicReader, "interval" | "timeout">,
  target: PushTarget<readonly Reading[]>,
  read: () => Promise<readonly Reading[]>,
  env: Env,
  log: Logger,
): Pusher {
  const state = { started: false, stopped: false, timer: undefined as Timer | undefined, sending: Promise.resolve() };

  async function send(): Promise<void> {
    try {
      await withTimeout(env, timeout, async (signal) => target.send(await read(), signal));
    } catch (error) {
      log.warn("cannot send own metrics", { to: target.where, error });
    }
  }
  function wait(ms: number): void {
    state.timer = env.timers.after(ms, () => {
      const begun = env.clock.monotonic();
      state.sending = send().then(() => {
        if (!state.stopped) wait(Math.max(0, interval - (env.clock.monotonic() - begun)));
      });
    });
  }
  return {
    start() {
      state.started = true;
      wait(interval);
    },
    async stop() {
      if (state.stopped) return;
      state.stopped = true;
      state.timer?.cancel();
      await state.sending;
      if (state.started) await send();
      target.close();
    },
  };
}

import { configChanges, type Env, type Update } from "@sluice/component";

/** Something that sends own telemetry as long as it runs. */
export interface Pusher {
  start(): void;
  /** Sends what is left, once, and ends. */
  stop(): Promise<void>;
}
/** One pusher that is wanted: what it is made from, and how. */
export interface PusherSpec<P extends Pusher> {
  /** Equal settings keep the pusher that runs. */
  readonly settings: unknown;
  readonly make: () => Promise<P>;
}

/** The pushers of one signal. */
export interface PusherSet<P extends Pusher> {
  current(): readonly P[];
  /** Makes those that do not run yet; `apply` starts them and ends the others. */
  prepare(specs: readonly PusherSpec<P>[]): Promise<Omit<Update, "changes">>;
  /** Ends all. Safe twice. */
  close(): Promise<void>;
}

/** Starts empty. */
export function createPusherSet<P extends Pusher>(): PusherSet<P> {
  type Running = { readonly settings: unknown; readonly pusher: P };
  const state = { running: [] as readonly Running[], current: [] as readonly P[], ending: new Set<Promise<void>>() };

  function run(running: readonly Running[]): void {
    state.running = running;
    state.current = running.map(({ pusher }) => pusher);
  }
  function end(pushers: readonly Running[]): void {
    for (const { pusher } of pushers) {
      const ending = pusher.stop().finally(() => state.ending.delete(ending));
      state.ending.add(ending);
    }
  }
  return {
    current: () => state.current,
    async prepare(specs) {
      const left = [...state.running];
      const made: Running[] = [];
      const wanted: Running[] = [];
      const discard = async (): Promise<void> => void (await Promise.all(made.map(({ pusher }) => pusher.stop())));
      for (const { settings, make } of specs) {
        const at = left.findIndex((one) => configChanges(one.settings, settings).length === 0);
        const [kept] = at < 0 ? [] : left.splice(at, 1);
        try {
          const running = kept ?? { settings, pusher: await make() };
          if (kept === undefined) made.push(running);
          wanted.push(running);
        } catch (error) {
          await discard();
          throw error;
        }
      }
      return {
        apply() {
          run(wanted);
          for (const { pusher } of made) pusher.start();
          end(left);
        },
        discard,
      };
    },
    async close() {
      end(state.running);
      run([]);
      await Promise.all(state.ending);
    },
  };
}

/** Runs `work` with a signal that is aborted after `ms`. */
export async function withTimeout<T>(env: Env, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = env.timers.after(ms, () => controller.abort(new Error(`not done after ${ms} ms`)));
  try {
    return await work(controller.signal);
  } finally {
    timer.cancel();
  }
}

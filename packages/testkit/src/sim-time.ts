import type { Clock, Timer, Timers } from "@sluice/component";
import { timersOver } from "@sluice/runtime";
import { createQuiet } from "./quiet.ts";

/** 2026-01-01T00:00:00Z in milliseconds since 1970: when a simulation begins unless told otherwise. */
export const START_MS = 1_767_225_600_000;
/** How much virtual time `run` lets pass. */
const RUN_MS = 3_600_000;

/** Time that passes only when told to. */
export interface SimulatedTime {
  readonly clock: SimulatedClock;
  readonly timers: Timers;
  /** Timers of the simulation's own parts: they fire like others and are not listed as open. */
  readonly hidden: Timers;
  /** Says that something happened: `settle` goes on for as long as something does. */
  readonly happened: () => void;
  readonly settle: () => Promise<void>;
  readonly advance: (ms: number) => Promise<void>;
  readonly run: <T>(promise: Promise<T>, withinMs?: number) => Promise<T>;
  /** The timers that have not fired, in the order in which they will. */
  readonly pending: () => string[];
}
export interface SimulatedClock extends Clock {
  /** Sets the wall clock forward or back; monotonic time and timers do not notice. */
  shift(ms: number): void;
}

interface Entry {
  readonly due: number;
  readonly fn: () => void;
  readonly hidden: boolean;
  /** Its stack says who set the timer; written only when asked for. */
  readonly origin: Error;
}

/** A clock at `startMs` and timers that fire in order, the earlier set first. */
export function createTime(startMs = START_MS): SimulatedTime {
  const quiet = createQuiet();
  const entries: Entry[] = [];
  const state = { now: 0, wall: startMs };

  function add(ms: number, fn: () => void, hidden: boolean): Timer {
    const entry: Entry = { due: state.now + Math.max(0, ms), fn, hidden, origin: new Error("set") };
    const after = entries.findLastIndex(({ due }) => due <= entry.due);
    entries.splice(after + 1, 0, entry);
    quiet.happened();
    return {
      cancel() {
        const index = entries.indexOf(entry);
        if (index >= 0) entries.splice(index, 1);
      },
    };
  }

  async function fireNext(): Promise<void> {
    const entry = entries.shift();
    if (entry === undefined) return;
    state.now = entry.due;
    entry.fn();
    await quiet.settle();
  }

  function pending(): string[] {
    return entries
      .filter(({ hidden }) => !hidden)
      .map(({ due, origin }) => `timer due in ${due - state.now} ms, set ${placeOf(origin)}`);
  }

  async function advance(ms: number): Promise<void> {
    const end = state.now + ms;
    await quiet.settle();
    while (entries[0] !== undefined && entries[0].due <= end) await fireNext();
    state.now = end;
  }

  async function run<T>(promise: Promise<T>, withinMs = RUN_MS): Promise<T> {
    const end = state.now + withinMs;
    const outcome = { settled: false };
    const done = (): void => {
      outcome.settled = true;
    };
    promise.then(done, done);
    await quiet.settle();
    while (!outcome.settled) {
      const [next] = entries;
      if (next === undefined) throw new Error("nothing left that could settle the promise: no timer is pending");
      if (next.due > end) throw new Error(`not settled within ${withinMs} ms; pending: ${pending().join("; ")}`);
      await fireNext();
    }
    return promise;
  }

  return {
    clock: {
      now: () => state.wall + state.now,
      monotonic: () => state.now,
      shift(ms) {
        state.wall += ms;
      },
    },
    timers: timersOver((ms, fn) => add(ms, fn, false)),
    hidden: timersOver((ms, fn) => add(ms, fn, true)),
    happened: quiet.happened,
    settle: quiet.settle,
    advance,
    run,
    pending,
  };
}

/** The first line of a stack outside the timers themselves. */
function placeOf({ stack = "" }: Error): string {
  const lines = stack.split("\n").slice(1);
  return (
    lines.find((line) => !/sim-time\.ts|runtime.src.timers|new Promise|at process/.test(line))?.trim() ?? "somewhere"
  );
}

import type { Clock, Timer, Timers } from "@sluice/component";
import { timersOver } from "@sluice/runtime";
import { createQuiet } from "./quiet.ts";

/** 2026-01-01T00:00:00Z in milliseconds since 1970: when a simulation begins unless told otherwise. */
export const START_MS = 1_767_225_600_000;
/** How much virtual time `run` lets pass. */
const RUN_MS = 3_600_000;

/** The clocks of a simulation. */
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

/** Time that passes only when told to: a clock at `startMs`, and timers that fire in order, the earlier set first. */
export class SimulatedTime {
  readonly clock: SimulatedClock;
  readonly timers: Timers;
  /** Timers of the simulation's own parts: they fire like others and are not listed as open. */
  readonly hidden: Timers;
  readonly #quiet = createQuiet();
  readonly #entries: Entry[] = [];
  #now = 0;

  constructor(startMs = START_MS) {
    const wall = { startMs };
    this.clock = {
      now: () => wall.startMs + this.#now,
      monotonic: () => this.#now,
      shift(ms) {
        wall.startMs += ms;
      },
    };
    this.timers = timersOver((ms, fn) => this.#add(ms, fn, false));
    this.hidden = timersOver((ms, fn) => this.#add(ms, fn, true));
  }

  /** Says that something happened: `settle` goes on for as long as something does. */
  happened(): void {
    this.#quiet.happened();
  }

  settle(): Promise<void> {
    return this.#quiet.settle();
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    while (this.#entries[0] !== undefined && this.#entries[0].due <= end) await this.#fireNext();
    this.#now = end;
  }

  async run<T>(promise: Promise<T>, withinMs = RUN_MS): Promise<T> {
    const end = this.#now + withinMs;
    const outcome = { settled: false };
    const done = (): void => {
      outcome.settled = true;
    };
    promise.then(done, done);
    await this.settle();
    while (!outcome.settled) {
      const [next] = this.#entries;
      if (next === undefined) throw new Error("nothing left that could settle the promise: no timer is pending");
      if (next.due > end) throw new Error(`not settled within ${withinMs} ms; pending: ${this.pending().join("; ")}`);
      await this.#fireNext();
    }
    return promise;
  }

  /** The timers that have not fired, in the order in which they will. */
  pending(): string[] {
    return this.#entries
      .filter(({ hidden }) => !hidden)
      .map(({ due, origin }) => `timer due in ${due - this.#now} ms, set ${placeOf(origin)}`);
  }

  #add(ms: number, fn: () => void, hidden: boolean): Timer {
    const entries = this.#entries;
    const entry: Entry = { due: this.#now + Math.max(0, ms), fn, hidden, origin: new Error("set") };
    const before = entries.findLastIndex(({ due }) => due <= entry.due);
    entries.splice(before + 1, 0, entry);
    this.happened();
    return {
      cancel() {
        const index = entries.indexOf(entry);
        if (index >= 0) entries.splice(index, 1);
      },
    };
  }

  async #fireNext(): Promise<void> {
    const entry = this.#entries.shift();
    if (entry === undefined) return;
    this.#now = entry.due;
    entry.fn();
    await this.settle();
  }
}

/** The first line of a stack outside the timers themselves. */
function placeOf({ stack = "" }: Error): string {
  const lines = stack.split("\n").slice(1);
  return (
    lines.find((line) => !/sim-time\.ts|runtime.src.timers|new Promise|at process/.test(line))?.trim() ?? "somewhere"
  );
}

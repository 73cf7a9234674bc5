import type { Clock } from "@sluice/component";
import { firstTick } from "./clockwork.ts";

/**
 * The ticks of one target: moments of wall time at equal distances, followed on the monotonic clock, so that a clock that is set
 * neither doubles nor loses one.
 */
export class Schedule {
  readonly #clock: Clock;
  #intervalMs = 0;
  #offset = 0;
  /** The tick that is due next: in wall time, and on the monotonic clock. */
  #dueWall = 0;
  #dueMonotonic = 0;
  /** When a tick was taken last. */
  #takenAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wall time of the next tick. */
  get dueMs(): number {
    return this.#dueWall;
  }
  /** Milliseconds until then; below 0 when it is past. */
  get delayMs(): number {
    return this.#dueMonotonic - this.#clock.monotonic();
  }

  /** Whether it ticks `offset` milliseconds into each interval already. */
  follows(intervalMs: number, offset: number): boolean {
    return intervalMs === this.#intervalMs && offset === this.#offset;
  }
  /**
   * Ticks from now on `offset` milliseconds into each interval, and never twice at one moment. Gives how many ticks of the former
   * rhythm were past and not taken: they never will be.
   */
  follow(intervalMs: number, offset: number): number {
    const missed = this.#intervalMs === 0 ? 0 : this.skipPast();
    this.#intervalMs = intervalMs;
    this.#offset = offset;
    const now = this.#clock.now();
    this.#dueWall = firstTick(now, intervalMs, offset);
    this.#dueMonotonic = this.#clock.monotonic() + this.#dueWall - now;
    if (this.#dueMonotonic <= this.#takenAt) this.#move(1);
    return missed;
  }
  /** Takes the tick that is due: gives its wall time, and moves on to the next. */
  take(): number {
    const dueMs = this.#dueWall;
    this.#takenAt = this.#clock.monotonic();
    this.#move(1);
    return dueMs;
  }
  /** Moves on to the first tick that is not past; gives how many were. */
  skipPast(): number {
    const late = -this.delayMs;
    const missed = late > 0 ? Math.ceil(late / this.#intervalMs) : 0;
    this.#move(missed);
    return missed;
  }

  #move(ticks: number): void {
    this.#dueMonotonic += ticks * this.#intervalMs;
    this.#dueWall += ticks * this.#intervalMs;
  }
}

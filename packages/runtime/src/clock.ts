import type { Clock } from "@sluice/component";

/** The clocks of this machine. */
export function createClock(): Clock {
  return clockOver(Date.now, () => performance.now());
}

/**
 * The wall clock of the system has whole milliseconds and may be set; the monotonic one has fractions and may not. The wall
 * time is the monotonic time plus an offset that is corrected whenever the sum leaves the millisecond the system shows.
 */
export function clockOver(wall: () => number, monotonic: () => number): Clock {
  const state = { offset: 0 };
  return {
    now() {
      const whole = wall();
      const passed = monotonic();
      const guess = passed + state.offset;
      if (guess >= whole && guess < whole + 1) return guess;
      const right = guess < whole ? whole : whole + 0.999;
      // A step of the clock says nothing about the fraction: begin again at the whole millisecond.
      const now = Math.abs(guess - whole) > 2 ? whole : right;
      state.offset = now - passed;
      return now;
    },
    monotonic,
  };
}

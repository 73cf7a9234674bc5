import { expect, test } from "vitest";
import { Deadline } from "./deadline.ts";

/** A deadline of one second in a process whose timers are fired by hand, at the time that is said. */
function setUp() {
  const state = { now: 0, timers: [] as { at: number; fn: () => void }[] };
  const env = {
    clock: { now: () => state.now, monotonic: () => state.now },
    timers: {
      after(ms: number, fn: () => void) {
        state.timers.push({ at: state.now + ms, fn });
        return { cancel() {} };
      },
      sleep: () => Promise.resolve(),
    },
  };
  const deadline = new Deadline(env, 1000, undefined);
  const fire = (now: number): string | undefined => {
    state.now = now;
    state.timers.shift()?.fn();
    return deadline.error?.message;
  };
  return { fire, next: () => state.timers[0]?.at };
}

test("a timer in time ends the request", () => {
  expect(setUp().fire(1001)).toBe("context deadline exceeded");
});

test("a late timer gives back the time in which the process was busy, once over at most", () => {
  const { fire, next } = setUp();
  expect(fire(1600)).toBe(undefined);
  expect(next()).toBe(2200);
  expect(fire(2900)).toBe(undefined);
  expect(next()).toBe(3300);
  expect(fire(9000)).toBe("context deadline exceeded");
});

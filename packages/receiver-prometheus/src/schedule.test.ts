import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { Schedule } from "./schedule.ts";

/** A schedule at the moment 1,000,000 of a clock that is moved by hand. */
function start(intervalMs: number, offset: number) {
  const { clock, advance } = createSimulation({ start: 1_000_000 });
  const schedule = new Schedule(clock);
  schedule.follow(intervalMs, offset);
  return { schedule, clock, advance };
}

test("the first tick is the next one of the offset, also one that is now", () => {
  const check = (intervalMs: number, offset: number, expected: number): void =>
    expect(start(intervalMs, offset).schedule.dueMs).toBe(expected);
  check(1000, 250, 1_000_250);
  check(1000, 0, 1_000_000);
  check(60_000, 999, 1_020_999);
});

test("ticks stand at equal distances", async () => {
  const { schedule, advance } = start(1000, 250);
  await advance(250);
  expect(schedule.delayMs).toBe(0);
  expect(schedule.take()).toBe(1_000_250);
  expect([schedule.dueMs, schedule.delayMs]).toEqual([1_001_250, 1000]);
  const others = [schedule.follows(1000, 250), schedule.follows(1000, 251), schedule.follows(2000, 250)];
  expect(others).toEqual([true, false, false]);
});

test("a clock that is set neither doubles nor loses a tick", async () => {
  for (const shift of [-3_600_000, 3_600_000]) {
    const { schedule, clock, advance } = start(1000, 250);
    await advance(300);
    schedule.take();
    clock.shift(shift);
    expect([schedule.dueMs, schedule.delayMs, schedule.skipPast()]).toEqual([1_001_250, 950, 0]);
  }
});

test("another rhythm: its next tick, and never two at one moment", async () => {
  const { schedule, advance } = start(2000, 500);
  await advance(500);
  schedule.take();
  // Both rhythms tick now.
  expect(schedule.follow(1000, 500)).toBe(0);
  expect([schedule.dueMs, schedule.delayMs]).toEqual([1_001_500, 1000]);
  await advance(10);
  expect(schedule.follow(1000, 700)).toBe(0);
  expect(schedule.dueMs).toBe(1_000_700);
});

test("a tick that was due and not taken when the rhythm changes is told, and not when it is due only now", async () => {
  const { schedule, advance } = start(1000, 250);
  await advance(250);
  expect(schedule.follow(1000, 500)).toBe(0);
  await advance(250 + 2001);
  expect(schedule.follow(5000, 0)).toBe(3);
  expect(schedule.dueMs).toBe(1_005_000);
});

test("past ticks are skipped and counted", async () => {
  const { schedule, advance } = start(1000, 250);
  await advance(250 + 1000);
  schedule.take();
  expect([schedule.skipPast(), schedule.dueMs]).toEqual([0, 1_001_250]);
  await advance(2500);
  expect([schedule.skipPast(), schedule.dueMs]).toEqual([3, 1_004_250]);
  expect([schedule.skipPast(), schedule.delayMs]).toEqual([0, 500]);
});

import { afterEach, expect, test, vi } from "vitest";
import { createTimers } from "./timers.ts";

afterEach(() => vi.useRealTimers());

test("a timer fires once", async () => {
  await new Promise<void>((resolve) => createTimers().after(0, resolve));
});

test("a longer wait than Node's longest does not fire at once", () => {
  vi.useFakeTimers();
  const fired: string[] = [];
  const timers = createTimers();
  timers.after(2 ** 32, () => fired.push("late"));
  timers.after(2 ** 32, () => fired.push("cancelled")).cancel();
  vi.advanceTimersByTime(2 ** 32 - 1);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(fired).toEqual(["late"]);
});

test("sleep ends, or rejects with the reason of its signal", async () => {
  const timers = createTimers();
  await timers.sleep(0);
  const reason = new Error("stop");
  await expect(timers.sleep(1e9, AbortSignal.abort(reason))).rejects.toBe(reason);
  const control = new AbortController();
  const sleeping = timers.sleep(1e9, control.signal);
  control.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
});

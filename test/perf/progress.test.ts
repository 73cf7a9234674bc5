import { expect, test } from "vitest";
import { createProgress } from "./progress.ts";

/** Each run is told at its time; what is written for the last one counts. */
function check(limit: number | undefined, times: readonly number[], expected: string): void {
  const [at, lines] = [{ seconds: 0 }, [] as string[]];
  const progress = createProgress(100, limit, () => at.seconds, lines.push.bind(lines));
  for (const seconds of times) {
    at.seconds = seconds;
    progress.tell("a run", 10);
  }
  expect(lines.at(-1)).toBe(expected);
}

test("at first everything is left", () => check(undefined, [0], "[0:00, about 1:40 left] a run"));
test("as fast as thought", () => check(undefined, [0, 10], "[0:10, about 1:30 left] a run"));
test("slower than thought", () => check(undefined, [0, 20], "[0:20, about 3:00 left] a run"));
test("faster than thought is not counted on", () => check(undefined, [0, 5], "[0:05, about 1:30 left] a run"));
test("a limit ends it", () => check(60, [0, 20], "[0:20, about 0:40 left] a run"));

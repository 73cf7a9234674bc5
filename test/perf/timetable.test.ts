import { expect, test } from "vitest";
import { createTimetable } from "./timetable.ts";

function check(times: readonly number[], late: number, missed: number): void {
  const timetable = createTimetable(1, 1000);
  for (const time of times) timetable.book(0, time);
  expect(timetable.counts).toEqual({ late, missed });
}

test("the first scrape is never late", () => check([70_000], 0, 0));
test("on time", () => check([0, 1000, 2000], 0, 0));
test("a little late", () => check([0, 1090, 2000], 0, 0));
test("late, and on time after it", () => check([0, 1200, 2000], 1, 0));
test("missed", () => check([0, 1000, 4000], 0, 2));
test("missed and late", () => check([0, 3300], 1, 2));
test("early is not late", () => check([0, 400, 1400], 0, 0));
test("targets are told apart", () => {
  const timetable = createTimetable(2, 1000);
  timetable.book(0, 0);
  timetable.book(1, 5000);
  expect(timetable.counts).toEqual({ late: 0, missed: 0 });
});

import { expect, test } from "vitest";
import { type AlarmName, alarmsOf, type SoakRow } from "./soak-alarms.ts";

const limits = { warmUp: 60, round: 1000, loopMs: 100 };
const account = { accepted: 900, delivered: 800, rejected: 0, dropped: 0, superseded: 0, queued: 100 };
const well: SoakRow = {
  seconds: 600,
  cpuPercent: 2,
  cpuPerMillion: 0.5,
  rss: 120e6,
  heap: 20e6,
  bytes: 1e6,
  shown: 10_000,
  right: 9000,
  wrong: 0,
  skipped: 0,
  missed: 0,
  loopMs: 20,
  account,
};

function check(change: Partial<SoakRow>, ...expected: AlarmName[]): void {
  expect(alarmsOf([{ ...well, ...change }], limits).map(({ name }) => name)).toEqual(expected);
}

/** A row a minute from the start, each with the memory that is told for it. */
function checkMemory(rss: (minute: number) => number, minutes: number, ...expected: string[]): void {
  const rows = Array.from({ length: minutes }, (_, minute) => ({ ...well, seconds: minute * 60, rss: rss(minute) }));
  expect(alarmsOf(rows, limits).map(({ text }) => text)).toEqual(expected);
}

test("nothing was read", () => expect(alarmsOf([], limits)).toEqual([]));
test("all is well", () => check({}));
test("samples wrong", () => check({ wrong: 1 }, "samples"));
test("two rounds may be under way", () => check({ shown: 11_000 }));
test("more than two rounds behind", () => check({ shown: 11_001 }, "behind"));
test("a tick skipped", () => check({ skipped: 1 }, "slots"));
test("a tick missed", () => check({ missed: 1 }, "slots"));
test("an account that does not balance", () => check({ account: { ...account, queued: 99 } }, "account"));
test("items dropped", () => check({ account: { ...account, queued: 99, dropped: 1 } }, "account"));
test("items rejected", () => check({ account: { ...account, queued: 99, rejected: 1 } }, "account"));
test("the event loop late", () => check({ loopMs: 101 }, "loop"));
test("the event loop late while it warms up", () => check({ loopMs: 101, seconds: 59 }));
test("several at once", () => check({ wrong: 3, loopMs: 500 }, "samples", "loop"));

test("memory that is flat", () => checkMemory(() => 100e6, 60));
test("memory that goes up and down", () => checkMemory((minute) => 100e6 + (minute % 7) * 5e6, 60));
test("memory of the warm-up", () => checkMemory((minute) => (minute < 1 ? 50e6 : 100e6), 60));
test("memory that grows", () => checkMemory((minute) => 100e6 + minute * 1e6, 60, "memory grows by 60.0 MB an hour"));
test("memory that grew too little to tell", () => checkMemory((minute) => 100e6 + minute * 1e5, 60));
test("memory that grows little, for long", () =>
  checkMemory((minute) => 100e6 + minute * 1e4, 3000, "memory grows by 0.6 MB an hour"));
test("a tenth of much memory is no leak", () => checkMemory((minute) => 1e9 + minute * 1e6, 60));
test("too few rows", () => checkMemory((minute) => 100e6 + minute * 50e6, 9));

import type { Status } from "@sluice/component";
import { expect, test } from "vitest";
import { createStatusBoard } from "./status.ts";

const clock = { now: () => 1000, monotonic: () => 0 };

/** Reports the statuses in turn and gives the ones that listeners saw. */
function check(reported: readonly Status[], expected: readonly Status[]) {
  const seen: Status[] = [];
  const board = createStatusBoard(clock);
  board.listen([({ status }) => seen.push(status)]);
  const instance = board.instance("exporter", "nop");
  instance.show();
  for (const status of reported) instance.report(status);
  expect(seen).toEqual(expected);
}

test("transitions are upstream's", () => {
  check(["ok", "stopping", "starting", "ok"], ["starting", "ok"]);
  check(
    ["starting", "recoverable_error", "recoverable_error", "ok", "ok"],
    ["starting", "recoverable_error", "recoverable_error", "ok", "ok"],
  );
  check(
    ["starting", "permanent_error", "ok", "permanent_error", "stopping", "stopped"],
    ["starting", "permanent_error", "stopping", "stopped"],
  );
  check(
    ["starting", "ok", "starting", "stopped", "stopping", "ok", "stopped", "stopping"],
    ["starting", "ok", "stopping", "stopped"],
  );
  check(["starting", "fatal_error", "ok", "stopping", "stopped"], ["starting", "fatal_error"]);
  check(["starting", "stopping", "recoverable_error", "stopped"], ["starting", "stopping", "recoverable_error"]);
});

const event = (kind: string, id: string, status: Status, error?: Error) => ({ kind, id, status, error, at: 1000 });
function createBoard() {
  const board = createStatusBoard(clock);
  const [a, b] = [board.instance("receiver", "a"), board.instance("exporter", "b")];
  return { board, a, b };
}

test("a listener first hears how each instance fares, then what comes", () => {
  const { board, a, b } = createBoard();
  const error = new Error("no");
  for (const instance of [a, b]) instance.show();
  a.report("starting");
  b.report("starting");
  b.report("recoverable_error", error);
  const [first, second]: unknown[][] = [[], []];
  const listener = (heard: unknown) => first?.push(heard);
  board.listen([listener]);
  expect(first).toEqual([event("receiver", "a", "starting"), event("exporter", "b", "recoverable_error", error)]);
  a.report("ok");
  board.listen([listener, (heard) => second?.push(heard)]);
  expect(first?.slice(2)).toEqual([event("receiver", "a", "ok")]);
  expect(second).toEqual([event("receiver", "a", "ok"), event("exporter", "b", "recoverable_error", error)]);
});

test("what is not shown is not heard, and what stopped is forgotten", () => {
  const { board, a, b } = createBoard();
  const seen: unknown[] = [];
  board.listen([(heard) => seen.push(heard)]);
  a.report("starting");
  a.report("ok");
  expect(seen).toEqual([]);
  a.show();
  expect(seen).toEqual([event("receiver", "a", "ok")]);
  a.hide();
  a.report("stopping");
  b.show();
  for (const status of ["starting", "stopping", "stopped"] as const) b.report(status);
  const late: unknown[] = [];
  board.listen([(heard) => late.push(heard)]);
  expect(seen).toHaveLength(4);
  expect(late).toEqual([]);
});

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

test("listeners get what happened before them first, in order", () => {
  const board = createStatusBoard(clock);
  const a = board.instance("receiver", "a");
  const b = board.instance("exporter", "b");
  a.report("starting");
  b.report("starting");
  const error = new Error("no");
  b.report("recoverable_error", error);
  const seen: unknown[] = [];
  board.listen([(event) => seen.push(event)]);
  a.report("ok");
  expect(seen).toEqual([
    { kind: "receiver", id: "a", status: "starting", error: undefined, at: 1000 },
    { kind: "exporter", id: "b", status: "starting", error: undefined, at: 1000 },
    { kind: "exporter", id: "b", status: "recoverable_error", error, at: 1000 },
    { kind: "receiver", id: "a", status: "ok", error: undefined, at: 1000 },
  ]);
});

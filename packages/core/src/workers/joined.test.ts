import type { Operation, StatusEvent } from "@sluice/component";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createStatusBoard } from "../status.ts";
import { addReadings } from "../telemetry/readings.ts";
import type { Reading } from "../telemetry/registry.ts";
import { joinOperations } from "./joined-operations.ts";
import { joinStatuses } from "./joined-statuses.ts";

const event = (status: StatusEvent["status"]): StatusEvent => ({
  kind: "exporter",
  id: "out",
  status,
  error: undefined,
  at: 0,
});

/** What is told when two threads report these, "0 ok" and so on; what leaves the shown status alone is told by nobody. */
function check(reports: readonly string[], expected: readonly string[]) {
  const { clock } = createSimulation().env;
  const statuses = joinStatuses(createStatusBoard(clock));
  const own = statuses.instance("exporter", "out");
  own.show();
  const told: string[] = [];
  statuses.listen([({ status }) => told.push(status)]);
  for (const report of reports) {
    const [thread, status] = report.split(" ") as [string, StatusEvent["status"]];
    if (thread === "0") own.report(status);
    else statuses.take(Number(thread), event(status));
  }
  expect(told).toEqual(expected);
}

test("a component fares as its worst instance does", () => {
  check(["0 starting", "1 starting", "0 ok", "1 ok"], ["starting", "starting", "ok"]);
  check(
    ["0 starting", "0 ok", "1 ok", "1 recoverable_error", "0 ok", "1 recoverable_error", "1 ok"],
    ["starting", "ok", "ok", "recoverable_error", "recoverable_error", "ok"],
  );
  check(
    ["0 starting", "0 ok", "1 permanent_error", "0 recoverable_error", "1 stopped"],
    ["starting", "ok", "permanent_error", "recoverable_error"],
  );
  check(["0 starting", "1 ok", "0 stopping", "0 stopped", "1 stopped"], ["starting", "stopping", "ok", "stopped"]);
});

test("who comes later hears how all fare", () => {
  const statuses = joinStatuses(createStatusBoard(createSimulation().env.clock));
  statuses.take(1, event("recoverable_error"));
  statuses.take(2, event("ok"));
  const told: string[] = [];
  const listener = ({ status }: StatusEvent) => void told.push(status);
  statuses.listen([listener]);
  statuses.listen([listener]);
  expect(told).toEqual(["recoverable_error"]);
});

const operation = (taken: number, at: number): Operation => ({
  name: "exporter/out/metrics",
  running: 1,
  taken: [taken, 0],
  refused: 2,
  samples: [{ at, durationMs: 1, items: 1, error: undefined }],
});
test("what threads recorded of one instance is added up, samples newest first", () => {
  const other = { ...operation(5, 0), name: "exporter/a/metrics" };
  expect(joinOperations([[operation(1, 10)], [operation(2, 20), other]])).toEqual([
    other,
    { ...operation(3, 20), running: 2, refused: 4, samples: [20, 10].map((at) => operation(0, at).samples[0]) },
  ]);
});

const reading = (name: string, values: Readonly<Record<string, number>>, more: Partial<Reading> = {}): Reading => ({
  name,
  type: "counter",
  description: "",
  unit: "1",
  bounds: [],
  points: Object.entries(values).map(([of, value]) => ({ labels: { of }, scope: "s", value, buckets: undefined })),
  ...more,
});
const histogram = (bounds: readonly number[], buckets: readonly number[]): Reading =>
  reading("h", {}, { type: "histogram", bounds, points: [{ labels: {}, scope: "s", value: 1, buckets }] });

function checkSum(threads: readonly (readonly Reading[])[], expected: readonly Reading[]) {
  expect(addReadings(threads)).toEqual(expected);
}
test("what threads measured is added up by name and labels", () => {
  checkSum([[reading("b", { x: 1 })]], [reading("b", { x: 1 })]);
  checkSum(
    [[reading("b", { x: 1, y: 2 })], [reading("a", { x: 1 }), reading("b", { y: 3, z: 4 })]],
    [reading("a", { x: 1 }), reading("b", { x: 1, y: 5, z: 4 })],
  );
  checkSum(
    [[reading("g", { x: 1 }, { type: "gauge" })], [reading("g", { x: 2 }, { type: "gauge" })]],
    [reading("g", { x: 3 }, { type: "gauge" })],
  );
  const late = (x: number) => reading("late", { x }, { type: "gauge", together: "max" });
  checkSum([[late(1)], [late(3)], [late(2)]], [late(3)]);
});
test("histograms are added bucket by bucket, and only where their bounds are the same", () => {
  const sum = histogram([1, 2], [5, 7, 9]);
  checkSum(
    [[histogram([1, 2], [1, 2, 3])], [histogram([1, 2], [4, 5, 6])]],
    [{ ...sum, points: [{ ...sum.points[0]!, value: 2 }] }],
  );
  checkSum([[histogram([1, 2], [1, 2, 3])], [histogram([1], [4, 5])]], [histogram([1, 2], [1, 2, 3])]);
});

import type { Status } from "@sluice/component";
import { expect, test } from "vitest";
import { createStatuses } from "./statuses.ts";

test("a status is known since when, and the last error stays", () => {
  const statuses = createStatuses();
  const take = (status: Status, at: number, error?: Error): void =>
    statuses.take({ kind: "exporter", id: "x", status, error, at });
  const check = (status: Status, since: number, lastError?: { text: string; at: number }): void =>
    expect(statuses.of("exporter", "x")).toEqual({ kind: "exporter", id: "x", status, since, lastError });
  take("ok", 1);
  take("ok", 2);
  check("ok", 1);
  take("recoverable_error", 3, new Error("cannot send", { cause: new Error("refused") }));
  check("recoverable_error", 3, { text: "cannot send: refused", at: 3 });
  take("recoverable_error", 4, new Error("late"));
  check("recoverable_error", 3, { text: "late", at: 4 });
  take("ok", 5);
  check("ok", 5, { text: "late", at: 4 });
  expect(statuses.of("receiver", "x")).toBe(undefined);
  take("stopping", 6);
  take("stopped", 7);
  expect(statuses.all()).toEqual([]);
});

test("texts of errors are bounded", () => {
  const statuses = createStatuses();
  const textOf = (error: Error): string | undefined => {
    statuses.take({ kind: "exporter", id: "x", status: "fatal_error", error, at: 1 });
    return statuses.of("exporter", "x")?.lastError?.text;
  };
  const circle = new Error("x".repeat(300));
  circle.cause = new Error("y".repeat(300), { cause: circle });
  expect(textOf(circle)).toHaveLength(1024);
  expect(textOf(new Error("same", { cause: new Error("same", { cause: new Error("why", { cause: "x" }) }) }))).toBe(
    "same: why",
  );
  expect(textOf(new Error(""))).toBe("unknown error");
});

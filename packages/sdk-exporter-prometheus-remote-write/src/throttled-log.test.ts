import type { DiagLogger } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { createThrottledLog, reasonOf } from "./throttled-log.ts";

function setUp() {
  const said: string[] = [];
  const clock = { at: 0, now: () => 0, monotonic: () => clock.at };
  const at = (level: string) => (message: string) => said.push(`${level}: ${message}`);
  const diag = { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") } as unknown as DiagLogger;
  return { said, clock, log: createThrottledLog(diag, clock) };
}

test("each message once a minute, with how many were suppressed", () => {
  const { said, clock, log } = setUp();
  for (let i = 0; i < 3; i++) log.error("cannot send", { i });
  log.warn("dropping", { error: new Error("a", { cause: new Error("b") }) });
  clock.at = 59_999;
  log.error("cannot send");
  clock.at = 60_000;
  log.error("cannot send", { i: 5 });
  clock.at = 120_000;
  log.error("cannot send");
  expect(said).toEqual([
    'error: cannot send {"i":0}',
    'warn: dropping {"error":"a: b"}',
    'error: cannot send {"i":5,"suppressed":3}',
    "error: cannot send",
  ]);
});

test("what is no trouble is debug output", () => {
  const { said, log } = setUp();
  log.info("exporter stopped");
  log.debug("x");
  expect(said).toEqual(["debug: exporter stopped", "debug: x"]);
});

test("an error's reasons, however deep", () => {
  const circle = new Error("c");
  circle.cause = circle;
  expect([reasonOf(circle), reasonOf("text")]).toEqual(["c: c: c: c: c", "text"]);
});

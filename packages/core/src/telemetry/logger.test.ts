import { Secret } from "@sluice/component";
import { expect, test } from "vitest";
import type { LogsConfig } from "./config.ts";
import { createLoggers, type LogSource, type OwnRecord } from "./logger.ts";

const defaults: LogsConfig = {
  level: "info",
  encoding: "console",
  development: false,
  sampling: undefined,
  output_paths: ["stderr"],
  error_output_paths: ["stderr"],
  disable_caller: false,
  disable_stacktrace: false,
  disable_zap_resource: false,
  initial_fields: {},
  processors: [],
};
const resource = { "service.instance.id": "id", "service.name": "sluice", "service.version": "1.2.3" };

/** Loggers over a list of lines, at a time that the test sets. */
function record(config: Partial<LogsConfig> = {}) {
  const lines: string[] = [];
  const clock = { at: 0, now: () => 1_700_000_000_123 + clock.at, monotonic: () => clock.at };
  const swallowed: string[] = [];
  const emitted: OwnRecord[] = [];
  const settle = (changed: Partial<LogsConfig>) => ({ config: { ...defaults, ...changed }, resource });
  const all = createLoggers(settle(config), clock, {
    write: (line) => lines.push(line),
    emit: (record) => emitted.push(record),
    sampledOut: (level) => swallowed.push(level),
  });
  const change = (changed: Partial<LogsConfig>) => all.change(settle(changed));
  return {
    lines,
    clock,
    swallowed,
    emitted,
    loggers: (source?: LogSource) => all.logger(source),
    local: () => all.local(),
    change,
  };
}

function writeExamples(config: Partial<LogsConfig>): string {
  const { lines, loggers } = record(config);
  loggers().info("everything is ready");
  const receiver = loggers({ kind: "receiver", id: "prometheus/one", signals: new Set(["metrics"] as const) });
  receiver.debug("below the level");
  receiver.info("scraped", { target: "localhost:9090", samples: 12, took: 0.25, ok: true });
  receiver.warn("hostile\n2026-01-01T00:00:00.000Z\tinfo\tforged", { level: "panic", password: new Secret("hunter2") });
  const processor = loggers({
    kind: "processor",
    id: "batch",
    signals: new Set(["logs"] as const),
    pipeline: "logs/a",
  });
  processor.info("flushed", { by: ["size", { bytes: 1n }] });
  const exporter = loggers({ kind: "exporter", id: "nop", signals: new Set(["logs", "traces"] as const) });
  const error = new Error("cannot send request", { cause: new Error("connection refused") });
  error.stack = "Error: cannot send request\n    at there";
  exporter.error("dropping data", { error, dropped_items: 3 });
  return lines.join("");
}

test("lines have zap's forms", async () => {
  await expect(writeExamples({})).toMatchFileSnapshot("../../testdata/console.golden.txt");
  await expect(writeExamples({ encoding: "json" })).toMatchFileSnapshot("../../testdata/json.golden.txt");
  const changed = { development: true, disable_caller: true, initial_fields: { team: "a" }, level: "error" as const };
  await expect(writeExamples(changed)).toMatchFileSnapshot("../../testdata/console-development.golden.txt");
});

test("repeated lines are sampled by level and message", () => {
  const { lines, clock, loggers } = record({ sampling: { tick: 10_000, initial: 10, thereafter: 100 } });
  const log = loggers();
  for (let i = 0; i < 250; i++) log.info("again", { i });
  log.warn("again");
  log.info("once");
  expect(lines.length).toBe(10 + 2 + 2);
  clock.at = 10_000;
  log.info("again");
  expect(lines.length).toBe(15);
});
test("thereafter 0 writes no more", () => {
  const { lines, loggers } = record({ sampling: { tick: 10_000, initial: 2, thereafter: 0 } });
  for (let i = 0; i < 250; i++) loggers().info("again");
  expect(lines.length).toBe(2);
});

test("what is written is emitted, but for local lines and what sampling swallows", () => {
  const { lines, emitted, swallowed, loggers, local } = record({
    sampling: { tick: 10_000, initial: 1, thereafter: 0 },
  });
  const exporter = loggers({ kind: "exporter", id: "out", signals: new Set(["logs", "traces"] as const) });
  exporter.debug("below the level");
  exporter.warn("sent", { n: 1 });
  exporter.warn("sent", { n: 2 });
  local().warn("only written");
  expect(lines.length).toBe(2);
  expect(swallowed).toEqual(["warn"]);
  expect(emitted).toMatchObject([{ at: 1_700_000_000_123, level: "warn", message: "sent", fields: [["n", 1]] }]);
  expect(emitted[0]?.source.slice(0, 2)).toEqual([
    ["otelcol.component.id", "out"],
    ["otelcol.component.kind", "exporter"],
  ]);
});
test("loggers that were handed out take other settings", () => {
  const { lines, loggers, change } = record();
  const log = loggers();
  change({ level: "warn" });
  log.info("a");
  change({ encoding: "json", disable_caller: true, disable_zap_resource: true, initial_fields: { b: 1, a: 2 } });
  log.info("b");
  change({ disable_zap_resource: true });
  log.info("c");
  expect(lines).toEqual([
    '{"level":"info","ts":"2023-11-14T22:13:20.123Z","msg":"b","a":2,"b":1}\n',
    "2023-11-14T22:13:20.123Z\tinfo\tservice\tc\n",
  ]);
});

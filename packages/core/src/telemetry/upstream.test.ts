/** Our lines and names beside those that the Go collector wrote (testdata/upstream/README.md). */
import { readFileSync } from "node:fs";
import type { Fields } from "@sluice/component";
import { expect, test } from "vitest";
import type { LogsConfig } from "./config.ts";
import { createLoggers, type LogSource } from "./logger.ts";
import { renderPage } from "./page.ts";
import type { Reading } from "./registry.ts";
import { get, startTelemetry, telemetryConfig } from "./telemetry.testing.ts";

const upstream = (name: string): string =>
  readFileSync(new URL(`../../testdata/upstream/${name}`, import.meta.url), "utf8");

const resource = {
  "service.instance.id": "7fc0d6f1-47d0-4c53-a2e9-95e1de6c5d73",
  "service.name": "otelcol",
  "service.version": "0.164.0",
};
const receiver: LogSource = { kind: "receiver", id: "prometheus", signals: new Set(["metrics"] as const) };
/** What the lines of the goldens say. */
const records: Readonly<Record<string, { readonly source?: LogSource; readonly fields?: Fields }>> = {
  "Starting otelcol...": { fields: { Version: "0.164.0", NumCPU: 2 } },
  "Starting extensions...": {},
  "Starting discovery manager": { source: receiver },
  "Scrape job added": { source: receiver, fields: { jobName: "self" } },
};

/** The golden's messages, logged by us; the caller is the one thing that may differ. */
async function checkLines(file: string, logs: string, attributes = resource as Readonly<Record<string, string>>) {
  const config: LogsConfig = (await telemetryConfig(`logs: ${logs}`)).logs;
  const at = Date.parse("2026-11-20T16:15:24.710Z");
  const lines: string[] = [];
  const sinks = { write: (line: string) => lines.push(line), emit: () => {}, sampledOut: () => {} };
  const loggers = createLoggers({ config, resource: attributes }, { now: () => at, monotonic: () => 0 }, sinks);
  const golden = upstream(file);
  for (const line of golden.trimEnd().split("\n")) {
    const message = Object.keys(records).find((known) => line.includes(known)) ?? "";
    const { source, fields } = records[message] ?? {};
    loggers.logger(source).info(message, fields);
  }
  const callerless = (text: string) =>
    text
      .replace(/"caller":"[^"]*"/g, '"caller":""')
      .replace(/^([^\t]*\tinfo\t)[a-z][^\t ]*\t(?=[A-Z])/gm, "$1caller\t");
  expect(callerless(lines.join(""))).toBe(callerless(golden));
}

test("log lines are the Go collector's, but for the caller", async () => {
  await checkLines("console.txt", "{}");
  const fields = "initial_fields: { team: a, n: 1, deep: { x: [1, true] } }";
  await checkLines("json.txt", `{ encoding: json, disable_zap_resource: true, ${fields} }`);
  await checkLines("console-initial-fields.txt", "{ initial_fields: { zteam: a, ateam: 2 } }");
  const mine = { "9a.b-c": "z", "service.name": "mine", "service.version": "0.164.0", team: "x y" };
  await checkLines("console-no-caller.txt", "{ development: true, disable_caller: true }", mine);
});

interface Family {
  readonly type: string;
  readonly labels: readonly string[];
}
/** Families of a page: their type and which labels their points have. */
function families(page: string): Map<string, Family> {
  const found = new Map<string, Family>();
  for (const [, name = "", type = ""] of page.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const labels = [...page.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:{(.*)})? `, "gm"))].flatMap(
      ([, text = ""]) => [...text.matchAll(/([a-zA-Z0-9_]+)="/g)].map(([, label = ""]) => label),
    );
    found.set(name, { type, labels: [...new Set(labels)].sort() });
  }
  return found;
}

test("the process has the Go collector's metrics", async () => {
  const { simulation, telemetry } = await startTelemetry("{}");
  const ours = families(await get(simulation, 8888));
  const theirs = [...families(upstream("page.prom"))].filter(([name]) => /^(otelcol_process_|target_info)/.test(name));
  expect(theirs.length).toBe(7);
  for (const [name, family] of theirs) expect([name, ours.get(name)]).toEqual([name, family]);
  await simulation.run(telemetry.close());
});

/** What upstream's pages do not show: units. */
const units: readonly (readonly [pattern: RegExp, unit: string])[] = [
  [/_(seconds|uptime|duration)$/, "s"],
  [/_(rss|bytes)$/, "By"],
  [/./, "{item}"],
];

test("suffixes are the Go collector's", () => {
  const suffixed = families(upstream("page-detailed-suffixes.prom"));
  const readings = [...families(upstream("page.prom"))].flatMap(([name, { type, labels }]): Reading[] => {
    if (!name.startsWith("otelcol_")) return [];
    const own = Object.fromEntries(labels.filter((label) => label !== "le").map((label) => [label, "x"]));
    const unit = units.find(([pattern]) => pattern.test(name))?.[1] ?? "";
    const point = { labels: own, scope: "s", value: 1, buckets: type === "histogram" ? [1, 0] : undefined };
    return [{ name, type: type as Reading["type"], description: "", unit, bounds: [1], points: [point] }];
  });
  const style = { info: {}, constant: {}, units: true, typeSuffix: true, scope: true };
  const ours = [...families(renderPage(readings, style))].filter(([name]) => name !== "target_info");
  expect(ours.length).toBeGreaterThan(15);
  for (const [name, family] of ours) expect([name, suffixed.get(name)]).toEqual([name, family]);
});

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyDefinition } from "@sluice/component";
import { checkComponentConfig, createCollector } from "@sluice/core";
import { signalsOf } from "@sluice/testkit";
import { build } from "../../distributions/core/main.ts";
import { code, table } from "../markdown.ts";
import { root } from "../packages.ts";
import { createWorld, loadDefinitions } from "./sluice.ts";

/** One of the collector's own metrics, as a reader is given it. */
interface Metric {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly description: string;
  readonly points: readonly { readonly labels: Readonly<Record<string, string>>; readonly scope: string }[];
}

const signals = ["metrics", "traces", "logs"] as const;
const levels = ["basic", "normal", "detailed"] as const;

/** Bodies with which a component shows most of what it measures: it scrapes its own page, and sends to where nobody listens. */
const bodies: Readonly<Record<string, string>> = {
  prometheus: `{config: {scrape_configs: [{job_name: own, scrape_interval: 1s, static_configs: [{targets: ["localhost:8888", "localhost:1"]}]}]}}`,
  prometheus_remote_write: `{endpoint: "http://localhost:1", retry_on_failure: {max_elapsed_time: 5s, initial_interval: 1s, max_interval: 1s}}`,
};

/**
 * Every metric of the collector itself and of each component of the core distribution: what a collector with all of them tells
 * a reader at each level, after a minute in a simulation.
 */
export async function ownMetrics(): Promise<string> {
  const definitions = await loadDefinitions();
  const runs: (readonly Metric[])[] = [];
  for (const level of levels) runs.push(await metricsAt(level, definitions));
  const names = runs.map((metrics) => new Set(metrics.map(({ name }) => name)));
  const levelOf = (name: string): string => levels[names.findIndex((known) => known.has(name))] ?? "";
  const row = ({ name, type, unit, description, points }: Metric): string[] => {
    const labels = [...new Set(points.flatMap((point) => Object.keys(point.labels)))].toSorted();
    return [code(name), type, code(unit), labels.map(code).join(", "), levelOf(name), description];
  };
  const last = runs.at(-1) ?? [];
  return table(["Name", "Type", "Unit", "Labels", "Level", "Meaning"], last.map(row));
}

async function metricsAt(level: string, definitions: readonly AnyDefinition[]): Promise<readonly Metric[]> {
  const simulation = createWorld({});
  const { env } = simulation;
  const measured = { ...env.process, eventLoopDelay: () => ({ p50: 1, p99: 2, max: 3 }) };
  const readers = `[{pull: {exporter: {prometheus: {}}}}, {periodic: {interval: 1000, exporter: {console: {}}}}]`;
  const yaml = `${await everything(definitions)}
  telemetry: {logs: {level: error}, metrics: {level: ${level}, readers: ${readers}}}`;
  const collector = createCollector({ definitions, yaml, env: { ...env, process: measured }, build });
  const state = { started: false };
  const starting = collector.start().then(() => {
    state.started = true;
  });
  // What it loads takes real time, of which a simulation knows nothing.
  for (let turns = 0; !state.started && turns < 6000; turns++) {
    await Promise.race([starting, new Promise((resolve) => setTimeout(resolve, 10))]);
  }
  for (let seconds = 0; seconds < 60; seconds++) await simulation.advance(1000);
  const [reading = "{}"] = simulation.process.stdout.trimEnd().split("\n").slice(-1);
  await simulation.run(collector.stop());
  return (JSON.parse(reading) as { readonly metrics?: readonly Metric[] }).metrics ?? [];
}

/** A configuration that uses every component for every signal that it has. */
async function everything(definitions: readonly AnyDefinition[]): Promise<string> {
  const sections = await Promise.all(
    (["receiver", "processor", "exporter", "connector", "extension"] as const).map(async (kind) => {
      const own = definitions.filter((definition) => definition.kind === kind);
      const entries = own.map(async (definition) => `  ${definition.type}: ${await bodyOf(definition)}\n`);
      return own.length === 0 ? "" : `${kind}s:\n${(await Promise.all(entries)).join("")}`;
    }),
  );
  const list = (kind: string, signal: (typeof signals)[number]): string[] =>
    definitions.filter((one) => one.kind === kind && signalsOf(one).includes(signal)).map(({ type }) => type);
  const pipelines = signals.flatMap((signal) => {
    const connectors = list("connector", signal);
    const into = [...list("exporter", signal), ...connectors].join(", ");
    const first = `{receivers: [${list("receiver", signal).join(", ")}], processors: [${list("processor", signal).join(", ")}], exporters: [${into}]}`;
    const second = `{receivers: [${connectors.join(", ")}], exporters: [${list("exporter", signal).join(", ")}]}`;
    return [`    ${signal}: ${first}`, ...(connectors.length === 0 ? [] : [`    ${signal}/after: ${second}`])];
  });
  const extensions = definitions.filter(({ kind }) => kind === "extension").map(({ type }) => type);
  return `${sections.join("")}service:\n  extensions: [${extensions.join(", ")}]\n  pipelines:\n${pipelines.join("\n")}`;
}

/** A body that the component takes, on one line: the chosen one, none, or one of its own test data. */
async function bodyOf(definition: AnyDefinition): Promise<string> {
  const folder = `packages/${definition.kind}-${definition.type.replaceAll("_", "-")}/testdata/config/*.good.yaml`;
  const files = globSync(join(root, folder)).toSorted();
  const candidates = [bodies[definition.type] ?? "{}", ...files.map((file) => readFileSync(file, "utf8"))];
  for (const text of candidates) {
    const checked = await checkComponentConfig(definition, text, createWorld({}).env);
    if (!("problems" in checked)) return text === candidates[0] ? text : `\n${text.replaceAll(/^/gm, "    ")}`;
  }
  throw new Error(`cannot find a configuration of "${definition.type}"`);
}

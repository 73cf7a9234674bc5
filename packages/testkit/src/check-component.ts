import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type AnyDefinition, type Consume, type Lifecycle, PermanentError } from "@sluice/component";
import { checkComponentConfig } from "@sluice/core";
import { type Batch, batchOf, type Signal, toOtlp, wirePart } from "@sluice/data";
import { describe, expect, test } from "vitest";
import { logsBatch, metricsBatch, tracesBatch } from "./batches.ts";
import { type ContextOptions, createContext, type TestContext } from "./context.ts";
import { forbidding } from "./forbidding.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import { deepFreeze, snapshotOf } from "./snapshot.ts";
import { undescribedKeys } from "./undescribed.ts";

/** What the suite cannot know by itself. */
export interface CheckOptions {
  /** A valid configuration as YAML, with which the component can start; default: the first `*.good.yaml`. */
  readonly config?: string;
  /** Puts into the world what the component needs: files, servers, variables. */
  readonly setup?: (simulation: Simulation) => void | Promise<void>;
  /** What other extensions offer to it, by their id. */
  readonly extensions?: ContextOptions["extensions"];
}

/** How long a started component is watched, in virtual milliseconds. */
const WATCHED_MS = 1000;

/**
 * Declares the tests that every component passes; the first line of a component's own test file. `packageDirectory` holds its
 * package.json and `testdata/config`, where each `x.good.yaml` is a body that is accepted, and each `x.bad.yaml` one that is
 * refused with exactly the words of `x.bad.txt`.
 */
export function checkComponent(definition: AnyDefinition, packageDirectory: string, options: CheckOptions = {}): void {
  describe(`every component: ${definition.kind} ${definition.type}`, () => {
    for (const check of componentChecks(definition, packageDirectory, options)) test(check.name, check.run);
  });
}

interface Check {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

/** The tests of `checkComponent`, not yet declared. */
export function componentChecks(definition: AnyDefinition, directory: string, options: CheckOptions): Check[] {
  const world = worldFor(definition, directory, options);
  const checks: Check[] = [
    { name: "is named by rule", run: () => checkNames(definition, directory) },
    {
      name: "describes every key",
      run: () => expect(undescribedKeys(definition.config.json), "keys without a description").toEqual([]),
    },
    ...configChecks(definition, directory, options),
    { name: "does nothing outside memory at create", run: () => checkCreate(world) },
    { name: "shuts down without a start", run: () => checkShutdown(world, false) },
    { name: "shuts down twice and leaves nothing open", run: () => checkShutdown(world, true) },
  ];
  if (definition.kind === "processor" || definition.kind === "exporter") {
    for (const signal of definition.signals as readonly Signal[]) {
      checks.push({ name: `leaves ${signal} unchanged`, run: () => checkUnchanged(world, signal) });
      if (definition.kind === "exporter") continue;
      checks.push({ name: `passes on a PermanentError for ${signal}`, run: () => checkPermanent(world, signal) });
    }
  }
  return checks;
}

function checkNames({ kind, type, aliases = [] }: AnyDefinition, directory: string): void {
  for (const name of [type, ...aliases]) expect(name).toMatch(/^[a-z][0-9a-z_]*$/);
  const folder = `${kind}-${type.replaceAll("_", "-")}`;
  expect(basename(directory), "folder").toBe(folder);
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  expect(manifest.name, "package name").toBe(`@sluice/${folder}`);
}

function configFiles(directory: string, ending: string): string[] {
  const folder = join(directory, "testdata/config");
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function configChecks(definition: AnyDefinition, directory: string, options: CheckOptions): Check[] {
  const judge = async (file: string) => {
    const simulation = createSimulation();
    await options.setup?.(simulation);
    return checkComponentConfig(definition, readFileSync(file, "utf8"), simulation.env);
  };
  const good = configFiles(directory, ".good.yaml").map((file) => ({
    name: `accepts ${basename(file)}`,
    async run() {
      expect(await judge(file)).not.toHaveProperty("problems");
    },
  }));
  const bad = configFiles(directory, ".bad.yaml").map((file) => ({
    name: `refuses ${basename(file)}`,
    async run() {
      const judged = await judge(file);
      if (!("problems" in judged)) throw new Error("expected to be refused, and was accepted");
      await expect(`${judged.problems}\n`).toMatchFileSnapshot(file.replace(/yaml$/, "txt"));
    },
  }));
  return [...good, ...bad];
}

type Component = Lifecycle & { readonly consume?: Consume };
interface World {
  /** A new simulation, set up. */
  context(): Promise<TestContext>;
  create(context: TestContext, next?: Consume): Promise<Component>;
}

function worldFor(definition: AnyDefinition, directory: string, options: CheckOptions): World {
  const [goodFile] = configFiles(directory, ".good.yaml");
  const yaml = options.config ?? (goodFile === undefined ? "" : readFileSync(goodFile, "utf8"));
  const signals = "signals" in definition ? (definition.signals as readonly Signal[]) : [];
  return {
    async context() {
      const simulation = createSimulation();
      await options.setup?.(simulation);
      const { kind, type } = definition;
      return createContext({
        kind,
        id: type,
        signals,
        simulation,
        ...(options.extensions && { extensions: options.extensions }),
      });
    },
    async create(context, next = async () => {}) {
      const checked = await checkComponentConfig(definition, yaml, context.simulation.env);
      if ("problems" in checked) throw new Error(`the configuration to start with is refused:\n${checked.problems}`);
      return (definition.create as (...given: unknown[]) => Component)(checked.config, context, next);
    },
  };
}

async function checkCreate(world: World): Promise<void> {
  const context = await world.context();
  const forbidden = { ...context, env: forbidding(context.env), extension: notYet, status: notYet };
  await world.create(forbidden);
  expect(context.simulation.open()).toEqual([]);
}
function notYet(): never {
  throw new Error("create must not ask for extensions and has no status yet");
}

async function checkShutdown(world: World, start: boolean): Promise<void> {
  const context = await world.context();
  const { run, advance, settle, open } = context.simulation;
  const component = await world.create(context);
  if (start) {
    await run(Promise.resolve(component.start?.()));
    await advance(WATCHED_MS);
  }
  await run(Promise.resolve(component.shutdown?.()));
  await run(Promise.resolve(component.shutdown?.()));
  await settle();
  expect(open(), "still open after shutdown").toEqual([]);
}

/** Starts the component, hands it a batch, and gives the outcome: undefined, or what `consume` rejected with. */
async function consumed(world: World, batch: Batch, next?: Consume): Promise<unknown> {
  const context = await world.context();
  const { run } = context.simulation;
  const component = await world.create(context, next);
  await run(Promise.resolve(component.start?.()));
  const outcome = component.consume?.(batch).then(
    () => undefined,
    (error: unknown) => error,
  );
  // A component that waits for ever, for a backend that is not there, is no matter here: shutdown ends it.
  const waited = await run(Promise.race([outcome, context.env.timers.sleep(60_000)]));
  await run(Promise.resolve(component.shutdown?.()));
  return waited;
}

async function checkUnchanged(world: World, signal: Signal): Promise<void> {
  const batch = deepFreeze(sampleOf(signal));
  const before = snapshotOf(batch);
  const error = await consumed(world, batch);
  if (error instanceof TypeError) throw error;
  expect(snapshotOf(batch)).toEqual(before);
}

async function checkPermanent(world: World, signal: Signal): Promise<void> {
  const error = new PermanentError("never");
  const calls = { count: 0 };
  const outcome = await consumed(world, sampleOf(signal), async () => {
    calls.count++;
    throw error;
  });
  if (calls.count > 0) expect(outcome).toBe(error);
}

/** A batch with a bit of everything, and the same once more as wire. */
function sampleOf(signal: Signal): Batch {
  const sample = samples[signal]();
  const wire = wirePart(signal, toOtlp(sample));
  return batchOf(signal, [...sample.parts, wire] as never) as Batch;
}

const samples: Readonly<Record<Signal, () => Batch>> = {
  metrics: () =>
    metricsBatch(
      [
        { name: "memory_bytes", unit: "By", value: 1.5, attributes: { host: "a", list: ["x", 1, true] } },
        { name: "memory_bytes", unit: "By", value: 2.5, attributes: { host: "b" }, stale: true },
        { name: "requests", kind: "sum", value: 2n ** 60n, attributes: { code: "200" } },
        { name: "latency_seconds", histogram: { bounds: [0.1, 1], counts: [1, 3, 4], sum: 5 } },
        { name: "size_bytes", summary: { quantiles: { 0.5: 1, 0.9: 2 }, sum: 10, count: 7 } },
        { name: "duration", exponential },
      ],
      { resource: { "service.name": "shop" }, scope: "sample" },
    ),
  traces: () =>
    tracesBatch([
      { name: "GET /", traceId: ids(16), spanId: ids(8), kind: 2, attributes: [{ key: "a", value: "b" }] },
      { name: "query", traceId: ids(16), spanId: ids(8), parentSpanId: ids(8), status: { code: 2, message: "no" } },
    ]),
  logs: () =>
    logsBatch([
      { body: "hello", severity: 9, severityText: "INFO", attributes: [{ key: "a", value: 1n }] },
      { body: { map: [{ key: "nested", value: ["x"] }] } },
    ]),
};

const exponential = {
  scale: 2,
  count: 5,
  sum: 9,
  zeroCount: 1,
  zeroThreshold: 0,
  positive: { offset: 1, counts: Float64Array.of(1, 2) },
  negative: { offset: 0, counts: Float64Array.of(1) },
  min: -1,
  max: 4,
};

function ids(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i + 1);
}

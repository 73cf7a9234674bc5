import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type AnyDefinition, type ConnectorDefinition, PermanentError } from "@sluice/component";
import { checkComponentConfig } from "@sluice/core";
import type { Signal } from "@sluice/data";
import { describe, expect, test } from "vitest";
import { checkUpdate, checkUpdateBeforeStart } from "./check-update.ts";
import { type CheckOptions, consumed, WATCHED_MS, type World, worldFor } from "./check-world.ts";
import { configFiles } from "./config-files.ts";
import { signalsOf } from "./create-instance.ts";
import { forbidding } from "./forbidding.ts";
import { sampleOf } from "./sample-batch.ts";
import { createSimulation } from "./simulation.ts";
import { deepFreeze, snapshotOf } from "./snapshot.ts";
import { undescribedKeys } from "./undescribed.ts";

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
    { name: "touches nothing at an update before the start", run: () => checkUpdateBeforeStart(world) },
    { name: "finds no change in the configuration it has", run: () => checkUpdate(world) },
  ];
  const { kind } = definition;
  if (kind === "receiver" || kind === "extension") return checks;
  for (const signal of signalsOf(definition)) {
    checks.push({ name: `leaves ${signal} unchanged`, run: () => checkUnchanged(world, signal) });
    if (kind === "exporter") continue;
    checks.push({ name: `passes on a PermanentError for ${signal}`, run: () => checkPermanent(world, signal) });
    if (kind === "processor") continue;
    checks.push({ name: `leads ${signal} along its routes`, run: () => checkRoutes(definition, world, signal) });
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

async function checkRoutes({ routes }: ConnectorDefinition, world: World, from: Signal): Promise<void> {
  const allowed = routes.filter((route) => route.from === from).map(({ to }) => to);
  const reached = new Set<Signal>();
  await consumed(world, sampleOf(from), async ({ signal }) => void reached.add(signal));
  for (const signal of reached) expect(allowed, `routes from ${from}`).toContain(signal);
}

import type { BuildInfo, Env, Port, StatusEvent } from "@sluice/component";
import { buildPipelines, type Node } from "../build-pipeline.ts";
import { type LoadOptions, loadConfig } from "../config/index.ts";
import type { Definitions } from "../definitions.ts";
import { checkReady, commit, createDraft, type Draft, discard, makeReady } from "../draft.ts";
import { createEngine, type Engine } from "../engine.ts";
import { createFeatureGates, type FeatureGates } from "../feature-gates.ts";
import { createListeners } from "../listeners.ts";
import { createRetirement } from "../retire.ts";
import { checkTelemetry, telemetrySchema } from "../telemetry/config.ts";
import { type Line, openLine } from "./line.ts";
import { type FirstCalls, type Order, portableError, type WorkerCalls } from "./messages.ts";
import { partOf } from "./spread.ts";
import { replayTexts } from "./texts.ts";
import { createWorkerTelemetry, type WorkerTelemetry } from "./worker-telemetry.ts";

/** What a worker is made of: the same as the first thread. */
export interface WorkerOptions extends Pick<LoadOptions<never>, "providers" | "converters"> {
  readonly definitions: Definitions;
  readonly env: Env;
  readonly build: BuildInfo;
  readonly parent: Port;
}

/** One worker: runs its share of what the first thread asks it to, until that stops it. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { parent, env } = options;
  const stopped = Promise.withResolvers<void>();
  const state = { worker: undefined as Worker | undefined };
  const started = (): Worker => {
    if (state.worker === undefined) throw new Error("BUG: a worker was asked before it had a configuration");
    return state.worker;
  };
  const calls: WorkerCalls = {
    async prepare(order) {
      const config = await load(options, order);
      state.worker ??= createWorker(options, line, order, config);
      await state.worker.prepare(config);
    },
    commit: () => started().commit(),
    discard: async () => state.worker?.discard(),
    read: () => state.worker?.telemetry.read() ?? [],
    operations: () => state.worker?.engine.operations.list() ?? [],
    async stop() {
      const problems = (await state.worker?.stop()) ?? [];
      // The answer is on its way before the port is closed.
      env.timers.after(0, () => stopped.resolve());
      return { problems: problems.map(({ message }) => message), readings: calls.read(undefined) };
    },
  };
  const line: Line<FirstCalls> = openLine(parent, calls);
  await stopped.promise;
  parent.close();
}

type Config = Awaited<ReturnType<typeof load>>;

async function load(
  { definitions, env, build, providers, converters }: WorkerOptions,
  { uris, texts, featureGates, index }: Order,
) {
  const gates = createFeatureGates();
  gates.applyFlag(featureGates);
  const config = await loadConfig({
    uris,
    definitions,
    env,
    build,
    featureGates: gates,
    providers: replayTexts(texts, providers),
    converters,
    telemetry: telemetrySchema,
    checkTelemetry,
  });
  return partOf(config, { index, count: config.workers });
}

function gatesOf(settings: string): FeatureGates {
  const gates = createFeatureGates();
  gates.applyFlag(settings);
  return gates;
}

interface Worker {
  readonly engine: Engine;
  readonly telemetry: WorkerTelemetry;
  prepare(config: Config): Promise<void>;
  commit(): void;
  discard(): Promise<void>;
  stop(): Promise<readonly Error[]>;
}

function createWorker({ env, build }: WorkerOptions, line: Line<FirstCalls>, order: Order, first: Config): Worker {
  const telemetry = createWorkerTelemetry(first.telemetry, line, env);
  const tellStatus = ({ error, ...event }: StatusEvent): void =>
    line.tell("status", { ...event, error: error && portableError(error) });
  const engine = createEngine({
    env,
    build,
    baseDirectory: first.baseDirectory,
    telemetry,
    listeners: createListeners(env),
    featureGates: gatesOf(order.featureGates),
    fail: ({ message }) => line.tell("fail", message),
    listening: [tellStatus],
  });
  const retirement = createRetirement(env.timers);
  const state = { draft: undefined as Draft | undefined, isStopping: false };
  const changeover = { check() {}, end() {} };
  return {
    engine,
    telemetry,
    async prepare(config) {
      const draft = createDraft(engine.running(), config);
      state.draft = draft;
      buildPipelines(engine, draft);
      await makeReady(engine, draft, () => state.isStopping);
      checkReady(draft, changeover);
    },
    commit() {
      const { draft } = state;
      state.draft = undefined;
      if (draft === undefined) return;
      const failure = draft.made.map(({ presence }) => presence.failure).find((found) => found !== undefined);
      void retirement.retire(commit(engine, draft));
      if (failure !== undefined) engine.fail(failure);
    },
    async discard() {
      const { draft } = state;
      state.draft = undefined;
      if (draft !== undefined) await discard(engine, draft);
    },
    async stop() {
      state.isStopping = true;
      await this.discard();
      const nodes: readonly Node[] = [...engine.running().nodes.values()];
      engine.watchers.notReady(nodes);
      return retirement.finish(nodes);
    },
  };
}

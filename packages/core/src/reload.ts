import { ConfigError } from "@sluice/component";
import { buildPipelines, type Node } from "./build-pipeline.ts";
import { type Config, checkReady, commit, createDraft, type Draft, discard, makeReady, planOf } from "./draft.ts";
import type { Engine } from "./engine.ts";
import { allOf, asError } from "./errors.ts";
import type { ReloadPlan } from "./plan.ts";
import { countSteps, isUnchanged, listSteps } from "./plan-text.ts";
import type { Workers } from "./workers/workers.ts";

/** How a reload ended. At `refused` the configuration before is in force as if nothing had been. */
export type ReloadResult =
  | { readonly kind: "applied" | "unchanged"; readonly plan: ReloadPlan }
  | { readonly kind: "refused"; readonly error: Error };

/** What a reload works with. */
export interface ReloadOptions {
  readonly engine: Engine;
  /** Reads and checks the configuration; rejects when it cannot be used. */
  readonly load: () => Promise<Config>;
  /** Takes the instances that nothing leads to any more, in the order in which they started. */
  readonly retire: (nodes: readonly Node[]) => void;
  /** Makes the configuration that was loaded last ready in the other threads, puts it in force there, or gives it back. */
  readonly others?: Pick<Workers, "commit" | "discard"> & { prepare(): Promise<void> };
}
/** Takes configurations one after the other while the collector runs. */
export interface Reloader {
  /**
   * Reads the configuration anew and puts it in force; never rejects. Asked during a reload, another one follows, once however
   * often it was asked.
   */
  reload(): Promise<ReloadResult>;
  /** Resolves when no reload is under way; one that is not yet in force is given up, and further ones are refused. */
  stop(): Promise<void>;
}

export function createReloader(options: ReloadOptions): Reloader {
  const { engine } = options;
  const state = {
    stopping: false,
    /** The last one that began. */
    under: Promise.resolve() as Promise<unknown>,
    /** The one that begins when that is done. */
    next: undefined as Promise<ReloadResult> | undefined,
  };
  const counter = engine.telemetry.meter({}, "@sluice/core").counter("sluice_reloads", {
    description: "Number of times the configuration was read again while the collector ran, by what came of it.",
    unit: "{reload}",
  });
  for (const outcome of ["applied", "unchanged", "refused"]) counter.add(0, { outcome });

  async function once(): Promise<ReloadResult> {
    const result = await attempt(options, () => state.stopping);
    counter.add(1, { outcome: result.kind });
    tell(engine, result);
    return result;
  }

  return {
    async reload() {
      if (state.stopping) return { kind: "refused", error: stops() };
      state.next ??= state.under.then(() => {
        state.next = undefined;
        const reloading = once();
        state.under = reloading;
        return reloading;
      });
      return state.next;
    },
    async stop() {
      state.stopping = true;
      await (state.next ?? state.under);
    },
  };
}

async function attempt(options: ReloadOptions, isStopping: () => boolean): Promise<ReloadResult> {
  const { engine, load, retire, others } = options;
  let draft: Draft | undefined;
  const changeover = engine.listeners.begin();
  try {
    if (isStopping()) throw stops();
    draft = createDraft(engine.running(), await load());
    buildPipelines(engine, draft);
    await allOf([makeReady(engine, draft, isStopping), others?.prepare()]);
    checkReady(draft, changeover);
  } catch (error) {
    if (draft !== undefined) await Promise.all([discard(engine, draft), others?.discard()]);
    changeover.end();
    return { kind: "refused", error: asError(error) };
  }
  const plan = planOf(draft);
  const gone = commit(engine, draft);
  // A thread that dies now ends the collector, whatever came of the reload.
  const done = others?.commit().catch(() => {});
  changeover.end();
  retire(gone);
  await done;
  return { kind: isUnchanged(plan) ? "unchanged" : "applied", plan };
}

function tell({ telemetry }: Engine, result: ReloadResult): void {
  const log = telemetry.logger();
  if (result.kind === "refused") {
    log.error("cannot reload the configuration; the one before stays in force", { error: result.error });
  } else if (result.kind === "unchanged") log.info("the configuration is unchanged");
  else log.info("reloaded the configuration", { counts: countSteps(result.plan), changes: listSteps(result.plan) });
}

/** Throws when a reload would have to start or end threads: what they hold could not move. */
export function checkSameWorkers(running: number, next: number): void {
  if (running === next) return;
  throw new ConfigError(`cannot change service::workers from ${running} to ${next} by a reload: restart the collector`);
}

function stops(): Error {
  return new Error("cannot reload a collector that stops");
}

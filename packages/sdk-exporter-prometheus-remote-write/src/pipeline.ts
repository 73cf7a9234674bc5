/** From an export to the backends. Loaded with the first export, so that an application's start does not wait for it. */
import type { DiagLogger } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { batchOf, ownBytes } from "@sluice/data";
import { createEnv, holdProcess } from "@sluice/runtime";
import { textOf, toAttributes } from "./attributes.ts";
import { createBackend } from "./backend.ts";
import { createCounts } from "./counts.ts";
import type { SampleCounts } from "./exporter-counts.ts";
import type { Settings } from "./options.ts";
import { resourceOf, Source } from "./source.ts";
import { createThrottledLog, reasonOf } from "./throttled-log.ts";

/** Resources whose series are remembered; an exporter is mostly given one. */
const MAX_SOURCES = 16;

/** What does the work of an exporter. */
export interface Pipeline {
  /** Resolves when every backend took it; rejects with what went wrong. */
  export(metrics: ResourceMetrics): Promise<void>;
  /** Waits for these exports, from the last one on for as long as the settings say; the process lives as long. */
  flush(exports: readonly Promise<void>[]): Promise<void>;
  /** Gives up what is not done by now. */
  shutdown(): void;
  counts(): SampleCounts;
}

/** Makes the pipeline; opens nothing before the first export. */
export function createPipeline(settings: Settings, diag: DiagLogger): Pipeline {
  const env = createEnv({ isGuest: true });
  const log = createThrottledLog(diag, env.clock);
  const counts = createCounts();
  const around = { env, log, meter: counts.meter };
  const backends = settings.destinations.map((destination) => createBackend(destination, settings, around));
  const sources = createSources();
  const state = { lastExport: 0 };
  /** What went wrong. */
  const send = async ({ resource, scopeMetrics }: ResourceMetrics): Promise<string[]> => {
    if (resource.asyncAttributesPending) await resource.waitForAsyncAttributes?.();
    const { part, deltas } = sources.of(resource).convert(scopeMetrics, env.clock.now());
    const problems = deltas.length > 0 ? [deltaProblem(deltas)] : [];
    if (part === undefined) return problems;
    const bytes = ownBytes(part);
    const batch = batchOf("metrics", [part]);
    const results = await Promise.allSettled(backends.map((backend) => backend.take(batch, bytes)));
    for (const [index, result] of results.entries()) {
      if (result.status === "rejected") problems.push(`${backends[index]!.endpoint}: ${reasonOf(result.reason)}`);
    }
    return problems;
  };
  return {
    async export(metrics) {
      state.lastExport = env.clock.monotonic();
      const problems = await send(metrics).catch((error: unknown) => [reasonOf(error)]);
      if (problems.length === 0) return;
      log.error("cannot export metrics", { problems });
      throw new Error(`cannot export metrics: ${problems.join("; ")}`);
    },
    async flush(exports) {
      const done = new AbortController();
      const release = holdProcess();
      const timeout_ms = settings.flushTimeoutMillis;
      // The SDK has waited for its export by itself, and flushes again when it shuts down: that is one wait, not three.
      const left = Math.max(0, timeout_ms - (env.clock.monotonic() - state.lastExport));
      const tooLate = env.timers.sleep(left, done.signal).then(
        () => log.warn("flush takes too long, going on without", { timeout_ms }),
        () => {},
      );
      await Promise.race([Promise.all(exports), tooLate]);
      done.abort();
      release();
    },
    shutdown() {
      // What was not delivered by now is given up behind everybody's back: nobody has to wait for it.
      for (const backend of backends) {
        backend.shutdown().catch((error: unknown) => log.error("cannot shut down", { error }));
      }
    },
    counts: () => counts.read(),
  };
}

function deltaProblem(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  return `remote write has cumulative values only, and these are deltas: ${shown}; do not override the reader's temporality, or send deltas to a collector`;
}

/** What is remembered of each resource; of many, the ones used last. */
function createSources(): { of(resource: ResourceMetrics["resource"]): Source } {
  const byText = new Map<string, Source>();
  return {
    of(resource) {
      const text = `${resource.schemaUrl ?? ""} ${textOf(toAttributes(resource.attributes))}`;
      const source = byText.get(text) ?? new Source(resourceOf(resource));
      byText.delete(text);
      byText.set(text, source);
      if (byText.size > MAX_SOURCES) byText.delete(byText.keys().next().value!);
      return source;
    },
  };
}

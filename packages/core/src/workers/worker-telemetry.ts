import { configChanges, type Env, type Logger } from "@sluice/component";
import { isOff, type TelemetryConfig } from "../telemetry/config.ts";
import { type Level, type LogSource, leastSeverity, severityOf } from "../telemetry/logger.ts";
import { observeThread } from "../telemetry/process-metrics.ts";
import { createRegistry, type Reading } from "../telemetry/registry.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { measuringOf } from "../telemetry/views.ts";
import type { Line } from "./line.ts";
import { type FirstCalls, portableFields } from "./messages.ts";

/** The own telemetry of a worker: it measures for itself, and what it says goes to the first thread. */
export interface WorkerTelemetry extends Telemetry {
  read(): readonly Reading[];
}

/** Starts with a configuration that `update` replaces. */
export function createWorkerTelemetry(config: TelemetryConfig, line: Line<FirstCalls>, env: Env): WorkerTelemetry {
  const state = { config };
  const registry = createRegistry(measuringOf(config.metrics));
  observeThread(registry.meter({}, "@sluice/core"), env);

  function logger(source?: LogSource): Logger {
    const tell =
      (level: Level): Logger[Level] =>
      (message, fields) => {
        if (severityOf(level) < leastSeverity(state.config.logs)) return;
        line.tell("log", { level, message, source, fields: portableFields(fields) });
      };
    return { debug: tell("debug"), info: tell("info"), warn: tell("warn"), error: tell("error") };
  }

  return {
    logger,
    meter: (labels, scope, instance) => registry.meter(labels, scope, instance),
    tracer: {
      get enabled() {
        const { traces } = state.config;
        return !isOff(traces.level) && traces.processors.length > 0;
      },
      take: (name, sample) => line.tell("span", { name, sample }),
    },
    read: () => registry.read(),
    gatherFrom() {
      throw new Error("BUG: a worker gathers from nobody");
    },
    start: async () => [],
    addresses: () => [],
    update: async (next) => ({
      changes: configChanges(state.config, next),
      apply() {
        state.config = next;
        registry.measure(measuringOf(next.metrics));
      },
    }),
    close: async () => {},
  };
}

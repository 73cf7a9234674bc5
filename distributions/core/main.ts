// Generated from manifest.yaml by sluice-builder; change that file instead.
import { type Definitions, type ListedCommand, runCli } from "@sluice/core";
import { createEnv, createThreads, endProcess, onReloadSignal, onStopSignal } from "@sluice/runtime";

export const build = { command: "sluice", description: "OpenTelemetry Collector, core distribution", version: "0.1.0" };

/** A component's package is loaded when a configuration names its type. */
export const definitions: Definitions = [
  {
    kind: "receiver",
    type: "nop",
    module: "@sluice/receiver-nop",
    load: async () => (await import("@sluice/receiver-nop")).default,
  },
  {
    kind: "receiver",
    type: "prometheus",
    module: "@sluice/receiver-prometheus",
    load: async () => (await import("@sluice/receiver-prometheus")).default,
  },
  {
    kind: "receiver",
    type: "prometheus_remote_write",
    aliases: ["prometheusremotewrite"],
    module: "@sluice/receiver-prometheus-remote-write",
    load: async () => (await import("@sluice/receiver-prometheus-remote-write")).default,
  },
  {
    kind: "processor",
    type: "attributes",
    module: "@sluice/processor-attributes",
    load: async () => (await import("@sluice/processor-attributes")).default,
  },
  {
    kind: "processor",
    type: "filter",
    module: "@sluice/processor-filter",
    load: async () => (await import("@sluice/processor-filter")).default,
  },
  {
    kind: "processor",
    type: "metric_start_time",
    aliases: ["metricstarttime"],
    module: "@sluice/processor-metric-start-time",
    load: async () => (await import("@sluice/processor-metric-start-time")).default,
  },
  {
    kind: "processor",
    type: "resource",
    module: "@sluice/processor-resource",
    load: async () => (await import("@sluice/processor-resource")).default,
  },
  {
    kind: "connector",
    type: "forward",
    module: "@sluice/connector-forward",
    load: async () => (await import("@sluice/connector-forward")).default,
  },
  {
    kind: "exporter",
    type: "debug",
    module: "@sluice/exporter-debug",
    load: async () => (await import("@sluice/exporter-debug")).default,
  },
  {
    kind: "exporter",
    type: "nop",
    module: "@sluice/exporter-nop",
    load: async () => (await import("@sluice/exporter-nop")).default,
  },
  {
    kind: "exporter",
    type: "prometheus",
    module: "@sluice/exporter-prometheus",
    load: async () => (await import("@sluice/exporter-prometheus")).default,
  },
  {
    kind: "exporter",
    type: "prometheus_remote_write",
    aliases: ["prometheusremotewrite"],
    module: "@sluice/exporter-prometheus-remote-write",
    load: async () => (await import("@sluice/exporter-prometheus-remote-write")).default,
  },
  {
    kind: "extension",
    type: "health_check",
    module: "@sluice/extension-health-check",
    load: async () => (await import("@sluice/extension-health-check")).default,
  },
  {
    kind: "extension",
    type: "zpages",
    module: "@sluice/extension-zpages",
    load: async () => (await import("@sluice/extension-zpages")).default,
  },
];

/** A command's package is loaded when it is asked for. */
export const commands: readonly ListedCommand[] = [
  { name: "sample-app", load: async () => (await import("@sluice/tool-validator")).commands["sample-app"] },
  { name: "verify", load: async () => (await import("@sluice/tool-validator")).commands.verify },
];

if (import.meta.main) {
  const args = process.argv.slice(2);
  const exit = (code: number): never => process.exit(code);
  const signals = { onStopSignal, onReloadSignal };
  const isTerminal = process.stderr.isTTY === true;
  // Threads that are started run this file too.
  const threads = createThreads(import.meta.filename);
  endProcess(
    await runCli({ build, definitions, commands, env: createEnv(), threads, args, ...signals, isTerminal, exit }),
  );
}

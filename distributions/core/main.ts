// Generated from manifest.yaml by `pnpm run generate`; change that file instead.
import { type Definitions, runCli } from "@sluice/core";
import { createEnv, endProcess, onStopSignal } from "@sluice/runtime";

export const build = { command: "sluice", description: "OpenTelemetry Collector, core distribution", version: "0.1.0" };

/** A component's package is loaded when a configuration names its type. */
export const definitions: Definitions = [
  { kind: "receiver", type: "nop", load: async () => (await import("@sluice/receiver-nop")).default },
  { kind: "receiver", type: "prometheus", load: async () => (await import("@sluice/receiver-prometheus")).default },
  { kind: "exporter", type: "debug", load: async () => (await import("@sluice/exporter-debug")).default },
  { kind: "exporter", type: "nop", load: async () => (await import("@sluice/exporter-nop")).default },
  {
    kind: "exporter",
    type: "prometheus_remote_write",
    aliases: ["prometheusremotewrite"],
    load: async () => (await import("@sluice/exporter-prometheus-remote-write")).default,
  },
  {
    kind: "extension",
    type: "health_check",
    load: async () => (await import("@sluice/extension-health-check")).default,
  },
];

if (import.meta.main) {
  const args = process.argv.slice(2);
  const exit = (code: number): never => process.exit(code);
  endProcess(await runCli({ build, definitions, env: createEnv(), args, onStopSignal, exit }));
}

import { loadConfig } from "../config/load.ts";
import type { Plan } from "../graph.ts";
import { planReload } from "../plan.ts";
import { formatPlan } from "../plan-text.ts";
import { checkSameWorkers } from "../reload.ts";
import { checkTelemetry, type TelemetryConfig, telemetrySchema } from "../telemetry/config.ts";
import type { Args, CommandIo } from "./command.ts";
import { readSource } from "./flags.ts";

/** Prints what a reload from the configuration of `--from` to that of `--config` would do; nothing is created or started. */
export async function dryRun(io: CommandIo, args: Args): Promise<number> {
  const { env, build, definitions, print } = io;
  const source = readSource(args, io);
  const { uris } = source;
  const load = (from: readonly string[]) =>
    loadConfig({ ...source, uris: from, env, build, definitions, telemetry: telemetrySchema, checkTelemetry });
  const next = await load(uris);
  // What else is on the command line holds for both: it does not change with a reload.
  const settings = uris.slice(args.all("config").length);
  const before = args.all("from");
  const running = before.length === 0 ? nothingRuns(next.telemetry) : await load([...before, ...settings]);
  if ("workers" in running) checkSameWorkers(running.workers, next.workers);
  print(formatPlan(planReload(running, next)));
  return 0;
}

/** What runs before a start; own telemetry is not told of. */
function nothingRuns(telemetry: TelemetryConfig): Plan & { readonly telemetry: TelemetryConfig } {
  const none = new Map<string, never>();
  const sections = { receivers: none, processors: none, exporters: none, connectors: none, extensions: none };
  return { ...sections, pipelines: [], extensionOrder: [], telemetry };
}

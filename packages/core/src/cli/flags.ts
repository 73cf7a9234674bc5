import type { Converter } from "../config/convert.ts";
import type { Providers } from "../config/providers.ts";
import { setToUri } from "../config/set.ts";
import { createFeatureGates, type FeatureGates } from "../feature-gates.ts";
import { type Args, type CommandIo, type Flag, UsageError } from "./command.ts";

/** Say what configuration is meant; every command that reads one has them. */
export const configFlags: readonly Flag[] = [
  {
    name: "config",
    value: "<where>",
    repeatable: true,
    file: true,
    summary: "A file, an https:// or http:// URL, env:<name> or yaml:<text>. Later ones are laid over earlier ones.",
  },
  {
    name: "set",
    value: "<key>=<value>",
    repeatable: true,
    summary: 'Sets one key over all of --config: a "." leads a level down, the value is YAML.',
  },
  {
    name: "feature-gates",
    value: "<ids>",
    repeatable: true,
    mayBeEmpty: true,
    summary: 'Feature gates by commas; "-" before one turns it off.',
  },
];

/** Where a configuration comes from, as `loadConfig` and `createCollector` take it. */
export interface ConfigSource {
  readonly uris: readonly string[];
  readonly featureGates: FeatureGates;
  readonly providers: Providers | undefined;
  readonly converters: readonly Converter[] | undefined;
}

/** Reads `configFlags`; throws `UsageError` when no configuration was given. What is worth telling of feature gates is told on stderr. */
export function readSource(args: Args, io: Pick<CommandIo, "complain" | "providers" | "converters">): ConfigSource {
  const configs = args.all("config");
  if (configs.length === 0) throw new UsageError("found no --config, expected at least one");
  // As in upstream, whatever their order on the command line.
  const uris = [...configs, ...args.all("set").map(setToUri)];
  return { uris, featureGates: readGates(args, io), providers: io.providers, converters: io.converters };
}

/** The feature gates as `--feature-gates` sets them. */
function readGates(args: Args, io: Pick<CommandIo, "complain">): FeatureGates {
  const gates = createFeatureGates();
  for (const text of args.all("feature-gates")) {
    for (const notice of gates.applyFlag(text)) io.complain(`${notice}\n`);
  }
  return gates;
}

import { type Args, type Flag, UsageError } from "./command.ts";

/** Say what configuration is meant; every command that reads one has them. */
export const configFlags: readonly Flag[] = [
  {
    name: "config",
    value: "<where>",
    repeatable: true,
    file: true,
    summary: "A file, file:<path>, env:<name> or yaml:<text>. Later ones are laid over earlier ones.",
  },
];

/** Where a configuration comes from, as `loadConfig` and `createCollector` take it. */
export interface ConfigSource {
  readonly uris: readonly string[];
}

/** Reads `configFlags`; throws `UsageError` when none was given. */
export function readSource(args: Args): ConfigSource {
  const uris = args.all("config");
  if (uris.length === 0) throw new UsageError("found no --config, expected at least one");
  return { uris };
}

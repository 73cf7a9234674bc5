import type { AnyDefinition } from "@sluice/component";
import { effectiveConfig } from "../config/effective.ts";
import { byDefault } from "../config/encode.ts";
import { loadConfig } from "../config/load.ts";
import { type Located, toPlain } from "../config/located.ts";
import { formatOrigin, originOf } from "../config/origin.ts";
import { formatYaml } from "../config/yaml-text.ts";
import type { Definitions } from "../definitions.ts";
import { checkTelemetry, telemetrySchema } from "../telemetry/config.ts";
import { type Command, UsageError } from "./command.ts";
import { configFlags, readSource } from "./flags.ts";

/** Prints the whole configuration: what was written, and a default for everything else. */
export const printConfig: Command = {
  name: "print-config",
  aliases: ["print-initial-config"],
  summary: "Print the whole configuration, defaults included",
  usage: "--config <where> [--config <where> ...] [<flags>]",
  details: `What is printed is a configuration itself, and means the same. Secrets are printed as [REDACTED].`,
  flags: [
    ...configFlags,
    { name: "format", value: "<format>", choices: ["yaml", "json"], summary: "How it is written." },
    {
      name: "mode",
      value: "<mode>",
      choices: ["redacted", "unredacted"],
      summary: "Whether secrets are hidden or shown.",
    },
    { name: "validate", on: true, summary: "Whether what components say of their configurations is an error." },
    { name: "annotate", summary: "Tell behind each value where it comes from: a file's line, a variable, a default." },
  ],
  examples: ["print-config --config config.yaml", "print-config --config config.yaml --annotate"],

  async run(io, args) {
    const annotate = args.isOn("annotate");
    const isJson = args.last("format") === "json";
    if (annotate && isJson) throw new UsageError("--annotate needs --format yaml: JSON has no comments");
    const source = readSource(args, io);
    const { env, build } = io;
    const checks = args.isOn("validate")
      ? { definitions: io.definitions, checkTelemetry }
      : { definitions: io.definitions.map(withoutCheck) };
    const config = await loadConfig({ ...source, ...checks, env, build, telemetry: telemetrySchema });
    const reveal = args.last("mode") === "unredacted";
    const effective = effectiveConfig(config, telemetrySchema, { reveal });
    if (isJson) io.print(`${JSON.stringify(toPlain(effective), undefined, 2)}\n`);
    else io.print(formatYaml(effective, annotate ? { comment: describeOrigin } : {}));
    return 0;
  },
};

/** A component that takes whatever its schema takes. */
function withoutCheck(listed: Definitions[number]): Definitions[number] {
  const strip = (definition: AnyDefinition): AnyDefinition => ({ ...definition, validate: () => [] });
  return "load" in listed ? { ...listed, load: async () => strip(await listed.load()) } : strip(listed);
}

/** Where a value comes from: "config.yaml:3:7", "config.yaml:3:7 (env:NAME)", "default". */
function describeOrigin(node: Located): string {
  return node.place === byDefault ? byDefault.source : formatOrigin(originOf(node));
}

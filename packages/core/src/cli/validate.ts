import type { Env } from "@sluice/component";
import { checkEnvironment } from "../config/environment.ts";
import { maxDocumentBytes } from "../config/limits.ts";
import { loadConfig } from "../config/load.ts";
import { ConfigProblems, type LocatedProblem } from "../config/problems.ts";
import { decodeText } from "../config/providers.ts";
import { checkTelemetry, telemetrySchema } from "../telemetry/config.ts";
import type { Command, CommandIo } from "./command.ts";
import { type ConfigSource, configFlags, readSource } from "./flags.ts";
import { formatGithub, formatJson, formatText, type ReadSource } from "./format-problems.ts";

/** Tells everything that is wrong with a configuration; starts nothing. */
export const validate: Command = {
  name: "validate",
  summary: "Tell everything that is wrong with a configuration",
  usage: "--config <where> [--config <where> ...] [<flags>]",
  details:
    "Prints nothing when all is well. Ends with 0 when the collector would start with the configuration, else with 1.",
  flags: [
    ...configFlags,
    {
      name: "format",
      value: "<format>",
      choices: ["text", "json", "github"],
      summary: "For people, for programs, or as annotations of GitHub Actions.",
    },
    { name: "deny-warnings", summary: "Whether a warning is as bad as an error." },
  ],
  examples: ["validate --config config.yaml", "validate --config config.yaml --format github --deny-warnings"],

  async run(io, args) {
    const problems = await findProblems(io, readSource(args, io));
    switch (args.last("format")) {
      case "json":
        io.print(formatJson(problems));
        break;
      case "github":
        io.print(formatGithub(problems, isFile));
        break;
      default:
        io.complain(await formatText(problems, sourceReader(io.env), hasColors(io)));
    }
    const bad = args.isOn("deny-warnings")
      ? problems.length > 0
      : problems.some(({ severity }) => severity === "error");
    return bad ? 1 : 0;
  },
};

const checks = { telemetry: telemetrySchema, checkTelemetry, checkEnvironment };

/** Errors and warnings, in the order of the files. */
async function findProblems(io: CommandIo, source: ConfigSource): Promise<readonly LocatedProblem[]> {
  const { env, build, definitions, threads } = io;
  const isTold = ({ severity }: LocatedProblem) => severity !== "info";
  try {
    const { warnings } = await loadConfig({ ...source, env, build, definitions, ...checks, cores: threads?.cores });
    return warnings.filter(isTold);
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems.filter(isTold);
    throw error;
  }
}

/** Whether what names the source of a problem is a path. */
function isFile(source: string): boolean {
  return !/^(?:env:|https?:|--set |inline yaml$)/.test(source);
}

function sourceReader({ files }: Env): ReadSource {
  const texts = new Map<string, Promise<string | undefined>>();
  const read = async (source: string): Promise<string | undefined> => {
    if (!isFile(source)) return undefined;
    try {
      return decodeText(await files.read(source, maxDocumentBytes));
    } catch {
      // The frame is a help; that the file cannot be read was told if it matters.
      return undefined;
    }
  };
  return (source) => {
    const known = texts.get(source) ?? read(source);
    texts.set(source, known);
    return known;
  };
}

function hasColors({ isTerminal = false, env }: CommandIo): boolean {
  return isTerminal && (env.process.env.NO_COLOR ?? "") === "" && env.process.env.TERM !== "dumb";
}

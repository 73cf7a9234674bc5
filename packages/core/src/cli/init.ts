import { reason } from "../config/providers.ts";
import { didYouMean } from "../config/suggest.ts";
import type { Definitions } from "../definitions.ts";
import { type Args, type Command, type CommandIo, UsageError } from "./command.ts";
import { type Case, cases } from "./init/cases.ts";
import { formatTable } from "./text-table.ts";

/** Prints, or writes, a configuration to begin with. */
export const init: Command = {
  name: "init",
  summary: "Make a configuration to begin with",
  usage: "[<case>] [<flags>]",
  details: `Prints a small configuration with comments. Without a case it is ${cases[0].name}.`,
  flags: [
    { name: "list", summary: "Print the cases there are." },
    { name: "endpoint", value: "<url>", summary: "Where metrics are written to, with a path." },
    { name: "target", value: "<address>", repeatable: true, summary: "What is scraped, as host:port." },
    { name: "output", value: "<path>", file: true, summary: "Write it there instead of printing it." },
    { name: "force", summary: "Write over a file that is there." },
  ],
  examples: [
    "init --list",
    "init --target localhost:9100 --endpoint http://localhost:9090/api/v1/write",
    "init self --output config.yaml",
  ],
  operands: { atMost: 1, values: ({ definitions }) => offered(definitions).map(({ name }) => name) },

  async run(io, args) {
    if (args.isOn("list")) {
      io.print(formatTable(offered(io.definitions).map(({ name, summary }) => [name, summary])));
      return 0;
    }
    const [name = cases[0].name] = args.operands;
    const found = findCase(name, io.definitions);
    const text = found.write({ command: io.build.command, ...readValues(found, args) });
    const output = args.last("output");
    if (output === undefined) io.print(text);
    else await write(io, output, text, args.isOn("force"));
    return 0;
  },
};

/** The cases that this distribution has all components for. */
function offered(definitions: Definitions): readonly Case[] {
  return cases.filter((one) => missingOf(one, definitions).length === 0);
}

function missingOf({ needs }: Case, definitions: Definitions): readonly string[] {
  return needs.filter((need) => !definitions.some(({ kind, type }) => `${kind} ${type}` === need));
}

function findCase(name: string, definitions: Definitions): Case {
  const found = cases.find((one) => one.name === name);
  if (found === undefined) {
    const names = offered(definitions).map((one) => one.name);
    throw new UsageError(
      `unknown case ${JSON.stringify(name)}${didYouMean(name, names) || `; there are ${names.join(", ")}`}`,
    );
  }
  const missing = missingOf(found, definitions);
  if (missing.length > 0)
    throw new UsageError(`${name} needs the ${missing.join(", the ")}, which this distribution has not`);
  return found;
}

interface Values {
  readonly endpoint: string;
  readonly targets: readonly string[];
}

/** What is filled in; a reference to a variable may stand for either. */
function readValues({ name, takes }: Case, args: Args): Values {
  const endpoint = args.last("endpoint");
  const targets = args.all("target");
  if (endpoint !== undefined && !takes.includes("endpoint")) throw new UsageError(`${name} takes no --endpoint`);
  if (targets.length > 0 && !takes.includes("target")) throw new UsageError(`${name} takes no --target`);
  if (endpoint !== undefined && !/^https?:\/\/.|\$\{/i.test(endpoint)) {
    throw new UsageError(
      `found --endpoint ${JSON.stringify(endpoint)}, expected a URL, for example ${exampleEndpoint}`,
    );
  }
  for (const target of targets) {
    if (/^[^/\s]+:\d+$|\$\{/.test(target)) continue;
    throw new UsageError(`found --target ${JSON.stringify(target)}, expected host:port, for example ${exampleTarget}`);
  }
  return { endpoint: endpoint ?? exampleEndpoint, targets: targets.length === 0 ? [exampleTarget] : targets };
}
const exampleEndpoint = "http://localhost:9090/api/v1/write";
const exampleTarget = "localhost:9100";

async function write(
  { env: { files }, complain }: CommandIo,
  path: string,
  text: string,
  force: boolean,
): Promise<void> {
  if (!force && (await files.stat(path)) !== undefined) {
    throw new UsageError(`found ${JSON.stringify(path)}, which is there already; write over it with --force`);
  }
  try {
    await files.write(path, text);
  } catch (error) {
    throw new Error(`cannot write "${path}": ${reason(error)}`);
  }
  complain(`${path} written\n`);
}

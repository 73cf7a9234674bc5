import type { BuildInfo } from "@sluice/component";
import { didYouMean } from "../config/suggest.ts";
import { helpFlag } from "./args.ts";
import { type Command, type Flag, UsageError } from "./command.ts";
import { start } from "./start.ts";
import { commandsOf } from "./table.ts";
import { formatTable } from "./text-table.ts";

/** Prints what a command does. */
export const help: Command = {
  name: "help",
  summary: "Tell what a command does",
  usage: "[<command>]",
  flags: [],
  examples: ["help validate"],
  operands: { atMost: 1, values: (io) => commandsOf(io).map(({ name }) => name) },

  async run(io, { operands: [name] }) {
    const commands = commandsOf(io);
    const listed = commands.find((command) => command.name === name || command.aliases?.includes(name ?? ""));
    if (name !== undefined && listed === undefined) {
      const hint = didYouMean(
        name,
        commands.map((command) => command.name),
      );
      throw new UsageError(`unknown command ${JSON.stringify(name)}${hint}`);
    }
    io.print(await describeCommand(io.build, (await listed?.load()) ?? start, commands));
    return 0;
  },
};

/** The help text of one command; that of the program, which lists `all` commands, when it is the one without a name. */
export async function describeCommand(build: BuildInfo, command: Command, all = commandsOf({})): Promise<string> {
  const isRoot = command.name === "";
  const name = isRoot ? build.command : `${build.command} ${command.name}`;
  const { aliases = [], details, examples = [] } = command;
  const title = isRoot ? `${build.description} (${build.command} ${build.version})` : `${command.summary}.`;
  const usages = [`${name} ${command.usage}`.trim(), ...(isRoot ? [`${name} <command> [<flags>]`] : [])];
  const known = isRoot ? await Promise.all(all.map((listed) => listed.load())) : [];
  const blocks = [
    title,
    block(
      "Usage",
      usages.map((usage) => [usage]),
    ),
    details,
    block(
      "Also",
      aliases.map((alias) => [`${build.command} ${alias}`]),
    ),
    block(
      "Commands",
      known.map(({ name, summary }) => [name, `${summary}.`]),
    ),
    block("Flags", [...command.flags, helpFlag].map(describeFlag)),
    block(
      "Examples",
      examples.map((example) => [`${build.command} ${example}`]),
    ),
    isRoot ? `"${build.command} help <command>" tells more about a command.` : undefined,
  ];
  return `${blocks.filter((text) => text !== undefined).join("\n\n")}\n`;
}

function describeFlag({ name, short, value, choices, summary, on }: Flag): readonly [string, string] {
  const written = `--${name}${value === undefined ? "" : ` ${choices?.join("|") ?? value}`}`;
  const byDefault = on === true ? "true" : choices?.[0];
  const also = byDefault === undefined ? "" : ` Default: ${byDefault}.`;
  return [short === undefined ? written : `${written}, -${short}`, `${summary}${also}`];
}

/** A heading and aligned lines below it; undefined without lines. */
function block(title: string, lines: readonly (readonly string[])[]): string | undefined {
  return lines.length === 0
    ? undefined
    : `${title}:\n${formatTable(lines.map((line) => line.with(0, `  ${line[0]}`))).trimEnd()}`;
}

import { helpFlag } from "./args.ts";
import { type Command, type CommandIo, UsageError } from "./command.ts";
import { bashScript, fishScript, type ShellCommand, zshScript } from "./completion-scripts.ts";
import { start } from "./start.ts";
import { commandsOf } from "./table.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
const shells = Object.keys(scripts);

/** Prints a script that makes a shell complete commands, flags and values. */
export const completion: Command = {
  name: "completion",
  summary: "Print a script that makes a shell complete commands and flags",
  usage: shells.join("|"),
  flags: [],
  examples: ["completion bash"],
  operands: { atMost: 1, values: () => shells },

  async run(io, { operands: [shell = ""] }) {
    if (!Object.hasOwn(scripts, shell)) {
      throw new UsageError(`found ${shell === "" ? "no shell" : JSON.stringify(shell)}, expected ${shells.join(", ")}`);
    }
    const known = [start, ...(await Promise.all(commandsOf(io).map((listed) => listed.load())))];
    const described = await Promise.all(known.map((command) => describe(command, io)));
    io.print(scripts[shell as keyof typeof scripts](io.build.command, described));
    return 0;
  },
};

async function describe(command: Command, io: CommandIo): Promise<ShellCommand> {
  const { name, aliases = [], summary, operands } = command;
  const values = (await operands?.values?.(io)) ?? [];
  return { names: [name, ...aliases], summary, flags: [...command.flags, helpFlag], values };
}

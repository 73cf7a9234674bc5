import { didYouMean } from "../config/suggest.ts";
import { findName, parseArgs } from "./args.ts";
import { type CliOptions, type Command, type CommandIo, type ListedCommand, UsageError } from "./command.ts";
import { describeFailure } from "./failure.ts";
import { start } from "./start.ts";
import { commandsOf } from "./table.ts";

/** In a thread that a collector started: works for that. Else does what the arguments ask for and resolves with the exit code: 0, or after a failure, which is printed, the command's `failureCode`. */
export async function runCli(options: CliOptions): Promise<number> {
  const { args, ...rest } = options;
  const { env, build, threads } = options;
  if (threads?.parent !== undefined) {
    await (await import("../workers/worker.ts")).runWorker({ ...options, parent: threads.parent });
    return 0;
  }
  const io: CommandIo = {
    ...rest,
    print: (text) => env.process.write("stdout", text),
    complain: (text) => env.process.write("stderr", text),
  };
  let command = start;
  try {
    const at = findName(args, start.flags);
    command = at < 0 ? start : await findCommand(args[at]!, commandsOf(io)).load();
    const parsed = parseArgs(at < 0 ? args : args.toSpliced(at, 1), command);
    if (!parsed.isOn("help")) return await command.run(io, parsed);
    const { describeCommand } = await import("./help.ts");
    io.print(await describeCommand(build, command, commandsOf(io)));
    return 0;
  } catch (error) {
    io.complain(error instanceof UsageError ? describeMistake(io, command, error) : describeFailure(build, error));
    return command.failureCode ?? 1;
  }
}

function findCommand(name: string, commands: readonly ListedCommand[]): ListedCommand {
  const found = commands.find((command) => command.name === name || command.aliases?.includes(name));
  if (found !== undefined) return found;
  const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const hint = didYouMean(name, names) || "; a configuration is given with --config";
  throw new UsageError(`unknown command ${JSON.stringify(name)}${hint}`);
}

function describeMistake({ build }: CommandIo, { name }: Command, { message }: UsageError): string {
  const help = [build.command, ...(name === "" ? [] : [name]), "--help"].join(" ");
  return `${build.command}: ${message}\nTry "${help}".\n`;
}

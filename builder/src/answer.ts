import { UsageError } from "./args.ts";
import { commands, usage } from "./commands.ts";
import { ManifestError } from "./manifest.ts";
import { NewComponentError } from "./new-component.ts";
import { version } from "./version.ts";

async function main(args: readonly string[]): Promise<number> {
  const [first = "--help", ...rest] = args;
  if (first === "--help" || first === "help") return say(usage());
  if (first === "--version" || first === "version") return say(`sluice-builder ${version}\n`);
  const command = commands.find(({ name }) => name === first);
  if (command !== undefined) return command.run(rest);
  // The Go builder has no name for its one command.
  if (first.startsWith("-")) return commands[0]!.run(args);
  throw new UsageError(`unknown command "${first}", expected one of ${commands.map(({ name }) => name).join(", ")}`);
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** Does what the command line says, and gives the exit code; what goes wrong is told on stderr. */
export async function answer(args: readonly string[]): Promise<number> {
  // Whoever reads the output may stop reading it (| head): what is being made is made all the same.
  process.stdout.on("error", () => {});
  try {
    return await main(args);
  } catch (error) {
    const { message, stack, syscall } = error as NodeJS.ErrnoException;
    const expected = [ManifestError, UsageError, NewComponentError].some((one) => error instanceof one);
    const isOurs = expected || syscall !== undefined || /^(cannot|npm|pnpm|--|.+:\d+:\d+:) ?/.test(message);
    const hint = error instanceof UsageError ? '\nTry "sluice-builder --help".' : "";
    process.stderr.write(`${process.stderr.isTTY ? "\n" : ""}${isOurs ? message : stack}${hint}\n`);
    return 1;
  }
}

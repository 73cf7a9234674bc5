#!/usr/bin/env node
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

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, stack } = error as Error;
  const expected = error instanceof ManifestError || error instanceof UsageError || error instanceof NewComponentError;
  const isOurs = expected || /^(cannot|npm|pnpm|--|\S+:\d+:\d+:) ?/.test(message);
  const hint = error instanceof UsageError ? '\nTry "sluice-builder --help".' : "";
  process.stderr.write(`${process.stderr.isTTY ? "\n" : ""}${isOurs ? message : stack}${hint}\n`);
  process.exitCode = 1;
}

import { type BuildInfo, ConfigError, type Env, type Timer, type Timers } from "@sluice/component";
import { createCollector } from "./collector.ts";
import { didYouMean } from "./config/suggest.ts";
import type { Definitions } from "./definitions.ts";
import { describeError, escapeControls } from "./telemetry/log-text.ts";

/** What the command line is given by the program it belongs to. */
export interface CliOptions {
  readonly build: BuildInfo;
  readonly definitions: Definitions;
  readonly env: Env;
  /** Without the program's own name. */
  readonly args: readonly string[];
  /** Calls `fn` at every SIGINT and SIGTERM; gives the way to stop listening. */
  readonly onStopSignal: (fn: () => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

const flags = ["--config", "--help", "--version"];

type Request =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "run"; readonly uris: readonly string[] }
  | { readonly kind: "mistake"; readonly message: string };

/** Does what the arguments ask for and resolves with the exit code: 0, or 1 after any failure, which is printed. */
export async function runCli(options: CliOptions): Promise<number> {
  const { build, env } = options;
  const request = parseArgs(options.args);
  switch (request.kind) {
    case "help":
      env.process.write("stdout", usage(build));
      return 0;
    case "version":
      env.process.write("stdout", `${build.command} version ${build.version}\n`);
      return 0;
    case "mistake":
      env.process.write("stderr", `${build.command}: ${request.message}\nTry "${build.command} --help".\n`);
      return 1;
    case "run":
      return runUntilStopped(options, request.uris);
  }
}

/** The first stop signal drains; a second one ends the process at once. */
async function runUntilStopped(
  { build, definitions, env, onStopSignal, exit }: CliOptions,
  uris: readonly string[],
): Promise<number> {
  const collector = createCollector({ definitions, uris, env, build });
  const state = { stopping: false };
  const stopListening = onStopSignal(() => {
    if (state.stopping) return exit(1);
    state.stopping = true;
    // How it ended is told by `ended`.
    collector.stop().catch(() => {});
  });
  const alive = stayAlive(env.timers);
  try {
    // A failure to start is told by `ended` too.
    await collector.start().catch(() => {});
    const failure = await collector.ended;
    if (failure === undefined) return 0;
    env.process.write(
      "stderr",
      failure instanceof ConfigError
        ? `${failure.message}\n`
        : `${build.command}: ${escapeControls(describeError(failure))}\n`,
    );
    return 1;
  } finally {
    alive.cancel();
    stopListening();
  }
}

/** Node ends a process in which nothing is under way, but a collector may well have nothing to do and wait. */
function stayAlive(timers: Timers): Timer {
  let timer: Timer;
  const arm = (): void => {
    timer = timers.after(86_400_000, arm);
  };
  arm();
  return { cancel: () => timer.cancel() };
}

function parseArgs(args: readonly string[]): Request {
  const uris: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const equals = arg.startsWith("-") ? arg.indexOf("=") : -1;
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (name === "--help" || name === "-h") return { kind: "help" };
    if (name === "--version" || name === "-v") return { kind: "version" };
    if (name !== "--config") return { kind: "mistake", message: describeUnknown(arg, name) };
    const value = equals < 0 ? args[++at] : arg.slice(equals + 1);
    if (value === undefined || value === "")
      return { kind: "mistake", message: "--config needs a value, for example --config config.yaml" };
    uris.push(value);
  }
  if (uris.length === 0) return { kind: "mistake", message: "found no --config, expected at least one" };
  return { kind: "run", uris };
}

function describeUnknown(arg: string, name: string): string {
  if (!arg.startsWith("-")) return `unknown command ${JSON.stringify(arg)}; a configuration is given with --config`;
  return `unknown flag ${JSON.stringify(name)}${didYouMean(name, flags)}`;
}

function usage({ command, description, version }: BuildInfo): string {
  return `${description} (${command} ${version})

Usage:
  ${command} --config <where> [--config <where> ...]

Flags:
  --config <where>  A file, file:<path>, env:<name> or yaml:<text>. Later ones are laid over earlier ones.
  --version, -v     Print the version.
  --help, -h        Print this text.
`;
}

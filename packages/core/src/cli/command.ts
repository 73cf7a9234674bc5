import type { BuildInfo, Env, Threads } from "@sluice/component";
import type { Converter } from "../config/convert.ts";
import type { Providers } from "../config/providers.ts";
import type { Definitions } from "../definitions.ts";

/** What the command line is given by the program it belongs to. */
export interface CliOptions {
  readonly build: BuildInfo;
  readonly definitions: Definitions;
  /** Commands beside those that every distribution has. */
  readonly commands?: readonly ListedCommand[];
  /** Where configurations may come from, by scheme; all of upstream's unless told otherwise. */
  readonly providers?: Providers;
  /** What changes a configuration after it was read, in this order. */
  readonly converters?: readonly Converter[];
  readonly env: Env;
  /** Without the program's own name. */
  readonly args: readonly string[];
  /** Calls `fn` at every SIGINT and SIGTERM; gives the way to stop listening. */
  readonly onStopSignal: (fn: () => void) => () => void;
  /** Calls `fn` at every SIGHUP; gives the way to stop listening. Without it no signal reloads. */
  readonly onReloadSignal?: (fn: () => void) => () => void;
  /** For `service::workers`; without them there is one. */
  readonly threads?: Threads;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** Whether a person reads stderr: then messages may have colours. */
  readonly isTerminal?: boolean;
}

/** What a command works with. */
export interface CommandIo extends Omit<CliOptions, "args"> {
  /** Writes to stdout, as it is. */
  readonly print: (text: string) => void;
  /** Writes to stderr, as it is. */
  readonly complain: (text: string) => void;
}

/** One `--flag`. */
export interface Flag {
  /** Without dashes. */
  readonly name: string;
  /** One letter: `-v`. */
  readonly short?: string;
  /** Stands for the value in help texts: "<where>". A flag without it takes no value: it is on or off (`--watch`, `--watch=false`). */
  readonly value?: string;
  /** Only for a flag without a value: what it is when not given; off unless said. */
  readonly on?: boolean;
  /** May be given again; otherwise the last one counts. */
  readonly repeatable?: boolean;
  /** The only values allowed. The first is the default. */
  readonly choices?: readonly string[];
  /** An empty value is one, too. */
  readonly mayBeEmpty?: boolean;
  /** Its value is mostly a file: shells complete it so. */
  readonly file?: boolean;
  readonly summary: string;
}

/** The arguments of one command, checked against its flags. */
export interface Args {
  /** Every value of a flag, in order. */
  all(flag: string): readonly string[];
  /** The last value of a flag; a flag with choices has its first by default. */
  last(flag: string): string | undefined;
  /** Whether a flag without a value is on. */
  isOn(flag: string): boolean;
  /** What is no flag, in order. */
  readonly operands: readonly string[];
}

/** Something the program does when it is asked by name. */
export interface Command {
  /** Empty for what is done without a command's name: running the collector. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One sentence without a full stop, for the list of commands. */
  readonly summary: string;
  /** What may follow the name: "--config <where> [--config <where> ...]". */
  readonly usage: string;
  /** More to know, below the usage. */
  readonly details?: string;
  /** All but --help, which every command has. */
  readonly flags: readonly Flag[];
  /** Arguments that make sense, the command's name among them: "validate --config config.yaml". */
  readonly examples?: readonly string[];
  /** What operands it takes; without it, none. */
  readonly operands?: Operands;
  /** The exit code after a mistake or failure, arguments that make no sense included; 1 unless said. */
  readonly failureCode?: number;
  /** Does it and resolves with the exit code. An error that it throws is printed, with `failureCode`. */
  run(io: CommandIo, args: Args): Promise<number>;
}
export interface Operands {
  /** How many it takes at most. */
  readonly atMost: number;
  /** What shells offer. */
  readonly values?: (
    io: Pick<CommandIo, "build" | "definitions" | "commands">,
  ) => readonly string[] | Promise<readonly string[]>;
}

/** A command that is loaded only when it is asked for: starting the collector costs nothing of it. */
export interface ListedCommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  load(): Promise<Command>;
}

/** The arguments make no sense; told with where to get help. */
export class UsageError extends Error {}

import { type ParseArgsConfig, parseArgs } from "node:util";

/** The arguments make no sense; told with the usage. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** One `--flag`; without a value it is on or off. */
export interface Flag {
  /** Stands for the value in the usage: "<file>". */
  readonly value?: string;
  readonly summary: string;
}
export type Flags = Readonly<Record<string, Flag>>;

/** Arguments as they were given. */
export interface Args {
  /** Every value of a flag, in order. */
  readonly all: (flag: string) => readonly string[];
  /** Its last value. */
  readonly last: (flag: string) => string | undefined;
  readonly isOn: (flag: string) => boolean;
  /** What is no flag. */
  readonly operands: readonly string[];
}

/** Reads arguments by flags; `--flag=true` and `--flag=false` are taken for one without a value, as Go's programs do. */
export function readArgs(args: readonly string[], flags: Flags): Args {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { value }] of Object.entries(flags)) {
    options[name] = value === undefined ? { type: "boolean" } : { type: "string", multiple: true };
  }
  const plain = args.flatMap((arg) => {
    const [, name = "", given] = /^--([^=]+)=(true|false)$/.exec(arg) ?? [];
    if (given === undefined || options[name]?.type !== "boolean") return [arg];
    return given === "true" ? [`--${name}`] : [];
  });
  try {
    const { values, positionals } = parseArgs({ args: plain, options, allowPositionals: true });
    const all = (flag: string): readonly string[] => {
      const found = values[flag];
      return Array.isArray(found) ? found.map(String) : [];
    };
    return { all, last: (flag) => all(flag).at(-1), isOn: (flag) => values[flag] === true, operands: positionals };
  } catch (cause) {
    throw new UsageError((cause as Error).message.split(". ")[0], { cause });
  }
}

/** The usage's lines for flags. */
export function describeFlags(flags: Flags): string {
  const names = Object.entries(flags).map(([name, { value = "" }]) => `--${name} ${value}`.trimEnd());
  const width = Math.max(...names.map((name) => name.length));
  return Object.values(flags)
    .map(({ summary }, i) => `  ${names[i]!.padEnd(width)}  ${summary}\n`)
    .join("");
}

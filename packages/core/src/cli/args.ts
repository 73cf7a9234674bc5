import { didYouMean } from "../config/suggest.ts";
import { type Args, type Command, type Flag, UsageError } from "./command.ts";

/** Every command has it. */
export const helpFlag: Flag = { name: "help", short: "h", summary: "Print this text." };

/**
 * Finds the command's name: the first argument that is neither a flag nor the value of one of `flags`, which may stand before it.
 * Gives its index; -1 when there is none.
 */
export function findName(args: readonly string[], flags: readonly Flag[]): number {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "--") return -1;
    if (!isFlag(arg)) return at;
    const { name, value } = split(arg);
    if (value === undefined && find(flags, name)?.value !== undefined) at++;
  }
  return -1;
}

/** Checks arguments against a command's flags and operands; throws `UsageError`. Flags and operands may be mixed; `--` ends the flags. */
export function parseArgs(args: readonly string[], command: Pick<Command, "flags" | "operands">): Args {
  const flags = [...command.flags, helpFlag];
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "--") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!isFlag(arg)) {
      operands.push(arg);
      continue;
    }
    const { name, value } = split(arg);
    const flag = find(flags, name);
    if (flag === undefined) throw new UsageError(`unknown flag "${name}"${suggest(name, flags)}`);
    const values = given.get(flag.name) ?? [];
    given.set(flag.name, values);
    values.push(checkValue(flag, flag.value !== undefined && value === undefined ? args[++at] : value));
  }
  const { atMost } = command.operands ?? { atMost: 0 };
  if (operands.length > atMost) throw new UsageError(`unexpected argument ${JSON.stringify(operands[atMost])}`);
  return toArgs(given, flags, operands);
}

function toArgs(given: ReadonlyMap<string, readonly string[]>, flags: readonly Flag[], operands: string[]): Args {
  const named = (name: string): Flag => {
    const flag = flags.find((flag) => flag.name === name);
    if (flag === undefined) throw new Error(`BUG: the command has no flag "${name}"`);
    return flag;
  };
  const last = (name: string): string | undefined => given.get(name)?.at(-1) ?? named(name).choices?.[0];
  return {
    operands,
    last,
    all: (name) => given.get(named(name).name) ?? [],
    isOn: (name) => (last(name) ?? String(named(name).on ?? false)) === "true",
  };
}

function checkValue(flag: Flag, value: string | undefined): string {
  const written = `--${flag.name}`;
  if (flag.value === undefined) {
    if (value === undefined || value === "true" || value === "1") return "true";
    if (value === "false" || value === "0") return "false";
    throw new UsageError(`${written} is either on or off, found ${JSON.stringify(value)}, expected true or false`);
  }
  if (value === undefined || (value === "" && !flag.mayBeEmpty)) {
    const example = flag.choices?.[0] ?? (flag.file ? "config.yaml" : flag.value);
    throw new UsageError(`${written} needs a value, for example ${written} ${example}`);
  }
  if (flag.choices !== undefined && !flag.choices.includes(value)) {
    const expected = didYouMean(value, flag.choices) || `; expected ${flag.choices.join(" or ")}`;
    throw new UsageError(`found ${written} ${JSON.stringify(value)}${expected}`);
  }
  return value;
}

/** "-" alone is an operand: standard input by custom. */
function isFlag(arg: string): boolean {
  return arg.startsWith("-") && arg !== "-";
}
function split(arg: string): { readonly name: string; readonly value: string | undefined } {
  const equals = arg.indexOf("=");
  return equals < 0 ? { name: arg, value: undefined } : { name: arg.slice(0, equals), value: arg.slice(equals + 1) };
}

/** As Go's flags, a long name may have one dash or two. */
function find(flags: readonly Flag[], written: string): Flag | undefined {
  const name = written.replace(/^--?/, "");
  return flags.find((flag) => flag.name === name || (flag.short === name && !written.startsWith("--")));
}

function suggest(written: string, flags: readonly Flag[]): string {
  return didYouMean(
    `--${written.replace(/^--?/, "")}`,
    flags.map(({ name }) => `--${name}`),
  );
}

/** One parser of bytes that anybody may send. */
export interface Parser {
  readonly name: string;
  /** Good inputs to begin with. */
  readonly seeds: () => readonly (Uint8Array | string)[];
  /** Pieces that inputs are made of. */
  readonly words: readonly string[];
  /**
   * Reads the input, and holds what was read against another way to read it. Gives what came of it, in few words: inputs with a new
   * outcome are kept. Throws when something is wrong with the parser.
   */
  readonly run: (input: Uint8Array) => string | Promise<string>;
}

/** Inputs are not longer than this. */
export const maxInput = 64 << 10;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export const textOf = (input: Uint8Array): string => decoder.decode(input);

/** What came of reading: what `read` gives, or the message of one of its own errors. Other errors are thrown. */
export function outcomeOf(read: () => string, ...typed: readonly (abstract new (...args: never[]) => Error)[]): string {
  try {
    return read();
  } catch (error) {
    if (!typed.some((type) => error instanceof type)) throw error;
    return refusal(error as Error);
  }
}

/** An error without what it says of the input. */
export function refusal({ message }: Error): string {
  const plain = message
    .replace(/"(?:\\.|[^"\\])*"/gs, '"…"')
    .replace(/`[^`]*`|'[^']*'/g, "…")
    .replace(/-?\d+/g, "N");
  return `refused: ${plain.slice(0, 60)}`;
}

/** Throws when the two differ. */
export function expectSame(one: unknown, other: unknown, what: string): void {
  const [left, right] = [shown(one), shown(other)];
  if (left === right) return;
  const at = [...left].findIndex((char, index) => char !== right[index]);
  const near = Math.max(0, at - 60);
  throw new Error(`${what} differ: ${left.slice(near, at + 200)} <> ${right.slice(near, at + 200)}`);
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? "";
}

/** How many there are, as a power of two: more of the same is nothing new. */
export const about = (count: number): string => String(count === 0 ? 0 : 1 << Math.floor(Math.log2(count)));

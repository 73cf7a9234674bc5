import type { ScalarValue } from "./located.ts";

const words: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);
const integer = /^([-+]?)(0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|0[0-7]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/**
 * The value of a YAML scalar without quotes, as go-yaml v3 reads it into an untyped value: YAML 1.2's core schema with some of
 * 1.1's ("017" is octal, "1_000" a number, "0b11" binary, but "yes" a string). Dates stay text.
 */
export function resolvePlain(text: string): ScalarValue {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  // go-yaml drops underscores wherever they stand; after a leading point only those between digits.
  const digits = text.replaceAll(text.startsWith(".") ? /(?<=[0-9])_(?=[0-9])/g : "_", "");
  return parseInteger(digits) ?? parseFloat64(digits) ?? text;
}

function parseInteger(digits: string): number | undefined {
  const match = integer.exec(digits);
  if (match === null) return undefined;
  const [, sign, magnitude = ""] = match;
  const octal = /^0[0-7]+$/.test(magnitude);
  const value = octal ? Number.parseInt(magnitude, 8) : Number(magnitude);
  // Go's int64 and, without a sign, uint64; beyond them it goes on to read a float.
  if (value >= (sign === "" ? 2 ** 64 : 2 ** 63)) return undefined;
  return sign === "-" ? 0 - value : value;
}

function parseFloat64(digits: string): number | undefined {
  const value = float.test(digits) ? Number(digits) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

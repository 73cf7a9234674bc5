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

/** Whether a text without quotes is a whole number that fits into 64 bits: "1.0" and "1e3" are none. */
export function isInteger(text: string): boolean {
  return /^[-+.0-9]/.test(text) && exactInteger(text.replaceAll("_", "")) !== undefined;
}

function parseInteger(digits: string): number | undefined {
  const exact = exactInteger(digits);
  return exact === undefined ? undefined : Number(exact);
}

/** Go's int64 and, without a sign, uint64; what is beyond them it goes on to read as a float. */
function exactInteger(digits: string): bigint | undefined {
  const [, sign, magnitude = ""] = integer.exec(digits) ?? [];
  if (sign === undefined) return undefined;
  // A number of more digits than the largest in base 2 costs time and fits nowhere.
  if (magnitude.length > 66 && !/^0[0-7]/.test(magnitude)) return undefined;
  const value = BigInt(magnitude.slice(0, 100).replace(/^0+(?=[0-7]+$)/, "0o"));
  const limit = sign === "" ? 2n ** 64n - 1n : sign === "-" ? 2n ** 63n : 2n ** 63n - 1n;
  if (value > limit) return undefined;
  return sign === "-" ? -value : value;
}

function parseFloat64(digits: string): number | undefined {
  const value = float.test(digits) ? Number(digits) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** A key as the collector names it: text is itself, a number or truth value as Go prints it (`0x10` is "16", `1.50` is "1.5"). */
export function keyText(value: Exclude<ScalarValue, null>, text: string): string {
  if (typeof value !== "number") return String(value);
  return String(exactInteger(text.replaceAll("_", "")) ?? floatText(value));
}

/** Go's shortest form: with an exponent, of two digits at least, from a million on and below 0.0001. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  if (Number(exponent) >= -4 && Number(exponent) < 6) return String(value);
  return `${digits}e${exponent.replace(/^([+-])([0-9])$/, "$10$2")}`;
}

/** The text that stands in base64 below a `!!binary`; undefined when there is none. */
export function decodeBinary(base64: string): string | undefined {
  const compact = base64.replaceAll(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(compact), (byte) => byte.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

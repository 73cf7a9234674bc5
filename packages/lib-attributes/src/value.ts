import { type AttributeValue, asString } from "@sluice/data";
import { sha256 } from "./sha256.ts";

const utf8 = new TextEncoder();

/** Upstream's action "hash": SHA-256 in hex of a text's UTF-8, of a truth value's byte, of a number's eight bytes; "" of all else. */
export function hashed(value: AttributeValue): string {
  const bytes = bytesOf(value);
  return bytes.length === 0 ? "" : sha256(bytes);
}

function bytesOf(value: AttributeValue): Uint8Array {
  if (typeof value === "string") return utf8.encode(value);
  if (typeof value === "boolean") return Uint8Array.of(value ? 1 : 0);
  const view = new DataView(new ArrayBuffer(8));
  if (typeof value === "bigint") view.setBigInt64(0, value, true);
  else if (typeof value === "number") view.setFloat64(0, value, true);
  else return new Uint8Array(0);
  return new Uint8Array(view.buffer);
}

/** What an attribute can be turned into, upstream's names. */
export type ConvertedType = "int" | "double" | "string";

/** Upstream's action "convert"; the value itself when it cannot be converted. */
export function converted(value: AttributeValue, to: ConvertedType): AttributeValue {
  if (to === "string") return asString(value);
  return to === "int" ? toInt(value) : toDouble(value);
}

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

function toInt(value: AttributeValue): AttributeValue {
  if (typeof value === "boolean") return value ? 1n : 0n;
  // 2^63 is a double; the largest int is not.
  if (typeof value === "number") return value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : value;
  if (typeof value !== "string" || !/^[-+]?[0-9]+$/.test(value)) return value;
  const [, sign, digits = ""] = /^([-+]?)0*([0-9]*)$/.exec(value) ?? [];
  // More digits than an int can have would only cost time.
  if (digits.length > 19) return value;
  const number = sign === "-" ? -BigInt(digits) : BigInt(digits);
  return number < MIN_INT || number > MAX_INT ? value : number;
}

const DECIMAL = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;

function toDouble(value: AttributeValue): AttributeValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return value;
  if (DECIMAL.test(value)) {
    const number = Number(value);
    return Number.isFinite(number) ? number : value;
  }
  const [, sign, word] = /^([-+]?)(inf|infinity|nan)$/i.exec(value) ?? [];
  if (word === undefined) return value;
  if (word.toLowerCase() === "nan") return sign === "" ? Number.NaN : value;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** A value as upstream's matching by pattern sees it: no exponents; undefined for what is no text, number or truth value. */
export function matchText(value: AttributeValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  return typeof value === "number" ? plainNumber(value) : undefined;
}

/** Go's format 'f' with the shortest digits that give the number back. */
function plainNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  const sign = Object.is(value, -0) || value < 0 ? "-" : "";
  const [mantissa = "", exponent = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const point = Number(exponent) + 1;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

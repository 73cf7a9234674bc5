/** Numbers, times and values in the notation of Go's fmt, which upstream's text is written in. */
import { type AttributeValue, asString, isList, isoTime } from "@sluice/data";

/** `%v` of a float64: the shortest digits that give the number back, with an exponent from 10^6 up and below 10^-4. */
export function shortest(value: number): string {
  if (!Number.isFinite(value) || Object.is(value, -0)) return odd(value);
  const [digits, exponent = "0"] = value.toExponential().split("e");
  const power = value === 0 ? 0 : Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** `%f` of a float64: six decimals, all digits before them. */
export function sixDecimals(value: number): string {
  if (!Number.isFinite(value)) return odd(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size >= 1e21) return `${sign}${BigInt(size)}.000000`;
  // A tie is a whole and odd number of 128ths; Go rounds it to even, toFixed up.
  const isTie = (size * 128) % 2 === 1;
  if (!isTie) return sign + size.toFixed(6);
  const half = BigInt(size * 128) * 15_625n;
  const rounded = half / 2n + ((half / 2n) % 2n);
  const digits = rounded.toString().padStart(7, "0");
  return `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function odd(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value === 0 ? "-0" : value > 0 ? "+Inf" : "-Inf";
}

/** `%d` of a uint64 that is held as a number; what is not one is drawn to the nearer end. */
export function uint(value: number): string {
  if (!(value >= 1)) return "0";
  return value < 2 ** 53 ? String(Math.trunc(value)) : String(BigInt(Math.min(value, 2 ** 64 - 2048)));
}

/** A time in UTC as Go prints it: "2026-01-02 03:04:05.000000006 +0000 UTC", without the zeros at the end of the fraction. */
export function goTime(ms: number, ns: number): string {
  const [date, clock] = isoTime(ms).split("T") as [string, string];
  const fraction = (clock.slice(9, 12) + String(ns).padStart(6, "0")).replace(/0+$/, "");
  return `${date} ${clock.slice(0, 8)}${fraction && `.${fraction}`} +0000 UTC`;
}

/** An id in hex; nothing for none and for all zeros. */
export function hex(id: Uint8Array | undefined): string {
  if (id === undefined || id.every((byte) => byte === 0)) return "";
  return Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A value with its type, as in `Int(5)`. */
export function typed(value: AttributeValue): string {
  return `${typeOf(value)}(${asString(value)})`;
}

function typeOf(value: AttributeValue): string {
  if (value === null) return "Empty";
  if (typeof value === "string") return "Str";
  if (typeof value === "boolean") return "Bool";
  if (typeof value === "bigint") return "Int";
  if (typeof value === "number") return "Double";
  if (value instanceof Uint8Array) return "Bytes";
  return isList(value) ? "Slice" : "Map";
}

import type { Attributes, AttributeValue } from "./model.ts";

/** The value of the first attribute with this key; undefined when there is none. */
export function attribute(attributes: Attributes, key: string): AttributeValue | undefined {
  for (const attribute of attributes) if (attribute.key === key) return attribute.value;
  return undefined;
}

/** Whether a value is an array (`"map" in value` would not tell: arrays have a `map` too). */
export function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

/** Whether two values are the same: same type, same content; maps in any order, -0 is not 0, NaN is NaN. */
export function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && sameBytes(a, b);
  }
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]!));
  return !isList(b) && sameAttributes(a.map, b.map);
}

/** Whether two lists hold the same attributes, in any order. */
export function sameAttributes(a: Attributes, b: Attributes): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  const order = (x: Attributes[number], y: Attributes[number]) => (x.key < y.key ? -1 : x.key > y.key ? 1 : 0);
  // Fast path: both in one order. Sorting is stable, so repeated keys are compared in their own order.
  const inStep = a.every(({ key }, i) => key === b[i]!.key);
  const left = inStep ? a : a.toSorted(order);
  const right = inStep ? b : b.toSorted(order);
  return left.every(({ key, value }, i) => key === right[i]!.key && sameValue(value, right[i]!.value));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * A value as text, as OpenTelemetry's `AsString` makes it: maps and arrays as compact JSON with sorted keys, bytes as base64,
 * nothing as "". A NaN or an infinity inside a map or an array makes the whole text empty, as there.
 */
export function asString(value: AttributeValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") {
    return Number.isFinite(value) ? finite(value) : `json: unsupported value: ${goInfinity(value)}`;
  }
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return base64(value);
  return json(value) ?? "";
}

/** JSON of a value as Go writes it (sorted keys); undefined where JSON has no form for it. */
function json(value: AttributeValue): string | undefined {
  if (value === null) return "null";
  if (typeof value === "string") return jsonText(value);
  if (typeof value === "number") return Number.isFinite(value) ? finite(value) : undefined;
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return `"${base64(value)}"`;
  if (isList(value)) {
    const items = value.map(json);
    return items.includes(undefined) ? undefined : `[${items.join(",")}]`;
  }
  // Of repeated keys the last one counts.
  const byKey = new Map(value.map.map((attribute) => [attribute.key, attribute.value]));
  const members: string[] = [];
  for (const key of [...byKey.keys()].sort(byCodePoint)) {
    const text = json(byKey.get(key)!);
    if (text === undefined) return undefined;
    members.push(`${jsonText(key)}:${text}`);
  }
  return `{${members.join(",")}}`;
}

/** Go orders texts by their UTF-8 bytes, which is the order of code points and not of UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const surrogates = Number(isSurrogate(x)) - Number(isSurrogate(y));
    return surrogates === 0 ? x - y : surrogates;
  }
  return a.length - b.length;
}
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function jsonText(text: string): string {
  return JSON.stringify(text.toWellFormed())
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}

/** Go's shortest notation is JavaScript's but for -0. */
function finite(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
function goInfinity(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Standard base64 with padding. */
function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const rest = bytes.length - i;
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += DIGITS[group >> 18]! + DIGITS[(group >> 12) & 63]!;
    text += rest > 1 ? DIGITS[(group >> 6) & 63]! : "=";
    text += rest > 2 ? DIGITS[group & 63]! : "=";
  }
  return text;
}

/** An unambiguous text of attributes in their order, exact to the type of each value; for interning, not for people. */
export function textOf(attributes: Attributes): string {
  if (attributes.length === 0) return "";
  return JSON.stringify(attributes.map(({ key, value }) => [key, tagged(value)]));
}
function tagged(value: AttributeValue): unknown {
  if (typeof value === "number") return { d: Number.isFinite(value) ? finite(value) : goInfinity(value) };
  if (typeof value === "bigint") return { i: value.toString() };
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return { b: base64(value) };
  if (isList(value)) return value.map(tagged);
  return { m: value.map.map((attribute) => [attribute.key, tagged(attribute.value)]) };
}

import { type AttributeValue, sameValue } from "@sluice/data";
import { compareText } from "@sluice/lib-prometheus";
import type { Operator } from "./syntax.ts";

/**
 * Whether a comparison holds. Numbers are compared as such, ints and doubles as doubles; texts and bytes by their bytes, false is
 * less than true; lists and maps are only equal or not. Values of different types are unequal, and neither is less.
 */
export function compare(left: AttributeValue, operator: Operator, right: AttributeValue): boolean {
  const order = orderOf(left, right);
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

/** Less than, equal to or greater than 0; NaN where values are unequal and have no order. */
function orderOf(a: AttributeValue, b: AttributeValue): number {
  if (typeof a === "string") return a === b ? 0 : typeof b === "string" ? compareText(a, b) : Number.NaN;
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0;
  if (isNumber(a)) {
    if (!isNumber(b)) return Number.NaN;
    const [x, y] = [Number(a), Number(b)];
    return x === y ? 0 : x - y;
  }
  if (typeof a === "boolean") return typeof b === "boolean" ? Number(a) - Number(b) : Number.NaN;
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? compareBytes(a, b) : Number.NaN;
  if (a === null || b === null) return a === b ? 0 : Number.NaN;
  return sameValue(a, b) ? 0 : Number.NaN;
}

function isNumber(value: AttributeValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

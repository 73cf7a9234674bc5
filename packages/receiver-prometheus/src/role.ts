import { type Shape, shapeOf } from "@sluice/data";

/** Place of a line's number in its point. 0: the point is that number. Else the kind, and above it the index of the bound. */
export const NUMBER_ROLE = 0;
/** A bucket with a finite bound, or a quantile. */
export const BOUND = 1;
export const INF = 2;
export const SUM = 3;
export const COUNT = 4;
/** The line is a whole point: an exponential histogram, or one with custom buckets. */
export const EXPONENTIAL_ROLE = 5;
export const CUSTOM_ROLE = 6;
const KIND_BITS = 3;

/** The role of a bucket or quantile; `bound` is the index of its bound. */
export function boundRole(bound: number): number {
  return (bound << KIND_BITS) | BOUND;
}
export function kindOfRole(role: number): number {
  return role & ((1 << KIND_BITS) - 1);
}
/** Whether the line is a point of its own, not one of several lines. */
export function isWhole(role: number): boolean {
  const kind = kindOfRole(role);
  return kind === NUMBER_ROLE || kind >= EXPONENTIAL_ROLE;
}
export function boundOfRole(role: number): number {
  return role >> KIND_BITS;
}

/** The numbers that stand in `le` and `quantile` labels, by index. */
export class Bounds {
  readonly values: number[] = [];
  readonly #index = new Map<number, number>();

  indexOf(bound: number): number {
    let index = this.#index.get(bound);
    if (index === undefined) {
      index = this.values.push(bound) - 1;
      this.#index.set(bound, index);
    }
    return index;
  }
}

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** A number for the role that is the same in every table: not by the index of its bound. */
export function hashRole(role: number, bounds: Bounds): number {
  if (kindOfRole(role) !== BOUND) return role;
  double[0] = bounds.values[boundOfRole(role)]!;
  return words[0]! ^ Math.imul(words[1]!, 0x9e3779b1);
}

/** The order of a shape's slots: bounds ascending, +Inf, sum, count. */
export function compareRoles(a: number, b: number, bounds: Bounds): number {
  const byKind = kindOfRole(a) - kindOfRole(b);
  if (byKind !== 0 || kindOfRole(a) !== BOUND) return byKind;
  return bounds.values[boundOfRole(a)]! - bounds.values[boundOfRole(b)]!;
}

/** The shape that has exactly these slots, given in order. */
export function shapeOfRoles(kind: "histogram" | "summary", roles: readonly number[], bounds: Bounds): Shape {
  const finite = roles.filter((role) => kindOfRole(role) === BOUND).map((role) => bounds.values[boundOfRole(role)]!);
  return shapeOf({
    kind,
    bounds: Float64Array.from(finite),
    inf: roles.some((role) => kindOfRole(role) === INF),
    sum: roles.some((role) => kindOfRole(role) === SUM),
    count: roles.some((role) => kindOfRole(role) === COUNT),
  });
}

import type { Shape } from "./model.ts";

/** What `shapeOf` is asked for; flags left out are false. `bounds` is copied, so a caller may reuse its buffer. */
export interface ShapeSpec {
  readonly kind: Shape["kind"];
  /** Histogram: finite bounds, strictly ascending. Summary: quantiles, ascending. */
  readonly bounds?: Float64Array;
  readonly inf?: boolean;
  readonly sum?: boolean;
  readonly count?: boolean;
  readonly min?: boolean;
  readonly max?: boolean;
}

const NONE = new Float64Array(0);
const plain = { bounds: NONE, inf: false, sum: false, count: false, min: false, max: false };

/** One double. */
export const NUMBER: Shape = Object.freeze({ kind: "number", ...plain, slots: 1 });
/** One int64. */
export const INT: Shape = Object.freeze({ kind: "int", ...plain, slots: 1 });
/** An exponential histogram: its numbers stand in `MetricsPart.ragged`. */
export const EXPONENTIAL: Shape = Object.freeze({ kind: "exponential", ...plain, slots: 0 });

/** Shapes kept in one generation; bounds lists longer than MAX_BOUNDS are not interned, so the table's bytes are bounded too. */
const GENERATION = 4096;
const MAX_BOUNDS = 512;
let young = new Map<number, Shape[]>();
let old = new Map<number, Shape[]>();
let youngCount = 0;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/**
 * The interned shape of these properties: equal specs give the same object. The table is bounded and forgets what was not
 * asked for in a long time, so two different objects may still be equal; `===` is a fast path, never proof of difference.
 */
export function shapeOf(spec: ShapeSpec): Shape {
  if (spec.kind === "number") return NUMBER;
  if (spec.kind === "int") return INT;
  if (spec.kind === "exponential") return EXPONENTIAL;
  const bounds = spec.bounds ?? NONE;
  if (bounds.length > MAX_BOUNDS) return make(spec, bounds);
  const hash = hashOf(spec, bounds);
  const known = find(young.get(hash), spec, bounds);
  if (known !== undefined) return known;
  const shape = find(old.get(hash), spec, bounds) ?? make(spec, bounds);
  remember(hash, shape);
  return shape;
}

/** The place of one of a shape's named numbers, counted from the row's first slot; -1 when the shape has none. */
export function slotOf(shape: Shape, name: "inf" | "sum" | "count" | "min" | "max"): number {
  if (!shape[name]) return -1;
  let at = shape.bounds.length;
  if (name === "inf") return at;
  if (shape.inf) at++;
  if (name === "sum") return at;
  if (shape.sum) at++;
  if (name === "count") return at;
  if (shape.count) at++;
  if (name === "min") return at;
  return shape.min ? at + 1 : at;
}

function flagsOf(spec: ShapeSpec): number {
  const kind = spec.kind === "summary" ? 32 : 0;
  return (
    kind + (spec.inf ? 1 : 0) + (spec.sum ? 2 : 0) + (spec.count ? 4 : 0) + (spec.min ? 8 : 0) + (spec.max ? 16 : 0)
  );
}

function make(spec: ShapeSpec, bounds: Float64Array): Shape {
  const { kind, inf = false, sum = false, count = false, min = false, max = false } = spec;
  const slots = bounds.length + Number(inf) + Number(sum) + Number(count) + Number(min) + Number(max);
  return Object.freeze({ kind, bounds: bounds.slice(), inf, sum, count, min, max, slots });
}

function hashOf(spec: ShapeSpec, bounds: Float64Array): number {
  let hash = flagsOf(spec);
  for (let i = 0; i < bounds.length; i++) {
    double[0] = bounds[i]!;
    hash = Math.imul(hash ^ words[0]!, 0x85ebca6b);
    hash = Math.imul((hash ^ (hash >>> 13)) + words[1]!, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash;
}

function find(candidates: readonly Shape[] | undefined, spec: ShapeSpec, bounds: Float64Array): Shape | undefined {
  if (candidates === undefined) return undefined;
  const flags = flagsOf(spec);
  for (const shape of candidates) {
    if (shape.bounds.length === bounds.length && flagsOf(shape) === flags && sameBounds(shape.bounds, bounds))
      return shape;
  }
  return undefined;
}

function sameBounds(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function remember(hash: number, shape: Shape): void {
  if (youngCount >= GENERATION) {
    old = young;
    young = new Map();
    youngCount = 0;
  }
  const candidates = young.get(hash);
  if (candidates === undefined) young.set(hash, [shape]);
  // A crowded bucket is an attack on the hash: start it again rather than search it for ever.
  else if (candidates.length >= 8) young.set(hash, [shape]);
  else candidates.push(shape);
  youngCount++;
}

import type { AppendCatalog } from "./catalog.ts";
import { layoutOf } from "./layout.ts";
import type {
  ABSENT,
  Attributes,
  Exemplar,
  ExponentialPoint,
  Metric,
  MetricsPart,
  Shape,
  STALE,
  Times,
} from "./model.ts";
import { pointsPart } from "./part.ts";

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
/** Where the lower and the upper half of a double stand among the two words of its slot. */
export const LOW_WORD = LITTLE_ENDIAN ? 0 : 1;
/** The upper half's place; see `LOW_WORD`. */
export const HIGH_WORD = 1 - LOW_WORD;

/**
 * Collects the points of one resource, row after row. Slots are kept as pairs of 32-bit words, so that the payload of a NaN
 * passes through untouched.
 */
export class PointsBuilder {
  readonly catalog: AppendCatalog;
  #rows = 0;
  #slots = 0;
  #ids: Int32Array = new Int32Array(16);
  #values: Float64Array = new Float64Array(32);
  #words: Uint32Array = new Uint32Array(this.#values.buffer);
  #states: Uint8Array | undefined;
  readonly #time = new TimeColumn();
  readonly #start = new TimeColumn();
  #wide: Map<number, bigint> | undefined;
  #ragged: Map<number, ExponentialPoint> | undefined;
  #exemplars: Map<number, readonly Exemplar[]> | undefined;
  #flags: Map<number, number> | undefined;

  constructor(catalog: AppendCatalog) {
    this.catalog = catalog;
  }

  /** Starts a row; its slots follow through `double`, `number` and `int`, as many as the shape has. */
  row(metric: Metric, shape: Shape, attributes: Attributes): void {
    if (this.#rows === this.#ids.length) this.#ids = longer(this.#ids);
    this.#ids[this.#rows++] = this.catalog.add({ metric, shape, attributes });
  }

  /** The row's times as nanoseconds; call once a row, after `row`. */
  times(timeMs: number, timeNs: number, startMs: number, startNs: number): void {
    this.#time.add(timeMs, timeNs);
    this.#start.add(startMs, startNs);
  }

  /** The next slot, bit for bit. */
  double(lo: number, hi: number): void {
    this.#room();
    this.#words[2 * this.#slots + LOW_WORD] = lo;
    this.#words[2 * this.#slots + HIGH_WORD] = hi;
    this.#slots++;
  }

  /** The next slot. */
  number(value: number): void {
    this.#room();
    this.#values[this.#slots++] = value;
  }

  /** The next slot, an int64. */
  int(lo: number, hi: number): void {
    const value = (hi | 0) * 0x1_0000_0000 + lo;
    if (!Number.isSafeInteger(value)) {
      this.#wide ??= new Map();
      this.#wide.set(this.#slots, (BigInt(hi | 0) << 32n) | BigInt(lo));
    }
    this.number(value);
  }

  /** Says of the last `count` slots that they hold no number. */
  mark(count: number, state: typeof STALE | typeof ABSENT): void {
    this.#states ??= new Uint8Array(this.#values.length);
    this.#states.fill(state, this.#slots - count, this.#slots);
  }

  exponential(point: ExponentialPoint): void {
    this.#ragged ??= new Map();
    this.#ragged.set(this.#rows - 1, point);
  }

  exemplars(exemplars: readonly Exemplar[]): void {
    this.#exemplars ??= new Map();
    this.#exemplars.set(this.#rows - 1, exemplars);
  }

  flags(flags: number): void {
    this.#flags ??= new Map();
    this.#flags.set(this.#rows - 1, flags);
  }

  /** The part with all rows; undefined when there are none. */
  finish(): MetricsPart | undefined {
    if (this.#rows === 0) return undefined;
    return pointsPart({
      layout: layoutOf(this.catalog, this.#ids.slice(0, this.#rows)),
      slots: this.#values.slice(0, this.#slots),
      wide: this.#wide,
      states: this.#states?.slice(0, this.#slots),
      time: this.#time.finish(),
      start: this.#start.isUnset() ? undefined : this.#start.finish(),
      ragged: this.#ragged,
      exemplars: this.#exemplars,
      flags: this.#flags,
    });
  }

  #room(): void {
    if (this.#slots < this.#values.length) return;
    this.#values = longer(this.#values);
    this.#words = new Uint32Array(this.#values.buffer);
    if (this.#states !== undefined) this.#states = longer(this.#states);
  }
}

/** Times by row, turned into one pair when all rows have the same. */
class TimeColumn {
  #rows = 0;
  #same = true;
  #ms: Float64Array = new Float64Array(16);
  #ns: Int32Array = new Int32Array(16);

  add(ms: number, ns: number): void {
    if (this.#rows === this.#ms.length) {
      this.#ms = longer(this.#ms);
      this.#ns = longer(this.#ns);
    }
    this.#ms[this.#rows] = ms;
    this.#ns[this.#rows] = ns;
    if (ms !== this.#ms[0] || ns !== this.#ns[0]) this.#same = false;
    this.#rows++;
  }
  isUnset(): boolean {
    return this.#same && this.#ms[0] === 0 && this.#ns[0] === 0;
  }
  finish(): Times {
    const times = { ms: this.#ms[0]!, ns: this.#ns[0]!, msOf: undefined, nsOf: undefined };
    if (this.#same) return times;
    return { ...times, msOf: this.#ms.slice(0, this.#rows), nsOf: this.#ns.slice(0, this.#rows) };
  }
}

function longer<A extends Int32Array | Float64Array | Uint8Array>(array: A): A {
  const grown = new (array.constructor as new (length: number) => A)(2 * array.length);
  grown.set(array);
  return grown;
}

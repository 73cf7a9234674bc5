import { ABSENT, type Attributes, type Exemplar, type Metric, type Shape, STALE } from "./model.ts";
import { readAttribute } from "./otlp-common.ts";
import type { PointsBuilder } from "./points-builder.ts";
import { EXPONENTIAL, INT, NUMBER, shapeOf } from "./shape.ts";
import { msOfNanos, nsOfNanos } from "./time.ts";
import type { WireReader } from "./wire-reader.ts";

/** Bit 0 of a point's flags. */
const NO_RECORDED_VALUE = 1;

/** A double as its two halves, so that a NaN keeps its payload; `set` tells 0 from "not there". */
class Bits {
  lo = 0;
  hi = 0;
  set = false;
  read(reader: WireReader): void {
    reader.fixed64();
    this.lo = reader.lo;
    this.hi = reader.hi;
    this.set = true;
  }
  clear(): void {
    this.lo = 0;
    this.hi = 0;
    this.set = false;
  }
}

/** Reads the data points of one metric after another into a builder. The fields hold the point being read. */
export class PointReader {
  readonly #reader: WireReader;
  readonly #builder: PointsBuilder;
  #attributes: Attributes[number][] = [];
  readonly #start = new Bits();
  readonly #time = new Bits();
  readonly #double = new Bits();
  readonly #int = new Bits();
  readonly #sum = new Bits();
  readonly #min = new Bits();
  readonly #max = new Bits();
  #count = 0;
  #flags = 0;
  #exemplars: Exemplar[] = [];
  #counts: number[] = [];
  #bounds: number[] = [];
  #quantiles: { readonly quantile: number; readonly lo: number; readonly hi: number }[] = [];

  constructor(reader: WireReader, builder: PointsBuilder) {
    this.#reader = reader;
    this.#builder = builder;
  }

  /** Reads the points (field 1) of a Gauge, Sum, Histogram, ExponentialHistogram or Summary. */
  readData(metric: Metric): void {
    const reader = this.#reader;
    while (reader.find(0x0a)) {
      const outer = reader.enter();
      this.#clear();
      if (metric.kind === "histogram") this.#readHistogram(metric);
      else if (metric.kind === "exponential") this.#readExponential(metric);
      else if (metric.kind === "summary") this.#readSummary(metric);
      else this.#readNumber(metric);
      reader.leave(outer);
    }
  }

  #clear(): void {
    if (this.#attributes.length > 0) this.#attributes = [];
    this.#start.clear();
    this.#time.clear();
    this.#double.clear();
    this.#int.clear();
    this.#sum.clear();
    this.#min.clear();
    this.#max.clear();
    this.#count = 0;
    this.#flags = 0;
    if (this.#exemplars.length > 0) this.#exemplars = [];
    this.#counts.length = 0;
    this.#bounds.length = 0;
    this.#quantiles.length = 0;
  }

  #readNumber(metric: Metric): void {
    const reader = this.#reader;
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x3a) this.#attributes.push(readAttribute(reader));
      else if (tag === 0x11) this.#start.read(reader);
      else if (tag === 0x19) this.#time.read(reader);
      else if (tag === 0x21) {
        this.#double.read(reader);
        this.#int.clear();
      } else if (tag === 0x31) {
        this.#int.read(reader);
        this.#double.clear();
      } else if (tag === 0x2a) this.#readExemplar();
      else if (tag === 0x40) this.#flags = reader.uint32();
      else reader.skip(tag);
    }
    this.#addRow(metric, this.#int.set ? INT : NUMBER);
    if (this.#int.set) this.#builder.int(this.#int.lo, this.#int.hi);
    else this.#builder.double(this.#double.lo, this.#double.hi);
    if (this.#isStale()) this.#builder.mark(1, STALE);
    else if (!this.#int.set && !this.#double.set) this.#builder.mark(1, ABSENT);
  }

  #readHistogram(metric: Metric): void {
    const reader = this.#reader;
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x4a) this.#attributes.push(readAttribute(reader));
      else if (tag === 0x11) this.#start.read(reader);
      else if (tag === 0x19) this.#time.read(reader);
      else if (tag === 0x21) this.#count = this.#fixed64();
      else if (tag === 0x29) this.#sum.read(reader);
      else if (tag === 0x32) this.#readPackedCounts();
      else if (tag === 0x31) this.#counts.push(this.#fixed64());
      else if (tag === 0x3a) this.#readPackedBounds();
      else if (tag === 0x39) this.#bounds.push(reader.double());
      else if (tag === 0x42) this.#readExemplar();
      else if (tag === 0x50) this.#flags = reader.uint32();
      else if (tag === 0x59) this.#min.read(reader);
      else if (tag === 0x61) this.#max.read(reader);
      else reader.skip(tag);
    }
    this.#repairBuckets();
    const bounds = Float64Array.from(this.#bounds);
    const shape = shapeOf({
      kind: "histogram",
      bounds,
      inf: this.#counts.length > 0,
      sum: this.#sum.set,
      count: true,
      min: this.#min.set,
      max: this.#max.set,
    });
    this.#placeExemplars(bounds);
    this.#addRow(metric, shape);
    let cumulative = 0;
    for (const count of this.#counts) {
      cumulative += count;
      this.#builder.number(cumulative);
    }
    this.#addBits(this.#sum);
    this.#builder.number(this.#count);
    this.#addBits(this.#min);
    this.#addBits(this.#max);
    if (this.#isStale()) this.#builder.mark(shape.slots, STALE);
  }

  /** Leaves buckets only where they make sense: one count more than bounds, bounds finite and ascending. */
  #repairBuckets(): void {
    const bounds = this.#bounds;
    const counts = this.#counts;
    if (bounds.length > 0 && bounds.at(-1) === Number.POSITIVE_INFINITY && counts.length === bounds.length + 1) {
      bounds.pop();
      const beyond = counts.pop()!;
      counts[counts.length - 1]! += beyond;
    }
    let good = counts.length === bounds.length + 1;
    for (let i = 0; i < bounds.length; i++) {
      if (!(bounds[i]! < Number.POSITIVE_INFINITY) || (i > 0 && !(bounds[i - 1]! < bounds[i]!))) good = false;
    }
    if (good) return;
    bounds.length = 0;
    counts.length = 0;
  }

  /** Gives each exemplar the slot of the bucket its value falls into. */
  #placeExemplars(bounds: Float64Array): void {
    this.#exemplars = this.#exemplars.map((exemplar) => {
      const bucket = bounds.findIndex((bound) => exemplar.value <= bound);
      return { ...exemplar, slot: bucket < 0 ? bounds.length : bucket };
    });
  }

  #readSummary(metric: Metric): void {
    const reader = this.#reader;
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x3a) this.#attributes.push(readAttribute(reader));
      else if (tag === 0x11) this.#start.read(reader);
      else if (tag === 0x19) this.#time.read(reader);
      else if (tag === 0x21) this.#count = this.#fixed64();
      else if (tag === 0x29) this.#sum.read(reader);
      else if (tag === 0x32) this.#readQuantile();
      else if (tag === 0x40) this.#flags = reader.uint32();
      else reader.skip(tag);
    }
    // NaN goes last, or the order would mean nothing.
    const place = (quantile: number) => (Number.isNaN(quantile) ? Number.POSITIVE_INFINITY : quantile);
    this.#quantiles.sort((a, b) =>
      place(a.quantile) < place(b.quantile) ? -1 : place(a.quantile) > place(b.quantile) ? 1 : 0,
    );
    const bounds = Float64Array.from(this.#quantiles, ({ quantile }) => quantile);
    const shape = shapeOf({ kind: "summary", bounds, sum: true, count: true });
    this.#addRow(metric, shape);
    for (const { lo, hi } of this.#quantiles) this.#builder.double(lo, hi);
    this.#builder.double(this.#sum.lo, this.#sum.hi);
    this.#builder.number(this.#count);
    if (this.#isStale()) this.#builder.mark(shape.slots, STALE);
  }

  #readQuantile(): void {
    const reader = this.#reader;
    let quantile = 0;
    let lo = 0;
    let hi = 0;
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x09) quantile = reader.double();
      else if (tag === 0x11) {
        reader.fixed64();
        lo = reader.lo;
        hi = reader.hi;
      } else reader.skip(tag);
    }
    reader.leave(outer);
    this.#quantiles.push({ quantile, lo, hi });
  }

  #readExponential(metric: Metric): void {
    const reader = this.#reader;
    const point = { scale: 0, zeroCount: 0, zeroThreshold: 0, positive: NO_BUCKETS, negative: NO_BUCKETS };
    let sum: number | undefined;
    let min: number | undefined;
    let max: number | undefined;
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x0a) this.#attributes.push(readAttribute(reader));
      else if (tag === 0x11) this.#start.read(reader);
      else if (tag === 0x19) this.#time.read(reader);
      else if (tag === 0x21) this.#count = this.#fixed64();
      else if (tag === 0x29) sum = reader.double();
      else if (tag === 0x30) point.scale = reader.sint32();
      else if (tag === 0x39) point.zeroCount = this.#fixed64();
      else if (tag === 0x42) point.positive = this.#readBuckets();
      else if (tag === 0x4a) point.negative = this.#readBuckets();
      else if (tag === 0x50) this.#flags = reader.uint32();
      else if (tag === 0x5a) this.#readExemplar();
      else if (tag === 0x61) min = reader.double();
      else if (tag === 0x69) max = reader.double();
      else if (tag === 0x71) point.zeroThreshold = reader.double();
      else reader.skip(tag);
    }
    this.#addRow(metric, EXPONENTIAL);
    if (!this.#isStale()) this.#builder.exponential({ ...point, count: this.#count, sum, min, max });
  }

  #readBuckets(): typeof NO_BUCKETS {
    const reader = this.#reader;
    const counts: number[] = [];
    let offset = 0;
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x08) offset = reader.sint32();
      else if (tag === 0x10) counts.push(reader.uint64());
      else if (tag === 0x12) {
        const field = reader.enter();
        while (reader.more()) counts.push(reader.uint64());
        reader.leave(field);
      } else reader.skip(tag);
    }
    reader.leave(outer);
    return { offset, counts: Float64Array.from(counts) };
  }

  #readExemplar(): void {
    const reader = this.#reader;
    const attributes: Attributes[number][] = [];
    let value: number | undefined;
    let int: bigint | undefined;
    let traceId: Uint8Array | undefined;
    let spanId: Uint8Array | undefined;
    let ms = 0;
    let ns = 0;
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x3a) attributes.push(readAttribute(reader));
      else if (tag === 0x11) {
        reader.fixed64();
        ms = msOfNanos(reader.lo, reader.hi);
        ns = nsOfNanos(reader.lo, reader.hi);
      } else if (tag === 0x19) {
        value = reader.double();
        int = undefined;
      } else if (tag === 0x31) {
        reader.fixed64();
        int = (BigInt(reader.hi | 0) << 32n) | BigInt(reader.lo);
        value = Number(int);
      } else if (tag === 0x22) spanId = reader.copy();
      else if (tag === 0x2a) traceId = reader.copy();
      else reader.skip(tag);
    }
    reader.leave(outer);
    if (value !== undefined) this.#exemplars.push({ slot: 0, value, int, ms, ns, traceId, spanId, attributes });
  }

  #readPackedCounts(): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.more()) this.#counts.push(this.#fixed64());
    reader.leave(outer);
  }

  #readPackedBounds(): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.more()) this.#bounds.push(reader.double());
    reader.leave(outer);
  }

  #fixed64(): number {
    this.#reader.fixed64();
    return this.#reader.hi * 0x1_0000_0000 + this.#reader.lo;
  }

  #isStale(): boolean {
    return (this.#flags & NO_RECORDED_VALUE) !== 0;
  }

  #addBits(bits: Bits): void {
    if (bits.set) this.#builder.double(bits.lo, bits.hi);
  }

  #addRow(metric: Metric, shape: Shape): void {
    const builder = this.#builder;
    builder.row(metric, shape, this.#attributes.length > 0 ? this.#attributes : NO_ATTRIBUTES);
    const { lo, hi } = this.#time;
    const start = this.#start;
    builder.times(msOfNanos(lo, hi), nsOfNanos(lo, hi), msOfNanos(start.lo, start.hi), nsOfNanos(start.lo, start.hi));
    if (this.#exemplars.length > 0) builder.exemplars(this.#exemplars);
    const flags = (this.#flags & ~NO_RECORDED_VALUE) >>> 0;
    if (flags !== 0) builder.flags(flags);
  }
}

/** Shared, so that points without attributes cost none. */
const NO_ATTRIBUTES: Attributes = Object.freeze([]);
const NO_BUCKETS = { offset: 0, counts: new Float64Array(0) };

import {
  ABSENT,
  type Attributes,
  type Exemplar,
  type ExponentialPoint,
  type MetricsPart,
  type Shape,
  STALE,
  type Times,
  VALUE,
} from "./model.ts";
import { writeAttributes, writeBytes, writeTime, writeUint32 } from "./otlp-common.ts";
import { HIGH_WORD, LOW_WORD } from "./points-builder.ts";
import { slotOf } from "./shape.ts";
import { msAt, nsAt } from "./time.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Whether OTLP has a form for this row: false for a histogram or summary without a count. */
export function isWritable(part: MetricsPart, row: number): boolean {
  const { layout } = part;
  const shape = layout.catalog.shape(layout.ids[row]!);
  if (shape.kind !== "histogram" && shape.kind !== "summary") return true;
  return shape.count && stateOf(part, layout.at[row]! + slotOf(shape, "count")) !== ABSENT;
}

function stateOf(part: MetricsPart, slot: number): number {
  if (part.states === undefined) return VALUE;
  return part.states === "stale" ? STALE : part.states[slot]!;
}

/** Writes the points of one part as field 1 of whatever data message is open. */
export class PointWriter {
  readonly #writer: WireWriter;
  readonly #part: MetricsPart;
  readonly #words: Uint32Array;

  constructor(writer: WireWriter, part: MetricsPart) {
    this.#writer = writer;
    this.#part = part;
    const { slots } = part;
    this.#words = new Uint32Array(slots.buffer, slots.byteOffset, 2 * slots.length);
  }

  /** Writes one row; only rows that are writable. */
  write(row: number, shape: Shape, attributes: Attributes): void {
    const writer = this.#writer;
    const slot = this.#part.layout.at[row]!;
    writer.uint32(0x0a);
    const mark = writer.begin();
    if (shape.kind === "histogram") this.#histogram(row, slot, shape, attributes);
    else if (shape.kind === "summary") this.#summary(row, slot, shape, attributes);
    else if (shape.kind === "exponential") this.#exponential(row, attributes);
    else this.#number(row, slot, shape.kind === "int", attributes);
    writer.end(mark);
  }

  #number(row: number, slot: number, isInt: boolean, attributes: Attributes): void {
    const writer = this.#writer;
    const state = stateOf(this.#part, slot);
    this.#times(row);
    if (state === VALUE && !isInt) this.#double(0x21, slot);
    this.#exemplars(0x2a, row);
    // A stale int is written as 0: its flag takes the meaning away, and that it is an int stays known.
    if (isInt && state !== ABSENT) this.#int(state === VALUE ? slot : undefined);
    writeAttributes(writer, 0x3a, attributes);
    this.#flags(0x40, row, state);
  }

  #int(slot: number | undefined): void {
    const { slots, wide } = this.#part;
    this.#writer.uint32(0x31);
    const exact = slot === undefined ? 0n : wide?.get(slot);
    if (exact !== undefined) {
      this.#writer.fixed64(Number(exact & 0xffff_ffffn), Number((exact >> 32n) & 0xffff_ffffn));
      return;
    }
    const value = Math.trunc(slots[slot!]!);
    if (Number.isNaN(value)) this.#writer.fixed64(0, 0);
    else if (value >= 0x8000_0000_0000_0000) this.#writer.fixed64(0xffff_ffff, 0x7fff_ffff);
    else if (value < -0x8000_0000_0000_0000) this.#writer.fixed64(0, 0x8000_0000);
    else {
      const hi = Math.floor(value / 0x1_0000_0000);
      this.#writer.fixed64(value - hi * 0x1_0000_0000, hi);
    }
  }

  #histogram(row: number, slot: number, shape: Shape, attributes: Attributes): void {
    const writer = this.#writer;
    const state = stateOf(this.#part, slot + slotOf(shape, "count"));
    this.#times(row);
    if (state === VALUE) this.#count(slot + slotOf(shape, "count"));
    this.#optional(0x29, slot, slotOf(shape, "sum"), state);
    if (state === VALUE) this.#buckets(slot, shape);
    else this.#emptyBuckets(shape);
    this.#exemplars(0x42, row);
    writeAttributes(writer, 0x4a, attributes);
    this.#flags(0x50, row, state);
    this.#optional(0x59, slot, slotOf(shape, "min"), state);
    this.#optional(0x61, slot, slotOf(shape, "max"), state);
  }

  /** Writes differences of the cumulative counts that are there, then their bounds. */
  #buckets(slot: number, shape: Shape): void {
    const { slots } = this.#part;
    const writer = this.#writer;
    const { bounds } = shape;
    const inf = slot + slotOf(shape, "inf");
    const hasInf = shape.inf && stateOf(this.#part, inf) === VALUE;
    let present = 0;
    for (let i = 0; i < bounds.length; i++) if (stateOf(this.#part, slot + i) === VALUE) present++;
    if (present === 0 && !hasInf) return;
    writer.uint32(0x32);
    writer.uint32(8 * (present + 1));
    let below = 0;
    for (let i = 0; i < bounds.length; i++) {
      if (stateOf(this.#part, slot + i) !== VALUE) continue;
      writer.fixedUint64(slots[slot + i]! - below);
      below = slots[slot + i]!;
    }
    writer.fixedUint64(slots[hasInf ? inf : slot + slotOf(shape, "count")]! - below);
    if (present === 0) return;
    writer.uint32(0x3a);
    writer.uint32(8 * present);
    for (let i = 0; i < bounds.length; i++) {
      if (stateOf(this.#part, slot + i) === VALUE) writer.double(bounds[i]!);
    }
  }

  /** The buckets of a stale histogram: its bounds belong to its identity, its counts are 0. */
  #emptyBuckets(shape: Shape): void {
    const { length } = shape.bounds;
    if (length === 0 && !shape.inf) return;
    const writer = this.#writer;
    writer.uint32(0x32);
    writer.uint32(8 * (length + 1));
    for (let i = 0; i <= length; i++) writer.fixed64(0, 0);
    if (length === 0) return;
    writer.uint32(0x3a);
    writer.uint32(8 * length);
    for (const bound of shape.bounds) writer.double(bound);
  }

  #summary(row: number, slot: number, shape: Shape, attributes: Attributes): void {
    const writer = this.#writer;
    const state = stateOf(this.#part, slot + slotOf(shape, "count"));
    this.#times(row);
    if (state === VALUE) {
      this.#count(slot + slotOf(shape, "count"));
      const sum = slot + slotOf(shape, "sum");
      if (shape.sum && stateOf(this.#part, sum) === VALUE && !this.#isZero(sum)) this.#double(0x29, sum);
    }
    for (let i = 0; i < shape.bounds.length; i++) {
      if (stateOf(this.#part, slot + i) === ABSENT) continue;
      writer.uint32(0x32);
      const mark = writer.begin();
      const quantile = shape.bounds[i]!;
      if (!Object.is(quantile, 0)) {
        writer.uint32(0x09);
        writer.double(quantile);
      }
      if (stateOf(this.#part, slot + i) === VALUE && !this.#isZero(slot + i)) this.#double(0x11, slot + i);
      writer.end(mark);
    }
    writeAttributes(writer, 0x3a, attributes);
    this.#flags(0x40, row, state);
  }

  #exponential(row: number, attributes: Attributes): void {
    const writer = this.#writer;
    const point = this.#part.states === "stale" ? undefined : this.#part.ragged?.get(row);
    writeAttributes(writer, 0x0a, attributes);
    this.#times(row);
    if (point !== undefined) this.#exponentialNumbers(point);
    this.#flags(0x50, row, point === undefined ? STALE : VALUE);
    this.#exemplars(0x5a, row);
    if (point === undefined) return;
    this.#doubleValue(0x61, point.min);
    this.#doubleValue(0x69, point.max);
    if (!Object.is(point.zeroThreshold, 0)) this.#doubleValue(0x71, point.zeroThreshold);
  }

  #exponentialNumbers(point: ExponentialPoint): void {
    const writer = this.#writer;
    this.#countValue(0x21, point.count);
    this.#doubleValue(0x29, point.sum);
    if (point.scale !== 0) {
      writer.uint32(0x30);
      writer.sint32(point.scale);
    }
    this.#countValue(0x39, point.zeroCount);
    this.#exponentialBuckets(0x42, point.positive);
    this.#exponentialBuckets(0x4a, point.negative);
  }

  #exponentialBuckets(tag: number, { offset, counts }: ExponentialPoint["positive"]): void {
    if (offset === 0 && counts.length === 0) return;
    const writer = this.#writer;
    writer.uint32(tag);
    const mark = writer.begin();
    if (offset !== 0) {
      writer.uint32(0x08);
      writer.sint32(offset);
    }
    if (counts.length > 0) {
      writer.uint32(0x12);
      const packed = writer.begin();
      for (const count of counts) writer.uint64(count);
      writer.end(packed);
    }
    writer.end(mark);
  }

  #exemplars(tag: number, row: number): void {
    for (const exemplar of this.#part.exemplars?.get(row) ?? []) {
      this.#writer.uint32(tag);
      const mark = this.#writer.begin();
      this.#exemplar(exemplar);
      this.#writer.end(mark);
    }
  }

  #exemplar(exemplar: Exemplar): void {
    const writer = this.#writer;
    writeTime(writer, 0x11, exemplar.ms, exemplar.ns);
    if (exemplar.int === undefined) this.#doubleValue(0x19, exemplar.value);
    writeBytes(writer, 0x22, exemplar.spanId);
    writeBytes(writer, 0x2a, exemplar.traceId);
    if (exemplar.int !== undefined) {
      writer.uint32(0x31);
      writer.fixed64(Number(exemplar.int & 0xffff_ffffn), Number((exemplar.int >> 32n) & 0xffff_ffffn));
    }
    writeAttributes(writer, 0x3a, exemplar.attributes);
  }

  #times(row: number): void {
    const { time, start } = this.#part;
    if (start !== undefined) this.#time(0x11, start, row);
    this.#time(0x19, time, row);
  }
  #time(tag: number, times: Times, row: number): void {
    writeTime(this.#writer, tag, msAt(times, row), nsAt(times, row));
  }

  #count(slot: number): void {
    this.#countValue(0x21, this.#part.slots[slot]!);
  }
  #countValue(tag: number, count: number): void {
    if (!(count >= 1)) return;
    this.#writer.uint32(tag);
    this.#writer.fixedUint64(count);
  }

  /** An optional sum, min or max. In a stale point it is 0, so that its presence stays known. */
  #optional(tag: number, first: number, at: number, pointState: number): void {
    if (at < 0) return;
    if (pointState === STALE) this.#doubleValue(tag, 0);
    else if (stateOf(this.#part, first + at) === VALUE) this.#double(tag, first + at);
  }

  /** A slot bit for bit. */
  #double(tag: number, slot: number): void {
    this.#writer.uint32(tag);
    this.#writer.fixed64(this.#words[2 * slot + LOW_WORD]!, this.#words[2 * slot + HIGH_WORD]!);
  }
  #doubleValue(tag: number, value: number | undefined): void {
    if (value === undefined) return;
    this.#writer.uint32(tag);
    this.#writer.double(value);
  }
  #isZero(slot: number): boolean {
    return this.#words[2 * slot] === 0 && this.#words[2 * slot + 1] === 0;
  }

  #flags(tag: number, row: number, state: number): void {
    const more = this.#part.flags?.get(row) ?? 0;
    writeUint32(this.#writer, tag, (state === STALE ? more | 1 : more) >>> 0);
  }
}

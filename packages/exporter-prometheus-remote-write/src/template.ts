/**
 * The steady tier of remote write 1.0. What a layout gives is the same bytes at every scrape but for its values and its time. So once
 * a layout has come a few times, its request is prepared: compressed as a whole, with room for the numbers at places that are known.
 * Writing it again is copying it and storing the numbers. The general way is always right, and this one gives what it gives: a
 * template is made of what it wrote.
 */
import type { MetricsPart } from "@sluice/data";
import { snappyDecompress } from "@sluice/lib-prometheus";
import { BodyPool } from "./body-pool.ts";
import { sampleBytes } from "./label-bytes.ts";
import { requestBody } from "./request-body.ts";
import { RequestWriter } from "./request-writer.ts";
import { longestEntry, type SeriesTable, tailBytes, valueLiteralTag } from "./series-table.ts";
import { writeCopy, writeLiteral } from "./snappy.ts";

/** A stretch of a layout, ready to be written behind anything: it refers to nothing before itself. */
export interface Block {
  /** Elements of a snappy block. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` the six bytes of the time stand; the other samples copy them. */
  readonly timeAt: number;
  /** Where in `bytes` the eight bytes of each value stand, from the one before, or from 0. */
  readonly steps: Uint16Array;
  /** The slot of each value; a number when they follow each other from there. */
  readonly slots: Int32Array | number;
  readonly rawBytes: number;
  readonly points: number;
}

/** Bytes of labels that make up a block; a copy reaches back 65,535 bytes. */
const blockBytes = 256 * 1024;
const hashBits = 14;
const anyTime = 2 ** 40;
const noValue = new Uint8Array(8);
const noPool = new BodyPool(0);
/** By hash of four bytes: where they stood last, and where the label bytes end in which they stood. */
const positions = new Int32Array(1 << hashBits);
const limits = new Int32Array(1 << hashBits);

/** Whether a part is numbers over rows of its layout and nothing else: what a template can stand for. */
export function isPlain({ states, ragged, exemplars, time }: MetricsPart): boolean {
  return (
    states === undefined &&
    exemplars === undefined &&
    time.msOf === undefined &&
    (ragged === undefined || ragged.size === 0)
  );
}

/**
 * The blocks of the rows of a layout all of whose ids are registered, none larger than a request of `maxBytes`; undefined when one would be, or
 * when one of its points is refused or not made of slots.
 */
export function prepare(
  { layout, rows }: Pick<MetricsPart, "layout" | "rows">,
  table: SeriesTable,
  maxBytes: number,
): readonly Block[] | undefined {
  const writer = new RequestWriter(noPool);
  const enough = Math.min(blockBytes, maxBytes / 2);
  const blocks: Block[] = [];
  const slots: number[] = [];
  const end = (): void => {
    const item = writer.take(0, "");
    if (item === undefined) return;
    blocks.push(blockOf(snappyDecompress(requestBody([item]), item.rawBytes), slots.splice(0), item.points));
  };
  for (const row of rows ?? layout.ids.keys()) {
    const id = layout.ids[row]!;
    const first = table.base[id]! - 1;
    if (first < 0) return undefined;
    const plan = table.planOf(id);
    for (const [k, { slot }] of plan.entries()) {
      if (slot < 0 || table.entry[first + k]! > longestEntry) return undefined;
      writer.put(table, first + k, noValue, anyTime);
      slots.push(layout.at[row]! + slot);
    }
    if (plan.length > 0) writer.points++;
    if (writer.rawBytes >= enough) end();
  }
  end();
  return blocks.some(({ rawBytes }) => rawBytes > maxBytes) ? undefined : blocks;
}

/** Compresses series whose values and times are not to be referred to. */
function blockOf(raw: Uint8Array, slots: readonly number[], points: number): Block {
  const out = new Uint8Array(Math.ceil((raw.length * 7) / 6) + 16 * slots.length + 16);
  const steps = new Uint16Array(slots.length);
  positions.fill(-1);
  let at = 0;
  let before = 0;
  let timeAt = 0;
  for (let n = 0, start = 0; n < slots.length; n++) {
    const end = endOfSeries(raw, start);
    at = compressHead(raw, start, end - sampleBytes, out, at);
    if (n === 0) {
      at = writeLiteral(out, at, raw, end - sampleBytes, end);
      timeAt = at - sampleBytes + 3;
    } else {
      at = writeCopy(out, at, end - start, tailBytes);
      out[at] = valueLiteralTag;
      at += 9;
    }
    steps[n] = at - 8 - before;
    before = at - 8;
    start = end;
  }
  const first = slots[0]!;
  const inTurn = slots.every((slot, n) => slot === first + n);
  return {
    bytes: out.slice(0, at),
    timeAt,
    steps,
    slots: inTurn ? first : Int32Array.from(slots),
    rawBytes: raw.length,
    points,
  };
}

/** End of the series that begins at `start` with its tag and length. */
function endOfSeries(raw: Uint8Array, start: number): number {
  let length = 0;
  let at = start + 1;
  for (let scale = 1; ; scale *= 128) {
    const byte = raw[at++]!;
    length += (byte & 127) * scale;
    if (byte < 128) return at + length;
  }
}

/** Greedy, one candidate a hash; refers to heads only. */
function compressHead(raw: Uint8Array, start: number, end: number, out: Uint8Array, to: number): number {
  let p = to;
  let literal = start;
  let i = start;
  while (i + 4 <= end) {
    const four = fourAt(raw, i);
    const hash = Math.imul(four, 0x1e35a7bd) >>> (32 - hashBits);
    const candidate = positions[hash]!;
    const limit = candidate >= start ? end : limits[hash]!;
    positions[hash] = i;
    limits[hash] = end;
    if (candidate < 0 || i - candidate > 65_535 || candidate + 4 > limit || fourAt(raw, candidate) !== four) {
      i++;
      continue;
    }
    let length = 4;
    while (i + length < end && candidate + length < limit && raw[candidate + length] === raw[i + length]) length++;
    p = writeLiteral(out, p, raw, literal, i);
    p = writeCopy(out, p, i - candidate, length);
    i += length;
    literal = i;
  }
  return writeLiteral(out, p, raw, literal, end);
}

function fourAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

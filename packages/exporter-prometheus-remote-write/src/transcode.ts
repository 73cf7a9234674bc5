/**
 * Our own requests of remote write 2.0, read again: to join several into one, which needs one table of symbols, and to send as 1.0
 * what a backend does not take as 2.0. Numbers, histograms and exemplars are copied byte by byte.
 */
import { WireError, WireReader, WireWriter } from "@sluice/data";
import { compareText, isLegacyMetricName, labelName, snappyDecompress } from "@sluice/lib-prometheus";
import type { Item } from "@sluice/lib-sending";
import { BodyPool } from "./body-pool.ts";

import { lengthRoom, requestBody } from "./request-body.ts";
import { packed } from "./request-writer-2.ts";
import type { WriteItem } from "./series-writer.ts";
import { compress } from "./snappy-block.ts";
import { SymbolPool } from "./symbol-pool.ts";
import { readKey } from "./version.ts";

const unpooled = new BodyPool(0);
const SYMBOL = 0x22;
const SERIES = 0x2a;
/** Far more than what we write. */
const MAX_RAW_BYTES = 2 ** 30;

/** The body of one request of 2.0 for all these items. `seed` is a number that no target knows: it begins the hashes of symbols. */
export function requestBody2(items: readonly Item[], seed: number): Uint8Array {
  return requestBody(items.length === 1 ? items : [joined(items, seed)]);
}

function joined(items: readonly Item[], seed: number): Item {
  const symbols = new SymbolPool(seed);
  const out = new WireWriter(65536);
  for (const item of items) {
    const raw = rawOf(item);
    const refs: number[] = [];
    const reader = new WireReader(raw);
    while (reader.find(SYMBOL)) {
      const from = reader.pos;
      const to = from + lengthOf(reader);
      reader.pos = to;
      refs.push(symbols.intern(raw, from, to, symbols.hash(raw, from, to)));
    }
    const series = new WireReader(raw);
    while (series.find(SERIES)) {
      out.uint32(SERIES);
      within(series, out, (tag) => copyReferring(series, out, tag, refs));
    }
  }
  const body = packed(symbols, { bytes: out.bytes, at: out.pos }, unpooled);
  return { ...items[0]!, body, rawBytes: symbols.used + out.pos };
}

/** Bytes of the length that stands next and of what it is the length of. */
function lengthOf(reader: WireReader): number {
  const from = reader.pos;
  reader.view();
  return reader.pos - from;
}

/** Copies a field of a series with other numbers for its symbols. */
function copyReferring(reader: WireReader, out: WireWriter, tag: number, refs: readonly number[]): void {
  out.uint32(tag);
  if (tag === 0x0a) copyRefs(reader, out, refs);
  else if (tag === 0x22) {
    within(reader, out, (inner) => {
      out.uint32(inner);
      if (inner === 0x0a) copyRefs(reader, out, refs);
      else copyValue(reader, out, inner);
    });
  } else if (tag === 0x2a) {
    within(reader, out, (inner) => {
      out.uint32(inner);
      if (inner === 0x18 || inner === 0x20) out.uint32(at(refs, reader.uint32()));
      else copyValue(reader, out, inner);
    });
  } else copyValue(reader, out, tag);
}

function copyRefs(reader: WireReader, out: WireWriter, refs: readonly number[]): void {
  const outer = reader.enter();
  const mark = out.begin();
  while (reader.more()) out.uint32(at(refs, reader.uint32()));
  out.end(mark);
  reader.leave(outer);
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new WireError(`reference to symbol ${index} of ${list.length}`);
  return found;
}

function copyValue(reader: WireReader, out: WireWriter, tag: number): void {
  const from = reader.pos;
  reader.skip(tag);
  out.raw(reader.bytes.subarray(from, reader.pos));
}

/** Reads a message field by field, and writes one in its place. */
function within(reader: WireReader, out: WireWriter, field: (tag: number) => void): void {
  const outer = reader.enter();
  const mark = out.begin();
  while (reader.more()) field(reader.tag());
  out.end(mark);
  reader.leave(outer);
}

/**
 * The items of 1.0 that say the same as one of 2.0, each of `maxBytes` at most before compression, unless it is a single series. Start times and metadata
 * have no place in them; names that only 2.0 knows are escaped. Throws WireError when the bytes are not ours.
 */
export function downgraded(item: WriteItem, maxBytes: number): WriteItem[] {
  const raw = rawOf(item);
  const symbols: string[] = [];
  const reader = new WireReader(raw);
  while (reader.find(SYMBOL)) symbols.push(reader.text());
  const items: WriteItem[] = [];
  const out = new WireWriter(65536);
  const one = new WireWriter(1024);
  const counts = { ...nothing };
  const left = { items: item.items, points: item.points };
  const take = (): void => {
    const count = counts.samples + counts.histograms;
    // Which ones they are nobody remembers.
    const points = count >= left.items ? left.points : Math.floor((left.points * count) / left.items);
    left.items -= count;
    left.points -= points;
    items.push({ ...bodyOf(out), items: count, ...ofKinds(counts), points, ...place(item) });
    out.reset();
    Object.assign(counts, nothing);
  };
  const series = new WireReader(raw);
  while (series.find(SERIES)) {
    const found = { ...nothing };
    one.reset();
    one.uint32(0x0a);
    within(series, one, (tag) => downgrade(series, one, tag, symbols, found));
    if (out.pos > 0 && out.pos + one.pos > maxBytes) take();
    out.raw(one.bytes.subarray(0, one.pos));
    counts.samples += found.samples;
    counts.histograms += found.histograms;
    counts.exemplars += found.exemplars;
  }
  if (out.pos > 0) take();
  if (left.items !== 0) throw new WireError(`request of ${item.items} items with ${item.items - left.items}`);
  return items;
}

const nothing = { samples: 0, histograms: 0, exemplars: 0 };
const ofKinds = ({ histograms, exemplars }: { histograms: number; exemplars: number }) => ({ histograms, exemplars });
const place = ({ lane, key }: Item) => ({ lane, key: readKey(key).headers });

function bodyOf(out: WireWriter): Pick<Item, "body" | "rawBytes"> {
  const body = new Uint8Array(lengthRoom + Math.ceil((out.pos * 7) / 6) + 64);
  const end = compress(out.bytes, 0, out.pos, body, lengthRoom);
  return { body: body.slice(0, end), rawBytes: out.pos };
}

function downgrade(
  reader: WireReader,
  out: WireWriter,
  tag: number,
  symbols: readonly string[],
  counts: { samples: number; histograms: number; exemplars: number },
): void {
  if (tag === 0x0a) writeLabels(out, readLabels(reader, symbols));
  else if (tag === 0x12) {
    counts.samples++;
    out.uint32(0x12);
    copyWithout(reader, out, 0x18);
  } else if (tag === 0x1a) {
    counts.histograms++;
    out.uint32(0x22);
    copyWithout(reader, out, 17 << 3);
  } else if (tag === 0x22) {
    counts.exemplars++;
    out.uint32(0x1a);
    within(reader, out, (inner) => {
      if (inner === 0x0a) writeLabels(out, readLabels(reader, symbols));
      else {
        out.uint32(inner);
        copyValue(reader, out, inner);
      }
    });
  } else reader.skip(tag);
}

/** A message without the field that only 2.0 has. */
function copyWithout(reader: WireReader, out: WireWriter, unwanted: number): void {
  within(reader, out, (tag) => {
    if (tag === unwanted) reader.skip(tag);
    else {
      out.uint32(tag);
      copyValue(reader, out, tag);
    }
  });
}

/** Labels with names that 1.0 has, in order; of two that become one name the first holds. */
function readLabels(reader: WireReader, symbols: readonly string[]): [string, string][] {
  const labels = new Map<string, string>();
  const outer = reader.enter();
  while (reader.more()) {
    const key = at(symbols, reader.uint32());
    const value = at(symbols, reader.uint32());
    const name = labelName(key) ?? "_";
    if (!labels.has(name)) labels.set(name, name === "__name__" ? plainMetricName(value) : value);
  }
  reader.leave(outer);
  return [...labels].sort(([a], [b]) => compareText(a, b));
}

function writeLabels(out: WireWriter, labels: readonly (readonly [string, string])[]): void {
  for (const [name, value] of labels) {
    out.uint32(0x0a);
    const mark = out.begin();
    out.uint32(0x0a);
    out.text(name);
    out.uint32(0x12);
    out.text(value);
    out.end(mark);
  }
}

function rawOf({ body, rawBytes }: Item): Uint8Array {
  // Its length is written when it is sent.
  return snappyDecompress(requestBody([{ body: body.slice(), rawBytes } as Item]), MAX_RAW_BYTES);
}

/** A metric's name in remote write 2.0 as one that 1.0 has; what is valid stays. */
function plainMetricName(name: string): string {
  if (isLegacyMetricName(name)) return name;
  const plain = name
    .split(/[^a-zA-Z0-9_:]+/)
    .filter((piece) => piece !== "")
    .join("_");
  return plain === "" || /^[0-9]/.test(plain) ? `_${plain}` : plain;
}

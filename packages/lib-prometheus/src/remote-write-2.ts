import { WireError, WireReader } from "@sluice/data";
import type {
  WriteRequest,
  WrittenExemplar,
  WrittenHistogram,
  WrittenSample,
  WrittenSeries,
  WrittenSeriesMetadata,
} from "./remote-write.ts";
import { readHistogram } from "./remote-write-histogram.ts";
import { decodeText, Entries, metadataType, readInt64, readSample, within } from "./remote-write-read.ts";
import type { LabelPairs } from "./series.ts";
import { SymbolPlaces } from "./symbol-places.ts";

/**
 * How many bytes all labels of a request may have once they are written out: a symbol of a megabyte that stands in a million series
 * takes a few megabytes of wire. A request of a gigabyte of labels, say, is far beyond what senders make.
 */
const MAX_TEXT_BYTES = 2 ** 30;

const SERIES = 0x2a;

/** Reads an `io.prometheus.write.v2.Request`; also the start time of series that its first drafts had. */
export function readWriteRequest2(bytes: Uint8Array): WriteRequest {
  return { timeseries: { [Symbol.iterator]: () => seriesOf(bytes) }, metadata: [] };
}

function* seriesOf(bytes: Uint8Array): Generator<WrittenSeries> {
  // All of them first: nothing says that they stand before the series.
  const symbols = new Symbols(bytes);
  const reader = new WireReader(bytes);
  while (reader.find(SERIES)) yield within(reader, () => readSeries(reader, symbols));
}

/** The symbols of a request: found at once, decoded when first needed. */
class Symbols {
  readonly #places = new SymbolPlaces();
  readonly #texts: (string | undefined)[] = [];
  #left = MAX_TEXT_BYTES;

  constructor(bytes: Uint8Array) {
    this.#places.read(bytes);
  }

  text(ref: number): string {
    const symbol = this.#places.view(ref);
    if (symbol === undefined) throw new WireError(`reference to symbol ${ref} of ${this.#places.count}`);
    this.#left -= symbol.length;
    if (this.#left < 0) throw new WireError(`request of more than ${MAX_TEXT_BYTES} bytes of labels`);
    this.#texts[ref] ??= decodeText(symbol);
    return this.#texts[ref];
  }

  pairs(refs: readonly number[]): LabelPairs {
    if (refs.length % 2 === 1) throw new WireError("label name without a value");
    const pairs: LabelPairs = [];
    for (let i = 0; i < refs.length; i += 2) pairs.push([this.text(refs[i]!), this.text(refs[i + 1]!)]);
    return pairs;
  }
}

function readSeries(reader: WireReader, symbols: Symbols): WrittenSeries {
  const refs: number[] = [];
  const samples: WrittenSample[] = [];
  const histograms: WrittenHistogram[] = [];
  const exemplars: WrittenExemplar[] = [];
  const count = new Entries();
  let metadata: WrittenSeriesMetadata | undefined;
  let startMs = 0;
  while (reader.more()) {
    const tag = reader.tag();
    count.add();
    if (readRefs(reader, tag, refs, count)) continue;
    if (tag === 0x12) samples.push(within(reader, readSample));
    else if (tag === 0x1a) histograms.push(within(reader, () => readHistogram(reader, count)));
    else if (tag === 0x22) exemplars.push(within(reader, () => readExemplar(reader, symbols, count)));
    else if (tag === 0x2a) metadata = within(reader, () => readMetadata(reader, symbols));
    else if (tag === 0x30) startMs = readInt64(reader);
    else reader.skip(tag);
  }
  return {
    labels: symbols.pairs(refs),
    samples: withStart(samples, startMs),
    histograms: withStart(histograms, startMs),
    exemplars,
    metadata,
  };
}

/** References, packed or not; false = another field. */
function readRefs(reader: WireReader, tag: number, refs: number[], count: Entries): boolean {
  if (tag === 0x08) {
    refs.push(reader.uint32());
    return true;
  }
  if (tag !== 0x0a) return false;
  const outer = reader.enter();
  while (reader.more()) {
    count.add();
    refs.push(reader.uint32());
  }
  reader.leave(outer);
  return true;
}

/** The start time of a series (2.0's drafts had it there) holds for what says nothing itself. */
function withStart<T extends { readonly startMs: number }>(list: readonly T[], startMs: number): readonly T[] {
  return startMs === 0 ? list : list.map((each) => (each.startMs === 0 ? { ...each, startMs } : each));
}

function readExemplar(reader: WireReader, symbols: Symbols, count: Entries): WrittenExemplar {
  const refs: number[] = [];
  let value = 0;
  let timestampMs = 0;
  while (reader.more()) {
    const tag = reader.tag();
    count.add();
    if (readRefs(reader, tag, refs, count)) continue;
    if (tag === 0x11) value = reader.double();
    else if (tag === 0x18) timestampMs = readInt64(reader);
    else reader.skip(tag);
  }
  return { labels: symbols.pairs(refs), value, timestampMs };
}

function readMetadata(reader: WireReader, symbols: Symbols): WrittenSeriesMetadata {
  let type = 0;
  let help = 0;
  let unit = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) type = reader.uint32();
    else if (tag === 0x18) help = reader.uint32();
    else if (tag === 0x20) unit = reader.uint32();
    else reader.skip(tag);
  }
  return { type: metadataType(type), help: symbols.text(help), unit: symbols.text(unit) };
}

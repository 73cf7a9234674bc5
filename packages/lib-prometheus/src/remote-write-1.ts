import { WireReader } from "@sluice/data";
import type {
  WriteRequest,
  WrittenExemplar,
  WrittenHistogram,
  WrittenMetadata,
  WrittenSample,
  WrittenSeries,
} from "./remote-write.ts";
import { readHistogram } from "./remote-write-histogram.ts";
import { decodeText, Entries, metadataType, readInt64, readSample, within } from "./remote-write-read.ts";
import type { LabelPairs } from "./series.ts";

/** Reads a `prometheus.WriteRequest`. */
export function readWriteRequest1(bytes: Uint8Array): WriteRequest {
  return {
    timeseries: { [Symbol.iterator]: () => entries(bytes, 0x0a, readSeries) },
    metadata: { [Symbol.iterator]: () => entries(bytes, 0x1a, readMetadata) },
  };
}

function* entries<T>(bytes: Uint8Array, wanted: number, read: (reader: WireReader) => T): Generator<T> {
  const reader = new WireReader(bytes);
  while (reader.find(wanted)) yield within(reader, read);
}

function readSeries(reader: WireReader): WrittenSeries {
  const labels: LabelPairs = [];
  const samples: WrittenSample[] = [];
  const exemplars: WrittenExemplar[] = [];
  const histograms: WrittenHistogram[] = [];
  const count = new Entries();
  while (reader.more()) {
    const tag = reader.tag();
    count.add();
    if (tag === 0x0a) labels.push(within(reader, readLabel));
    else if (tag === 0x12) samples.push(within(reader, readSample));
    else if (tag === 0x1a) exemplars.push(within(reader, () => readExemplar(reader, count)));
    else if (tag === 0x22) histograms.push(within(reader, () => readHistogram(reader, count)));
    else reader.skip(tag);
  }
  return { labels, samples, histograms, exemplars, metadata: undefined };
}

function readLabel(reader: WireReader): [name: string, value: string] {
  let name = "";
  let value = "";
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) name = decodeText(reader.view());
    else if (tag === 0x12) value = decodeText(reader.view());
    else reader.skip(tag);
  }
  return [name, value];
}

function readExemplar(reader: WireReader, count: Entries): WrittenExemplar {
  const labels: LabelPairs = [];
  let value = 0;
  let timestampMs = 0;
  while (reader.more()) {
    const tag = reader.tag();
    count.add();
    if (tag === 0x0a) labels.push(within(reader, readLabel));
    else if (tag === 0x11) value = reader.double();
    else if (tag === 0x18) timestampMs = readInt64(reader);
    else reader.skip(tag);
  }
  return { labels, value, timestampMs };
}

function readMetadata(reader: WireReader): WrittenMetadata {
  let type = 0;
  let family = "";
  let help = "";
  let unit = "";
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) type = reader.uint32();
    else if (tag === 0x12) family = decodeText(reader.view());
    else if (tag === 0x22) help = decodeText(reader.view());
    else if (tag === 0x2a) unit = decodeText(reader.view());
    else reader.skip(tag);
  }
  return { type: metadataType(type), family, help, unit };
}

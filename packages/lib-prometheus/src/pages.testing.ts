/** For tests: everything a scanner says of a page, as plain data. */
import { readFileSync } from "node:fs";
import {
  END,
  type LabelPairs,
  type PageFormat,
  PageScanner,
  ParseError,
  parseExemplar,
  parseMetadataName,
  parseMetadataText,
  parseSeries,
  SERIES,
} from "./index.ts";

/** An entry of a page. Numbers are bits, so that -0 and NaN can be compared. */
export type Entry =
  | { kind: "help" | "type" | "unit"; name: string; text: string }
  | { kind: "series"; name: string; labels: LabelPairs; bits: string; timestamp?: number; exemplar?: EntryExemplar };
export interface EntryExemplar {
  labels: LabelPairs;
  bits: string;
  timestamp?: number;
}

const KINDS = ["", "", "type", "help", "unit"] as const;

/** Bits of a double as 16 hex digits, with one NaN. */
export function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return Number.isNaN(value) ? "7ff8000000000001" : view.getBigUint64(0).toString(16).padStart(16, "0");
}

/** The entries of a page, up to the first error. */
export function scan(
  page: string | Uint8Array,
  format: PageFormat,
): { entries: Entry[]; error?: string; line?: number } {
  const bytes = typeof page === "string" ? new TextEncoder().encode(page) : page;
  const scanner = new PageScanner(format);
  scanner.reset(bytes, bytes.length);
  const entries: Entry[] = [];
  try {
    for (let kind = scanner.next(); kind !== END; kind = scanner.next())
      entries.push(entryAt(scanner, kind, bytes, format));
    return { entries };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { entries, error: error.message, line: error.line };
  }
}

/** What a scanner stands behind. */
export function entryAt(scanner: PageScanner, kind: number, bytes: Uint8Array, format: PageFormat): Entry {
  if (kind !== SERIES) {
    const name = parseMetadataName(bytes, scanner.nameFrom, scanner.nameTo);
    const text = parseMetadataText(bytes, scanner.textFrom, scanner.textTo, format);
    return { kind: KINDS[kind] as "help", name, text };
  }
  const entry: Entry = {
    kind: "series",
    ...parseSeries(bytes, scanner.seriesFrom, scanner.seriesTo),
    bits: bitsOf(scanner.value),
    ...(scanner.hasTimestamp && { timestamp: scanner.timestampMs }),
  };
  if (scanner.exemplarFrom < 0) return entry;
  const { labels, value, timestampMs } = parseExemplar(bytes, scanner.exemplarFrom, scanner.exemplarTo);
  const exemplar = { labels, bits: bitsOf(value), ...(timestampMs !== undefined && { timestamp: timestampMs }) };
  return { ...entry, exemplar };
}

/** A file of the package's testdata. */
export function testdata(path: string): Uint8Array {
  return readFileSync(new URL(`../testdata/${path}`, import.meta.url));
}

/** A JSON file of the package's testdata. */
export function testvectors<T>(name: string): T {
  return JSON.parse(new TextDecoder().decode(testdata(`vectors/${name}`))) as T;
}

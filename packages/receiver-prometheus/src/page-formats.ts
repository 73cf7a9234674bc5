import { CustomScanner, type PageFormat, PageScanner, ProtobufScanner } from "@sluice/lib-prometheus";
import { bytesRead, type LineTexts } from "./line-texts.ts";
import type { HistogramSettings } from "./native-samples.ts";

/** How a page is written. */
export type ScrapeFormat = PageFormat | "protobuf";

/** A scanner whose lines may be native histograms, and which keeps exemplars in a list. */
export type HistogramScanner = ProtobufScanner | CustomScanner;

/** Shared by all targets: a page is read in one go. */
const plain: Readonly<Record<PageFormat, PageScanner>> = {
  text: new PageScanner("text"),
  openmetrics: new PageScanner("openmetrics"),
};
const custom: Readonly<Record<PageFormat, CustomScanner>> = {
  text: new CustomScanner("text"),
  openmetrics: new CustomScanner("openmetrics"),
};
const protobuf = new ProtobufScanner();

/** A page that is being read. */
export interface OpenPage {
  readonly scanner: PageScanner | HistogramScanner;
  /** The scanner, when its lines may be native histograms. */
  readonly histograms: HistogramScanner | undefined;
  /** The scanner, when its lines are nothing but numbers. */
  readonly plain: PageScanner | undefined;
  /** The escapes of its HELP texts. */
  readonly textFormat: PageFormat;
}

/** Sets the scanner for a page to its beginning. */
export function openPage(
  bytes: Uint8Array,
  length: number,
  format: ScrapeFormat,
  settings: HistogramSettings,
): OpenPage {
  if (format === "protobuf") {
    protobuf.reset(bytes, length, settings);
    return { scanner: protobuf, histograms: protobuf, plain: undefined, textFormat: "openmetrics" };
  }
  if (settings.custom) {
    custom[format].reset(bytes, length, settings.classic);
    return { scanner: custom[format], histograms: custom[format], plain: undefined, textFormat: format };
  }
  plain[format].reset(bytes, length);
  return { scanner: plain[format], histograms: undefined, plain: plain[format], textFormat: format };
}

/**
 * Whether the page goes on with the series of a row; then it is scanned. `previous` = the row of the series scanned last, or -1: what
 * two neighbours share is looked up on the page, where it has just been read.
 */
export function tryRow({ scanner, plain: lines }: OpenPage, texts: LineTexts, row: number, previous: number): boolean {
  const from = texts.from[row]!;
  const to = texts.from[row + 1]!;
  const keep = texts.keep[row]!;
  if (keep === 0) return scanner.tryKnown(texts.own, from, to);
  if (lines !== undefined && previous === row - texts.back[row]!)
    return lines.tryFollowing(keep, texts.tail[row]!, texts.own, from, to);
  const length = texts.read(row);
  return scanner.tryKnown(bytesRead(), 0, length);
}

import { CustomScanner, type PageFormat, PageScanner, ProtobufScanner } from "@sluice/lib-prometheus";
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
    return { scanner: protobuf, histograms: protobuf, textFormat: "openmetrics" };
  }
  if (settings.custom) {
    custom[format].reset(bytes, length, settings.classic);
    return { scanner: custom[format], histograms: custom[format], textFormat: format };
  }
  plain[format].reset(bytes, length);
  return { scanner: plain[format], histograms: undefined, textFormat: format };
}

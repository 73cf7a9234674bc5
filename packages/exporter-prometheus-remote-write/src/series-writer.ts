import type { Item } from "@sluice/lib-sending";
import type { ExemplarLine } from "./exemplars.ts";
import type { Moment } from "./native-histogram.ts";
import type { SeriesTable } from "./series-table.ts";
import type { WriteVersion } from "./version.ts";

export type { Moment };

/** A request in the queue: what it holds beside samples, as far as that is known. Its `items` are samples and histograms. */
export interface WriteItem extends Item {
  readonly histograms?: number;
  readonly exemplars?: number;
}

/** Writes series into one request after the other. Start times and metadata are written by 2.0 only. */
export interface SeriesWriter {
  readonly version: WriteVersion;
  /** Bytes so far, before compression. */
  readonly rawBytes: number;
  /** Bytes by which a series may take more than its table's `entry` says. */
  readonly room: number;
  /** Points of which something was written; counted by the caller. */
  points: number;
  /** Makes ready what is needed of a new id's series while its label bytes are at hand; `before` is the series before its first, or -1. */
  learn(table: SeriesTable, id: number, before: number): void;
  /** Appends a sample: eight bytes of value (little endian). Times in milliseconds; start 0 = not set. */
  put(table: SeriesTable, s: number, value: Uint8Array, ms: number, startMs: number): void;
  /** The same with exemplars. */
  putSample(table: SeriesTable, s: number, value: Uint8Array, moment: Moment, exemplars: readonly ExemplarLine[]): void;
  /** Appends a native histogram, given as its message. */
  putHistogram(table: SeriesTable, s: number, histogram: Uint8Array, exemplars: readonly ExemplarLine[]): void;
  /** Appends a series that has exemplars and no sample; false = the version has no place for it. */
  putExemplars(table: SeriesTable, s: number, exemplars: readonly ExemplarLine[]): boolean;
  /** Appends a sample of a series that nothing is remembered of: `target_info`. */
  putLabels(labels: readonly (readonly [string, string])[], value: Uint8Array, ms: number): void;
  /** Takes the request and begins the next one; undefined when nothing was written. */
  take(lane: number, key: string): WriteItem | undefined;
  /** Forgets what was written, and begins a request. */
  clear(): void;
}

/** What both messages of remote write have in common, read without making objects. */
import type { WireReader } from "@sluice/data";

/** The sample or exemplar read last. A double stays in two halves, since a number does not keep a NaN's payload. */
export interface SampleFields {
  lo: number;
  hi: number;
  ms: number;
  startMs: number;
}

/** Reads a `Sample`; start times stand in 2.0 only. */
export function readSample(reader: WireReader, to: SampleFields): void {
  to.lo = to.hi = to.ms = to.startMs = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x09) {
      reader.fixed64();
      to.lo = reader.lo;
      to.hi = reader.hi;
    } else if (tag === 0x10) to.ms = readInt64(reader);
    else if (tag === 0x18) to.startMs = readInt64(reader);
    else reader.skip(tag);
  }
  reader.leave(outer);
}

/** Exact up to 2^53. */
export function readInt64(reader: WireReader): number {
  reader.varint64();
  return (reader.hi | 0) * 0x1_0000_0000 + reader.lo;
}

import { WireReader } from "@sluice/data";
import type { Announced } from "./announced.ts";
import type { KeyTable } from "./key-table.ts";
import { typeName } from "./metric.ts";
import { type Reason, textOf } from "./series-labels.ts";

/** Labels of a series that is taken, in bytes. */
export const MAX_LABEL_BYTES = 64 << 10;

const LABEL = 0x0a;
const NONE = new Uint8Array(0);

/** What a series of 1.0 is found by: the bytes of its labels as they stand on the wire. */
export class KeyOf1 {
  bytes: Uint8Array = NONE;
  from = 0;
  to = 0;
  /** The number of the series; -1 = it was never seen. */
  series = -1;

  /** Finds the series at which the reader stands, and passes over it; gives why it is not taken. */
  find(reader: WireReader, keys: KeyTable): Reason | undefined {
    const start = reader.pos;
    this.bytes = reader.bytes;
    this.from = this.to = start;
    let pieces = 0;
    while (reader.more()) {
      const before = reader.pos;
      const tag = reader.tag();
      reader.skip(tag);
      if (tag !== LABEL) continue;
      if (pieces === 0) this.from = before;
      if (pieces === 0 || this.to !== before) pieces++;
      this.to = reader.pos;
    }
    if (pieces > 1) this.#join(start);
    if (this.to - this.from > MAX_LABEL_BYTES) return "labels_too_long";
    this.series = keys.find(this.bytes, this.from, this.to);
    return undefined;
  }

  /** Lets the request go. */
  end(): void {
    this.bytes = NONE;
  }

  /** Other fields stand between the labels: these alone are the key. */
  #join(start: number): void {
    const joined = new Uint8Array(this.to - start);
    const reader = new WireReader(this.bytes, start, this.to);
    let length = 0;
    while (reader.more()) {
      const before = reader.pos;
      const tag = reader.tag();
      reader.skip(tag);
      if (tag !== LABEL) continue;
      joined.set(this.bytes.subarray(before, reader.pos), length);
      length += reader.pos - before;
    }
    this.bytes = joined;
    this.from = 0;
    this.to = length;
  }
}

/** Reads a `MetricMetadata`. What is no UTF-8 is passed over: metadata is help, not data. */
export function readMetadata(reader: WireReader, announced: Announced): void {
  let type = 0;
  let family: string | undefined = "";
  let help: string | undefined = "";
  let unit: string | undefined = "";
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) type = reader.uint32();
    else if (tag === 0x12) family = textOf(reader.view());
    else if (tag === 0x22) help = textOf(reader.view());
    else if (tag === 0x2a) unit = textOf(reader.view());
    else reader.skip(tag);
  }
  reader.leave(outer);
  if (family === undefined || family === "" || help === undefined || unit === undefined) return;
  announced.announce(family, { type: typeName(type), help, unit });
}

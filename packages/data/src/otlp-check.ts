/**
 * A full walk over OTLP wire bytes that decodes nothing: what passes here can be decoded later without an error. Cheap enough
 * to be done on receipt.
 */
import type { Signal } from "./model.ts";
import { WireError, WireReader } from "./wire-reader.ts";

/** What a length-delimited field holds, by tag; every other field is passed over. Text and bytes need no entry. */
interface Message {
  readonly [tag: number]: Message | "doubles" | "varints";
}

/** The tag of a length-delimited field. */
const tagOf = (field: number): number => (field << 3) | 2;

const VALUE: Record<number, Message> = {};
const KEY_VALUE: Message = { [tagOf(2)]: VALUE };
VALUE[tagOf(5)] = { [tagOf(1)]: VALUE };
VALUE[tagOf(6)] = { [tagOf(1)]: KEY_VALUE };

const RESOURCE: Message = { [tagOf(1)]: KEY_VALUE };
const SCOPE: Message = { [tagOf(3)]: KEY_VALUE };
const EXEMPLAR: Message = { [tagOf(7)]: KEY_VALUE };
const BUCKETS: Message = { [tagOf(2)]: "varints" };
const NUMBER_POINT: Message = { [tagOf(5)]: EXEMPLAR, [tagOf(7)]: KEY_VALUE };
const HISTOGRAM_POINT: Message = {
  [tagOf(6)]: "doubles",
  [tagOf(7)]: "doubles",
  [tagOf(8)]: EXEMPLAR,
  [tagOf(9)]: KEY_VALUE,
};
const EXPONENTIAL_POINT: Message = {
  [tagOf(1)]: KEY_VALUE,
  [tagOf(8)]: BUCKETS,
  [tagOf(9)]: BUCKETS,
  [tagOf(11)]: EXEMPLAR,
};
const SUMMARY_POINT: Message = { [tagOf(6)]: {}, [tagOf(7)]: KEY_VALUE };
const METADATA = tagOf(12);
/** The points (field 1) of each kind of data a Metric can have. */
const POINT_OF_DATA: Readonly<Record<number, Message>> = {
  [tagOf(5)]: NUMBER_POINT,
  [tagOf(7)]: NUMBER_POINT,
  [tagOf(9)]: HISTOGRAM_POINT,
  [tagOf(10)]: EXPONENTIAL_POINT,
  [tagOf(11)]: SUMMARY_POINT,
};
const EVENT: Message = { [tagOf(3)]: KEY_VALUE };
const LINK: Message = { [tagOf(4)]: KEY_VALUE };
const SPAN: Message = { [tagOf(9)]: KEY_VALUE, [tagOf(11)]: EVENT, [tagOf(13)]: LINK, [tagOf(15)]: {} };
const LOG_RECORD: Message = { [tagOf(5)]: VALUE, [tagOf(6)]: KEY_VALUE };

/** Walks one message to its end. Throws `WireError`. */
function walk(reader: WireReader, message: Message): void {
  while (reader.more()) {
    const tag = reader.tag();
    const field = message[tag];
    if (field === undefined) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    if (field === "varints") while (reader.more()) reader.varint64();
    else if (field !== "doubles") walk(reader, field);
    else if ((reader.end - reader.pos) % 8 !== 0) throw new WireError("packed numbers of a broken length");
    reader.leave(outer);
  }
}

/** Walks a Span or LogRecord that was entered. */
export function checkRecord(reader: WireReader, signal: "traces" | "logs"): void {
  walk(reader, signal === "traces" ? SPAN : LOG_RECORD);
}

/** Walks a whole Export*ServiceRequest and returns how many data points, spans or log records it holds. Throws `WireError`. */
export function checkRequest(signal: Signal, bytes: Uint8Array): number {
  const reader = new WireReader(bytes);
  return countIn(reader, 0x0a, () => countResource(reader, signal));
}

function countResource(reader: WireReader, signal: Signal): number {
  return countIn(reader, 0x12, () => countScope(reader, signal), RESOURCE);
}

function countScope(reader: WireReader, signal: Signal): number {
  const countItem = () => {
    if (signal === "metrics") return countMetric(reader);
    checkRecord(reader, signal);
    return 1;
  };
  return countIn(reader, 0x12, countItem, SCOPE);
}

/** Sums `count` over the fields `tag` of the message being read; field 1, if it is something else, is walked as `first`. */
function countIn(reader: WireReader, tag: number, count: () => number, first?: Message): number {
  let items = 0;
  while (reader.more()) {
    const found = reader.tag();
    if (found !== tag && (found !== 0x0a || first === undefined)) {
      reader.skip(found);
      continue;
    }
    const outer = reader.enter();
    if (found === tag) items += count();
    else walk(reader, first!);
    reader.leave(outer);
  }
  return items;
}

/** Of several data fields in one Metric the last one counts, as for the decoder. */
function countMetric(reader: WireReader): number {
  let points = 0;
  while (reader.more()) {
    const tag = reader.tag();
    const point = tag === METADATA ? KEY_VALUE : POINT_OF_DATA[tag];
    if (point === undefined) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    if (tag === METADATA) walk(reader, point);
    else points = countPoints(reader, point);
    reader.leave(outer);
  }
  return points;
}

function countPoints(reader: WireReader, point: Message): number {
  return countIn(reader, 0x0a, () => {
    walk(reader, point);
    return 1;
  });
}

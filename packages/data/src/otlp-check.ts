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

const VALUE: Record<number, Message> = {};
const KEY_VALUE: Message = { 18: VALUE };
VALUE[0x2a] = { 10: VALUE };
VALUE[0x32] = { 10: KEY_VALUE };

const RESOURCE: Message = { 10: KEY_VALUE };
const SCOPE: Message = { 26: KEY_VALUE };
const EXEMPLAR: Message = { 58: KEY_VALUE };
const BUCKETS: Message = { 18: "varints" };
const NUMBER_POINT: Message = { 58: KEY_VALUE, 42: EXEMPLAR };
/** The data of each kind of metric, by the tag that holds it, is points (0x0a). */
const POINT_OF_DATA: Readonly<Record<number, Message>> = {
  42: NUMBER_POINT,
  58: NUMBER_POINT,
  74: { 74: KEY_VALUE, 66: EXEMPLAR, 50: "doubles", 58: "doubles" },
  82: { 10: KEY_VALUE, 90: EXEMPLAR, 66: BUCKETS, 74: BUCKETS },
  90: { 58: KEY_VALUE, 50: {} },
};
/** A Span: attributes, events, links, status. */
const SPAN: Message = { 74: KEY_VALUE, 90: { 26: KEY_VALUE }, 106: { 34: KEY_VALUE }, 122: {} };
const LOG_RECORD: Message = { 42: VALUE, 50: KEY_VALUE };

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
    const point = tag === 0x62 ? KEY_VALUE : POINT_OF_DATA[tag];
    if (point === undefined) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    if (tag === 0x62) walk(reader, point);
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

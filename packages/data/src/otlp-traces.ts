/** opentelemetry.proto.trace.v1. */
import type { Attributes, Span, SpanEvent, SpanLink, TracesPart, WirePart } from "./model.ts";
import {
  NO_BYTES,
  NOT_SET,
  readAttribute,
  readTime,
  writeAttributes,
  writeBytes,
  writeEnum,
  writeFixed32,
  writeText,
  writeTime,
  writeUint32,
} from "./otlp-common.ts";
import {
  compactRecords,
  type Draft,
  decodeRecords,
  encodeRecords,
  type RecordCodec,
  type RecordsSpec,
  recordsOf,
} from "./records.ts";
import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

const codec: RecordCodec<"traces", Span> = { signal: "traces", read: readSpan, write: writeSpan };

/**
 * Decodes an ExportTraceServiceRequest: one part a resource, whose `wire` is a window of `bytes` (`compactTraces` cuts it
 * loose). Every span is checked now and decoded when asked for. Throws `WireError`.
 */
export function decodeTraces(bytes: Uint8Array): TracesPart[] {
  return decodeRecords(codec, bytes);
}
/** Encodes an ExportTraceServiceRequest of all rows meant; spans without an edit are copied byte for byte. */
export function encodeTraces(parts: readonly (TracesPart | WirePart<"traces">)[]): Uint8Array {
  return encodeRecords(codec, parts);
}
/** Makes a part of new spans. */
export function tracesPart(spec: RecordsSpec<Span>): TracesPart {
  return recordsOf(codec, spec);
}
/** The rows meant as a part of its own, which pins nothing else of the request. Row numbers change. */
export function compactTraces(part: TracesPart): TracesPart {
  return compactRecords(codec, part);
}

function readSpan(reader: WireReader): Span {
  const span: Draft<Span> = {
    traceId: NO_BYTES,
    spanId: NO_BYTES,
    parentSpanId: NO_BYTES,
    traceState: "",
    flags: 0,
    name: "",
    kind: 0,
    start: NOT_SET,
    end: NOT_SET,
    attributes: [],
    droppedAttributes: 0,
    events: [],
    droppedEvents: 0,
    links: [],
    droppedLinks: 0,
    status: UNSET_STATUS,
  };
  while (reader.more()) readSpanField(reader, reader.tag(), span);
  return Object.freeze(span);
}

function readSpanField(reader: WireReader, tag: number, span: Draft<Span>): void {
  switch (tag) {
    case 0x0a:
      span.traceId = reader.copy();
      return;
    case 0x12:
      span.spanId = reader.copy();
      return;
    case 0x1a:
      span.traceState = reader.text();
      return;
    case 0x22:
      span.parentSpanId = reader.copy();
      return;
    case 0x2a:
      span.name = reader.text();
      return;
    case 0x30:
      span.kind = reader.uint32() | 0;
      return;
    case 0x39:
      span.start = readTime(reader);
      return;
    case 0x41:
      span.end = readTime(reader);
      return;
    case 0x4a:
      span.attributes.push(readAttribute(reader));
      return;
    case 0x50:
      span.droppedAttributes = reader.uint32();
      return;
    case 0x5a:
      span.events.push(readEvent(reader));
      return;
    case 0x60:
      span.droppedEvents = reader.uint32();
      return;
    case 0x6a:
      span.links.push(readLink(reader));
      return;
    case 0x70:
      span.droppedLinks = reader.uint32();
      return;
    case 0x7a:
      span.status = readStatus(reader);
      return;
    case 0x85:
      span.flags = reader.fixed32();
      return;
    default:
      reader.skip(tag);
  }
}
const UNSET_STATUS = Object.freeze({ code: 0, message: "" });

function readEvent(reader: WireReader): SpanEvent {
  let time: Span["start"] = NOT_SET;
  let name = "";
  const attributes: Attributes[number][] = [];
  let droppedAttributes = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x09) time = readTime(reader);
    else if (tag === 0x12) name = reader.text();
    else if (tag === 0x1a) attributes.push(readAttribute(reader));
    else if (tag === 0x20) droppedAttributes = reader.uint32();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { ms: time.ms, ns: time.ns, name, attributes, droppedAttributes };
}

function readLink(reader: WireReader): SpanLink {
  let traceId = NO_BYTES;
  let spanId = NO_BYTES;
  let traceState = "";
  const attributes: Attributes[number][] = [];
  let droppedAttributes = 0;
  let flags = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) traceId = reader.copy();
    else if (tag === 0x12) spanId = reader.copy();
    else if (tag === 0x1a) traceState = reader.text();
    else if (tag === 0x22) attributes.push(readAttribute(reader));
    else if (tag === 0x28) droppedAttributes = reader.uint32();
    else if (tag === 0x35) flags = reader.fixed32();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { traceId, spanId, traceState, attributes, droppedAttributes, flags };
}

function readStatus(reader: WireReader): Span["status"] {
  let code = 0;
  let message = "";
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x12) message = reader.text();
    else if (tag === 0x18) code = reader.uint32() | 0;
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { code, message };
}

function writeSpan(writer: WireWriter, span: Span): void {
  writeBytes(writer, 0x0a, span.traceId);
  writeBytes(writer, 0x12, span.spanId);
  writeText(writer, 0x1a, span.traceState);
  writeBytes(writer, 0x22, span.parentSpanId);
  writeText(writer, 0x2a, span.name);
  writeEnum(writer, 0x30, span.kind);
  writeTime(writer, 0x39, span.start.ms, span.start.ns);
  writeTime(writer, 0x41, span.end.ms, span.end.ns);
  writeAttributes(writer, 0x4a, span.attributes);
  writeUint32(writer, 0x50, span.droppedAttributes);
  for (const event of span.events) writeEvent(writer, event);
  writeUint32(writer, 0x60, span.droppedEvents);
  for (const link of span.links) writeLink(writer, link);
  writeUint32(writer, 0x70, span.droppedLinks);
  if (span.status.code !== 0 || span.status.message !== "") {
    writer.uint32(0x7a);
    const mark = writer.begin();
    writeText(writer, 0x12, span.status.message);
    writeEnum(writer, 0x18, span.status.code);
    writer.end(mark);
  }
  writeFixed32(writer, 0x85, span.flags);
}

function writeEvent(writer: WireWriter, event: SpanEvent): void {
  writer.uint32(0x5a);
  const mark = writer.begin();
  writeTime(writer, 0x09, event.ms, event.ns);
  writeText(writer, 0x12, event.name);
  writeAttributes(writer, 0x1a, event.attributes);
  writeUint32(writer, 0x20, event.droppedAttributes);
  writer.end(mark);
}

function writeLink(writer: WireWriter, link: SpanLink): void {
  writer.uint32(0x6a);
  const mark = writer.begin();
  writeBytes(writer, 0x0a, link.traceId);
  writeBytes(writer, 0x12, link.spanId);
  writeText(writer, 0x1a, link.traceState);
  writeAttributes(writer, 0x22, link.attributes);
  writeUint32(writer, 0x28, link.droppedAttributes);
  writeFixed32(writer, 0x35, link.flags);
  writer.end(mark);
}

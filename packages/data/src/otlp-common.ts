/** The messages of opentelemetry.proto.common.v1 and resource.v1 that all signals share. Tags are `field << 3 | wire type`. */
import { isList } from "./attributes.ts";
import type { Attributes, AttributeValue, Resource, Scope } from "./model.ts";
import { msOfNanos, nanosOf, nsOfNanos, wireTime } from "./time.ts";
import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

type Attribute = Attributes[number];
/** An id or text that is not set; shared, never written. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Reads the length-delimited KeyValue that comes next. */
export function readAttribute(reader: WireReader): Attribute {
  let key = "";
  let value: AttributeValue = null;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) key = reader.text();
    else if (tag === 0x12) value = readValue(reader);
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { key, value };
}

/** Reads the length-delimited AnyValue that comes next; of several values in it the last one counts. */
export function readValue(reader: WireReader): AttributeValue {
  let value: AttributeValue = null;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        value = reader.text();
        break;
      case 0x10:
        value = reader.uint64() !== 0;
        break;
      case 0x18:
        value = reader.int64();
        break;
      case 0x21:
        value = reader.double();
        break;
      case 0x2a:
        value = readList(reader);
        break;
      case 0x32:
        value = readMap(reader);
        break;
      case 0x3a:
        value = reader.copy();
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.leave(outer);
  return value;
}

function readList(reader: WireReader): AttributeValue {
  const items: AttributeValue[] = [];
  const outer = reader.enter();
  while (reader.find(0x0a)) items.push(readValue(reader));
  reader.leave(outer);
  return items;
}

function readMap(reader: WireReader): AttributeValue {
  const map: Attribute[] = [];
  const outer = reader.enter();
  while (reader.find(0x0a)) map.push(readAttribute(reader));
  reader.leave(outer);
  return { map };
}

/** A time that is not set. */
export const NOT_SET: { readonly ms: number; readonly ns: number } = Object.freeze({ ms: 0, ns: 0 });

/** Reads a fixed64 of nanoseconds. */
export function readTime(reader: WireReader): typeof NOT_SET {
  reader.fixed64();
  return { ms: msOfNanos(reader.lo, reader.hi), ns: nsOfNanos(reader.lo, reader.hi) };
}

/** What stands around the data of one resource or scope: fields 1 and 3; field 2, the data, is passed over. */
interface Frame<T> {
  readonly inner: T;
  readonly schemaUrl: string;
}

/** Reads fields 1 (by `readInner`) and 3 of the message being read and goes back to its start, since the data may stand first. */
function readFrame<T>(reader: WireReader, empty: T, readInner: (reader: WireReader) => T): Frame<T> {
  const start = reader.pos;
  let inner = empty;
  let schemaUrl = "";
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) inner = readInner(reader);
    else if (tag === 0x1a) schemaUrl = reader.text();
    else reader.skip(tag);
  }
  reader.pos = start;
  return { inner, schemaUrl };
}

/** Reads Resource and schema URL of a ResourceMetrics, ResourceSpans or ResourceLogs that was entered. */
export function readResourceFrame(reader: WireReader): Resource {
  const { inner, schemaUrl } = readFrame(reader, NO_RESOURCE, readResource);
  return { ...inner, schemaUrl };
}
const NO_RESOURCE = { attributes: [] as Attributes, droppedAttributes: 0 };

function readResource(reader: WireReader): typeof NO_RESOURCE {
  const attributes: Attribute[] = [];
  let droppedAttributes = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) attributes.push(readAttribute(reader));
    else if (tag === 0x10) droppedAttributes = reader.uint32();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { attributes, droppedAttributes };
}

/** Reads InstrumentationScope and schema URL of a ScopeMetrics, ScopeSpans or ScopeLogs that was entered. */
export function readScopeFrame(reader: WireReader): Scope {
  const { inner, schemaUrl } = readFrame(reader, NO_SCOPE, readScope);
  return { ...inner, schemaUrl };
}
const NO_SCOPE = { name: "", version: "", attributes: [] as Attributes, droppedAttributes: 0 };

function readScope(reader: WireReader): typeof NO_SCOPE {
  let name = "";
  let version = "";
  const attributes: Attribute[] = [];
  let droppedAttributes = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.text();
    else if (tag === 0x12) version = reader.text();
    else if (tag === 0x1a) attributes.push(readAttribute(reader));
    else if (tag === 0x20) droppedAttributes = reader.uint32();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { name, version, attributes, droppedAttributes };
}

/** Writes attributes as repeated KeyValue under `tag`. */
export function writeAttributes(writer: WireWriter, tag: number, attributes: Attributes): void {
  for (let i = 0; i < attributes.length; i++) {
    const { key, value } = attributes[i]!;
    writer.uint32(tag);
    const mark = writer.begin();
    writeText(writer, 0x0a, key);
    writer.uint32(0x12);
    writeValue(writer, value);
    writer.end(mark);
  }
}

/** Writes the length and content of an AnyValue. */
export function writeValue(writer: WireWriter, value: AttributeValue): void {
  const mark = writer.begin();
  if (typeof value === "string") {
    writer.uint32(0x0a);
    writer.text(value);
  } else if (typeof value === "boolean") {
    writer.uint32(0x10);
    writer.uint32(value ? 1 : 0);
  } else if (typeof value === "bigint") {
    writer.uint32(0x18);
    writer.int64(value);
  } else if (typeof value === "number") {
    writer.uint32(0x21);
    writer.double(value);
  } else if (value instanceof Uint8Array) {
    writer.uint32(0x3a);
    writer.blob(value);
  } else if (value !== null) {
    writer.uint32(isList(value) ? 0x2a : 0x32);
    const inner = writer.begin();
    if (!isList(value)) writeAttributes(writer, 0x0a, value.map);
    else {
      for (const item of value) {
        writer.uint32(0x0a);
        writeValue(writer, item);
      }
    }
    writer.end(inner);
  }
  writer.end(mark);
}

/** Writes a Resource as field 1. */
export function writeResource(writer: WireWriter, resource: Resource): void {
  writer.uint32(0x0a);
  const mark = writer.begin();
  writeAttributes(writer, 0x0a, resource.attributes);
  writeUint32(writer, 0x10, resource.droppedAttributes);
  writer.end(mark);
}

/** Writes an InstrumentationScope as field 1. */
export function writeScope(writer: WireWriter, scope: Scope): void {
  writer.uint32(0x0a);
  const mark = writer.begin();
  writeText(writer, 0x0a, scope.name);
  writeText(writer, 0x12, scope.version);
  writeAttributes(writer, 0x1a, scope.attributes);
  writeUint32(writer, 0x20, scope.droppedAttributes);
  writer.end(mark);
}

/** Writes a text field unless it is empty. */
export function writeText(writer: WireWriter, tag: number, text: string): void {
  if (text === "") return;
  writer.uint32(tag);
  writer.text(text);
}

/** Writes a bytes field unless it is empty. */
export function writeBytes(writer: WireWriter, tag: number, bytes: Uint8Array | undefined): void {
  if (bytes === undefined || bytes.length === 0) return;
  writer.uint32(tag);
  writer.blob(bytes);
}

/** Writes a uint32 field unless it is 0. */
export function writeUint32(writer: WireWriter, tag: number, value: number): void {
  if (value === 0) return;
  writer.uint32(tag);
  writer.uint32(value);
}

/** Writes a time as a fixed64 field of nanoseconds unless it is not set. */
export function writeTime(writer: WireWriter, tag: number, ms: number, ns: number): void {
  const lo = nanosOf(ms, ns);
  if (lo === 0 && wireTime.hi === 0) return;
  writer.uint32(tag);
  writer.fixed64(lo, wireTime.hi);
}

/** Writes an enum field unless it is 0. */
export function writeEnum(writer: WireWriter, tag: number, value: number): void {
  if (value === 0) return;
  writer.uint32(tag);
  writer.int32(value);
}

/** Writes a fixed32 field unless it is 0. */
export function writeFixed32(writer: WireWriter, tag: number, value: number): void {
  if (value === 0) return;
  writer.uint32(tag);
  writer.fixed32(value);
}

/** opentelemetry.proto.logs.v1. */
import type { LogRecord, LogsPart, WirePart } from "./model.ts";
import {
  NO_BYTES,
  NOT_SET,
  readAttribute,
  readTime,
  readValue,
  writeAttributes,
  writeBytes,
  writeEnum,
  writeFixed32,
  writeText,
  writeTime,
  writeUint32,
  writeValue,
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

const codec: RecordCodec<"logs", LogRecord> = { signal: "logs", read: readLog, write: writeLog };

/**
 * Decodes an ExportLogsServiceRequest: one part a resource, whose `wire` is a window of `bytes` (`compactLogs` cuts it loose).
 * Every record is checked now and decoded when asked for. Throws `WireError`.
 */
export function decodeLogs(bytes: Uint8Array): LogsPart[] {
  return decodeRecords(codec, bytes);
}
/** Encodes an ExportLogsServiceRequest of all rows meant; records without an edit are copied byte for byte. */
export function encodeLogs(parts: readonly (LogsPart | WirePart<"logs">)[]): Uint8Array {
  return encodeRecords(codec, parts);
}
/** Makes a part of new records. */
export function logsPart(spec: RecordsSpec<LogRecord>): LogsPart {
  return recordsOf(codec, spec);
}
/** The rows meant as a part of its own, which pins nothing else of the request. Row numbers change. */
export function compactLogs(part: LogsPart): LogsPart {
  return compactRecords(codec, part);
}

function readLog(reader: WireReader): LogRecord {
  const record: Draft<LogRecord> = {
    time: NOT_SET,
    observed: NOT_SET,
    severity: 0,
    severityText: "",
    body: null,
    attributes: [],
    droppedAttributes: 0,
    flags: 0,
    traceId: NO_BYTES,
    spanId: NO_BYTES,
    eventName: "",
  };
  while (reader.more()) readLogField(reader, reader.tag(), record);
  return Object.freeze(record);
}

function readLogField(reader: WireReader, tag: number, record: Draft<LogRecord>): void {
  switch (tag) {
    case 0x09:
      record.time = readTime(reader);
      return;
    case 0x10:
      record.severity = reader.uint32() | 0;
      return;
    case 0x1a:
      record.severityText = reader.text();
      return;
    case 0x2a:
      record.body = readValue(reader);
      return;
    case 0x32:
      record.attributes.push(readAttribute(reader));
      return;
    case 0x38:
      record.droppedAttributes = reader.uint32();
      return;
    case 0x45:
      record.flags = reader.fixed32();
      return;
    case 0x4a:
      record.traceId = reader.copy();
      return;
    case 0x52:
      record.spanId = reader.copy();
      return;
    case 0x59:
      record.observed = readTime(reader);
      return;
    case 0x62:
      record.eventName = reader.text();
      return;
    default:
      reader.skip(tag);
  }
}

function writeLog(writer: WireWriter, record: LogRecord): void {
  writeTime(writer, 0x09, record.time.ms, record.time.ns);
  writeEnum(writer, 0x10, record.severity);
  writeText(writer, 0x1a, record.severityText);
  if (record.body !== null) {
    writer.uint32(0x2a);
    writeValue(writer, record.body);
  }
  writeAttributes(writer, 0x32, record.attributes);
  writeUint32(writer, 0x38, record.droppedAttributes);
  writeFixed32(writer, 0x45, record.flags);
  writeBytes(writer, 0x4a, record.traceId);
  writeBytes(writer, 0x52, record.spanId);
  writeTime(writer, 0x59, record.observed.ms, record.observed.ns);
  writeText(writer, 0x62, record.eventName);
}

/** opentelemetry.proto.logs.v1. */
import type { Attributes, AttributeValue, LogRecord, LogsPart, WirePart } from "./model.ts";
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
  let time: LogRecord["time"] = NOT_SET;
  let observed: LogRecord["observed"] = NOT_SET;
  let severity = 0;
  let severityText = "";
  let body: AttributeValue = null;
  const attributes: Attributes[number][] = [];
  let droppedAttributes = 0;
  let flags = 0;
  let traceId = NO_BYTES;
  let spanId = NO_BYTES;
  let eventName = "";
  while (reader.more()) {
    const tag = reader.tag();
    switch (tag) {
      case 0x09:
        time = readTime(reader);
        break;
      case 0x10:
        severity = reader.uint32() | 0;
        break;
      case 0x1a:
        severityText = reader.text();
        break;
      case 0x2a:
        body = readValue(reader);
        break;
      case 0x32:
        attributes.push(readAttribute(reader));
        break;
      case 0x38:
        droppedAttributes = reader.uint32();
        break;
      case 0x45:
        flags = reader.fixed32();
        break;
      case 0x4a:
        traceId = reader.copy();
        break;
      case 0x52:
        spanId = reader.copy();
        break;
      case 0x59:
        observed = readTime(reader);
        break;
      case 0x62:
        eventName = reader.text();
        break;
      default:
        reader.skip(tag);
    }
  }
  return Object.freeze({
    time,
    observed,
    severity,
    severityText,
    body,
    attributes,
    droppedAttributes,
    flags,
    traceId,
    spanId,
    eventName,
  });
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

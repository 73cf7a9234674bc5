/** Verbosity "detailed" for logs, in upstream's words. */
import type { LogRecord, LogsPart } from "@sluice/data";
import { goTime, hex, typed } from "./go-format.ts";
import { scopesOfRecords } from "./records.ts";
import { addAttributes, addResource, addScope, type Lines, textOf } from "./text-lines.ts";

const LEVELS = ["Trace", "Debug", "Info", "Warn", "Error", "Fatal"];

/** Everything about these log records. */
export function detailedLogs(parts: readonly LogsPart[]): string {
  const lines: Lines = [];
  for (const [i, part] of parts.entries()) {
    addResource(lines, `ResourceLog #${i}`, part.resource);
    for (const [j, { scope, records }] of scopesOfRecords(part).entries()) {
      addScope(lines, "ScopeLogs", j, scope);
      for (const [k, record] of records.entries()) addRecord(lines, k, record);
    }
  }
  return textOf(lines);
}

function addRecord(lines: Lines, number: number, record: LogRecord): void {
  lines.push(`LogRecord #${number}`);
  lines.push(`ObservedTimestamp: ${goTime(record.observed.ms, record.observed.ns)}`);
  lines.push(`Timestamp: ${goTime(record.time.ms, record.time.ns)}`);
  lines.push(`SeverityText: ${record.severityText}`);
  lines.push(`SeverityNumber: ${severityName(record.severity)}(${record.severity})`);
  if (record.eventName !== "") lines.push(`EventName: ${record.eventName}`);
  lines.push(`Body: ${typed(record.body)}`);
  addAttributes(lines, "Attributes", record.attributes);
  lines.push(`Trace ID: ${hex(record.traceId)}`, `Span ID: ${hex(record.spanId)}`, `Flags: ${record.flags}`);
}

/** "Info" for 9, "Info2" for 10: four steps a level. */
function severityName(severity: number): string {
  if (severity === 0) return "Unspecified";
  const level = LEVELS[Math.floor((severity - 1) / 4)];
  if (level === undefined) return "";
  const step = (severity - 1) % 4;
  return step === 0 ? level : `${level}${step + 1}`;
}

/** Verbosity "detailed" for traces, in upstream's words. */
import type { Span, TracesPart } from "@sluice/data";
import { goTime, hex } from "./go-format.ts";
import { scopesOfRecords } from "./records.ts";
import { addAttributes, addResource, addScope, type Lines, textOf } from "./text-lines.ts";

const KINDS = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const CODES = ["Unset", "Ok", "Error"];

/** Everything about these spans. */
export function detailedTraces(parts: readonly TracesPart[]): string {
  const lines: Lines = [];
  for (const [i, part] of parts.entries()) {
    addResource(lines, `ResourceSpans #${i}`, part.resource);
    for (const [j, { scope, records }] of scopesOfRecords(part).entries()) {
      addScope(lines, "ScopeSpans", j, scope);
      for (const [k, span] of records.entries()) addSpan(lines, k, span);
    }
  }
  return textOf(lines);
}

function addSpan(lines: Lines, number: number, span: Span): void {
  const add = (name: string, value: string | number) => lines.push(`    ${name.padEnd(15)}: ${value}`);
  lines.push(`Span #${number}`);
  add("Trace ID", hex(span.traceId));
  add("Parent ID", hex(span.parentSpanId));
  add("ID", hex(span.spanId));
  add("Name", span.name);
  add("Kind", KINDS[span.kind] ?? "");
  if (span.traceState !== "") add("TraceState", span.traceState);
  add("Start time", goTime(span.start.ms, span.start.ns));
  add("End time", goTime(span.end.ms, span.end.ns));
  add("Status code", CODES[span.status.code] ?? "");
  add("Status message", span.status.message);
  add("DroppedAttributesCount", span.droppedAttributes);
  add("DroppedEventsCount", span.droppedEvents);
  add("DroppedLinksCount", span.droppedLinks);
  addAttributes(lines, "Attributes", span.attributes);
  addEvents(lines, span);
  addLinks(lines, span);
}

function addEvents(lines: Lines, { events }: Span): void {
  if (events.length > 0) lines.push("Events:");
  for (const [i, { name, ms, ns, droppedAttributes, attributes }] of events.entries()) {
    lines.push(`SpanEvent #${i}`, `     -> Name: ${name}`, `     -> Timestamp: ${goTime(ms, ns)}`);
    lines.push(`     -> DroppedAttributesCount: ${droppedAttributes}`);
    addAttributes(lines, "     -> Attributes:", attributes);
  }
}

function addLinks(lines: Lines, { links }: Span): void {
  if (links.length > 0) lines.push("Links:");
  for (const [i, { traceId, spanId, traceState, droppedAttributes, attributes }] of links.entries()) {
    lines.push(`SpanLink #${i}`, `     -> Trace ID: ${hex(traceId)}`, `     -> ID: ${hex(spanId)}`);
    lines.push(`     -> TraceState: ${traceState}`, `     -> DroppedAttributesCount: ${droppedAttributes}`);
    addAttributes(lines, "     -> Attributes:", attributes);
  }
}

import { type LogsPart, type Scope, type Span, type SpanEvent, select, type TracesPart } from "@sluice/data";
import { editRecords, type RecordOf, rowsOf } from "@sluice/lib-attributes";
import type { Judge } from "./judge.ts";
import type { Rules } from "./rules.ts";

/** The part with the spans that are kept, and those of their events that are; undefined when there are none. */
export function filterTraces(part: TracesPart, rules: Rules, judge: Judge): TracesPart | undefined {
  const { resource } = part;
  if (judge(rules.resource, part)) return undefined;
  const kept =
    rules.span.length === 0 ? part : filtered(part, (span, scope) => !judge(rules.span, { resource, scope, span }));
  if (kept === undefined || rules.spanevent.length === 0) return kept;
  return editRecords(kept, (span, scope) =>
    withEvents(span, (event, index) => !judge(rules.spanevent, { resource, scope, span, event, index })),
  );
}

/** The part with the records that are kept; undefined when there are none. */
export function filterLogs(part: LogsPart, rules: Rules, judge: Judge): LogsPart | undefined {
  const { resource } = part;
  if (judge(rules.resource, part)) return undefined;
  if (rules.log.length === 0) return part;
  return filtered(part, (record, scope) => !judge(rules.log, { resource, scope, record }));
}

function filtered<P extends TracesPart | LogsPart>(
  part: P,
  isKept: (record: RecordOf<P>, scope: Scope) => boolean,
): P | undefined {
  const rows = rowsOf(part);
  const { scopes, index } = part;
  const kept = rows.filter((row) => isKept(part.record(row) as RecordOf<P>, scopes[index[3 * row + 2]!]!));
  if (kept.length === rows.length) return part;
  return kept.length === 0 ? undefined : select(part, kept);
}

function withEvents(span: Span, isKept: (event: SpanEvent, index: number) => boolean): Span {
  const events = span.events.filter(isKept);
  return events.length === span.events.length ? span : { ...span, events };
}

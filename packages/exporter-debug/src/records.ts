import type { LogRecord, LogsPart, Scope, Span, TracesPart } from "@sluice/data";

/** The records meant, put under their scopes. */
export function scopesOfRecords(part: TracesPart): { scope: Scope; records: Span[] }[];
export function scopesOfRecords(part: LogsPart): { scope: Scope; records: LogRecord[] }[];
export function scopesOfRecords(part: TracesPart | LogsPart): { scope: Scope; records: (Span | LogRecord)[] }[] {
  const found: { scope: Scope; records: (Span | LogRecord)[] }[] = [];
  let open = -1;
  for (const row of part.rows ?? Int32Array.from({ length: part.index.length / 3 }, (_, i) => i)) {
    const place = part.index[3 * row + 2]!;
    if (place !== open) found.push({ scope: part.scopes[place]!, records: [] });
    open = place;
    found.at(-1)!.records.push(part.record(row));
  }
  return found;
}

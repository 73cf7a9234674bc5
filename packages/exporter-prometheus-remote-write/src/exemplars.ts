import { asString, type Exemplar, type MetricsPart } from "@sluice/data";
import { compareText, labelName, type Strategy } from "@sluice/lib-prometheus";

/** An exemplar as it is written, labels sorted by name. */
export interface ExemplarLine {
  readonly labels: readonly (readonly [string, string])[];
  readonly value: number;
  readonly ms: number;
}

/** What all labels of an exemplar may have together (OpenMetrics 1.0, "Exemplars"); ids come first, other labels all or none. */
const MAX_RUNES = 128;

/** The exemplars of one series of a row, the oldest first: those at `slot`, or all when it is undefined. */
export function exemplarsAt(
  part: MetricsPart,
  row: number,
  slot: number | undefined,
  ms: number,
  strategy: Strategy,
): ExemplarLine[] {
  const found = part.exemplars?.get(row);
  if (found === undefined) return [];
  const own = slot === undefined ? found : found.filter((exemplar) => exemplar.slot === slot);
  return own.map((exemplar) => lineOf(exemplar, ms, strategy)).sort((a, b) => a.ms - b.ms);
}

function lineOf(
  { value, int, ms, traceId, spanId, attributes }: Exemplar,
  sampleMs: number,
  strategy: Strategy,
): ExemplarLine {
  const ids = new Map<string, string>();
  if (traceId !== undefined && traceId.length > 0) ids.set("trace_id", hex(traceId));
  if (spanId !== undefined && spanId.length > 0) ids.set("span_id", hex(spanId));
  const all = new Map(ids);
  for (const { key, value: attribute } of attributes) {
    const name = labelName(key, strategy);
    const text = asString(attribute);
    if (name !== undefined && text !== "" && !all.has(name)) all.set(name, text);
  }
  const labels = runesOf(all) <= MAX_RUNES ? all : ids;
  return {
    labels: [...labels].sort(([a], [b]) => compareText(a, b)),
    value: int === undefined ? value : Number(int),
    // A receiver wants a time in any case.
    ms: ms === 0 ? sampleMs : ms,
  };
}

const hex = (id: Uint8Array): string => Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");

function runesOf(labels: ReadonlyMap<string, string>): number {
  let runes = 0;
  for (const [name, text] of labels) for (const _ of name + text) runes++;
  return runes;
}

/** At least as many bytes as exemplars take, whatever the version. */
export function exemplarBytes(exemplars: readonly ExemplarLine[]): number {
  let bytes = 0;
  for (const { labels } of exemplars) {
    bytes += 32;
    for (const [name, text] of labels) bytes += 16 + (name.length + text.length) * 3;
  }
  return bytes;
}

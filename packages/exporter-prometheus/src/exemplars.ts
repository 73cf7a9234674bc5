import { asString, type Exemplar, type Shape } from "@sluice/data";
import { labelName, type TranslatedLabels } from "@sluice/lib-prometheus";
import { totalSlot } from "./lines.ts";

/** An exemplar as a page shows it; a time of 0 is none. */
export interface ShownExemplar {
  readonly labels: TranslatedLabels;
  readonly value: number;
  readonly ms: number;
  readonly ns: number;
}
/** By the slot of the line that they stand behind: the latest of each. */
export type ShownExemplars = ReadonlyMap<number, ShownExemplar>;

/** What names and values of labels may have together, in characters (OpenMetrics 1.0, "Exemplars"). */
const maxLength = 128;

/** The exemplars of a counter or of a histogram's buckets. Copies: nothing of the request is kept. */
export function showExemplars(exemplars: readonly Exemplar[] | undefined, shape: Shape): ShownExemplars | undefined {
  if (exemplars === undefined) return undefined;
  const shown = new Map<number, ShownExemplar>();
  for (const exemplar of exemplars) {
    const slot = slotFor(exemplar.value, shape);
    const before = shown.get(slot);
    if (before !== undefined && before.ms + before.ns / 1e6 > exemplar.ms + exemplar.ns / 1e6) continue;
    const { value, ms, ns } = exemplar;
    shown.set(slot, { labels: labelsOf(exemplar), value, ms, ns });
  }
  return shown;
}

function slotFor(value: number, shape: Shape): number {
  if (shape.kind !== "histogram") return 0;
  const bucket = shape.bounds.findIndex((bound) => value <= bound);
  return bucket < 0 ? totalSlot(shape) : bucket;
}

/** The ids, and beside them the attributes when all fit. */
function labelsOf({ traceId, spanId, attributes }: Exemplar): TranslatedLabels {
  const ids = new Map<string, string>();
  if (isSet(traceId, 16)) ids.set("trace_id", hex(traceId));
  if (isSet(spanId, 8)) ids.set("span_id", hex(spanId));
  const all = new Map(ids);
  for (const { key, value } of attributes) {
    const name = labelName(key);
    const text = asString(value);
    if (name !== undefined && text !== "" && !all.has(name)) all.set(name, text);
  }
  let length = 0;
  for (const [name, value] of all) length += charactersOf(name) + charactersOf(value);
  return [...(length <= maxLength ? all : ids)];
}

/** Of the length that W3C gives it, and not zeros only. */
function isSet(id: Uint8Array | undefined, length: number): id is Uint8Array {
  return id?.length === length && id.some((byte) => byte !== 0);
}

const hex = (id: Uint8Array): string => Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");

function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

import type { Exemplar } from "@sluice/data";
import { type ParsedExemplar, parseExemplar } from "@sluice/lib-prometheus";
import type { Shown, ShownPart } from "./arrange.ts";
import type { PageReader } from "./page-reader.ts";

const ID_BYTES = { trace_id: 16, span_id: 8 } as const;

/** Exemplars of a row: where one stands on the page, or which of the page's list they are. */
export interface ExemplarPlace {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/** The exemplars of one part by layout row; undefined without any. An exemplar without a time of its own has the scrape's. */
export type ExemplarsOf = (part: ShownPart) => ReadonlyMap<number, readonly Exemplar[]> | undefined;

/** Reads the exemplars a page showed and finds the points and slots they belong to. */
export function readExemplars(
  bytes: Uint8Array,
  { exemplars: places, exemplarList }: Pick<PageReader, "exemplars" | "exemplarList">,
  { rowOf }: Shown,
  scrapeMs: number,
): ExemplarsOf {
  const placeOf = new Map(places.map((place) => [place.row, place]));
  const bySlot: { slot: number; place: ExemplarPlace }[] = [];
  for (let slot = 0; slot < rowOf.length; slot++) {
    const place = placeOf.get(rowOf[slot]!);
    // A series that came several times has its exemplar once.
    if (place !== undefined && placeOf.delete(place.row)) bySlot.push({ slot, place });
  }
  const parsed = ({ from, to }: ExemplarPlace): readonly ParsedExemplar[] =>
    exemplarList?.slice(from, to) ?? [parseExemplar(bytes, from, to)];
  return ({ layout: { at }, slotFrom, slotTo, wholes }) => {
    const found = new Map<number, Exemplar[]>();
    const add = (row: number, place: ExemplarPlace, slot: number): void => {
      const list = found.get(row) ?? [];
      found.set(row, list);
      for (const exemplar of parsed(place)) list.push(makeExemplar(exemplar, slot, scrapeMs));
    };
    for (let i = 0, row = 0; i < bySlot.length; i++) {
      const { slot, place } = bySlot[i]!;
      if (slot < slotFrom || slot >= slotTo) continue;
      while (at[row + 1]! <= slot - slotFrom) row++;
      add(row, place, slot - slotFrom - at[row]!);
    }
    // What is left has no slots.
    for (const { at: row, line } of wholes) {
      const place = placeOf.get(line);
      if (place !== undefined && placeOf.delete(line)) add(row, place, 0);
    }
    return found.size === 0 ? undefined : found;
  };
}

function makeExemplar({ labels, value, timestampMs }: ParsedExemplar, slot: number, scrapeMs: number): Exemplar {
  const ids: { trace_id?: Uint8Array; span_id?: Uint8Array } = {};
  const attributes: { key: string; value: string }[] = [];
  for (const [name, text] of labels) {
    const key = name.toLowerCase();
    const id = key === "trace_id" || key === "span_id" ? readId(text, ID_BYTES[key]) : undefined;
    if (id !== undefined && (key === "trace_id" || key === "span_id")) ids[key] = id;
    else if (text !== "") attributes.push({ key: name, value: text });
  }
  const ms = timestampMs ?? scrapeMs;
  return { slot, value, int: undefined, ms, ns: 0, traceId: ids.trace_id, spanId: ids.span_id, attributes };
}

/** The bytes of an id in hexadecimal; undefined for what is none, or all zeros. */
function readId(text: string, size: number): Uint8Array | undefined {
  if (text.length !== size * 2 || !/^[0-9a-fA-F]+$/.test(text) || /^0+$/.test(text)) return undefined;
  return Uint8Array.from({ length: size }, (_, i) => Number.parseInt(text.slice(i * 2, i * 2 + 2), 16));
}

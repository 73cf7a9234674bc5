import {
  type BatchOf,
  batchOf,
  type Layout,
  type LogsPart,
  type MetricsPart,
  type PartOf,
  type Scope,
  type Signal,
  type TracesPart,
  type WirePart,
} from "@sluice/data";

/** The parts of a signal that have been looked into. */
export type OpenPart<S extends Signal> = Exclude<PartOf<S>, WirePart>;

/**
 * The batch with each part replaced by what `change` gives for it; undefined drops it. Gives the same batch when every part stayed
 * the same, and undefined when none is left. A request kept as bytes is opened, and kept as it is when nothing in it changed.
 */
export function mapParts<S extends Signal>(
  batch: BatchOf<S>,
  change: (part: OpenPart<S>) => OpenPart<S> | undefined,
): BatchOf<S> | undefined {
  const result: PartOf<S>[] = [];
  let same = true;
  for (const part of batch.parts) {
    const after = part.form === "wire" ? mapWire(part as WirePart<S>, change) : change(part as OpenPart<S>);
    same &&= after === part;
    if (Array.isArray(after)) result.push(...after);
    else if (after !== undefined) result.push(after as PartOf<S>);
  }
  if (same) return batch;
  return result.length === 0 ? undefined : batchOf(batch.signal, result, batch.context);
}

/** What is left of a request kept as bytes: itself when nothing in it changed. */
function mapWire<S extends Signal>(
  part: WirePart<S>,
  change: (part: OpenPart<S>) => OpenPart<S> | undefined,
): WirePart<S> | readonly PartOf<S>[] {
  const before = part.decode() as readonly OpenPart<S>[];
  const after = before.map(change);
  if (after.every((each, i) => each === before[i])) return part;
  return after.filter((each) => each !== undefined) as readonly PartOf<S>[];
}

/**
 * Shows parts of metrics over other layouts. What a layout becomes is asked once and remembered with it, so a source that goes on
 * showing the same points keeps one layout, and costs a lookup a part.
 */
export function overLayouts(change: (layout: Layout) => Layout): (part: MetricsPart) => MetricsPart {
  const known = new WeakMap<Layout, Layout>();
  return (part) => {
    let layout = known.get(part.layout);
    if (layout === undefined) {
      layout = change(part.layout);
      known.set(part.layout, layout);
    }
    return layout === part.layout ? part : { ...part, layout };
  };
}

/** A record of a part of records. */
export type RecordOf<P extends TracesPart | LogsPart> = ReturnType<P["record"]>;

/**
 * The part with the records meant replaced by what `edit` gives for them; the same part when all stayed the same.
 */
export function editRecords<P extends TracesPart | LogsPart>(
  part: P,
  edit: (record: RecordOf<P>, scope: Scope) => RecordOf<P>,
): P {
  const { scopes, index } = part;
  let edits: Map<number, RecordOf<P>> | undefined;
  for (const row of rowsOf(part)) {
    const before = part.record(row) as RecordOf<P>;
    const after = edit(before, scopes[index[3 * row + 2]!]!);
    if (after === before) continue;
    edits ??= new Map(part.edits as ReadonlyMap<number, RecordOf<P>> | undefined);
    edits.set(row, after);
  }
  return edits === undefined ? part : { ...part, edits };
}

/** The rows that a part means, ascending. */
export function rowsOf(part: MetricsPart | TracesPart | LogsPart): Int32Array {
  if (part.rows !== undefined) return part.rows;
  const count = part.signal === "metrics" ? part.layout.ids.length : part.index.length / 3;
  return Int32Array.from({ length: count }, (_, row) => row);
}

import {
  type BatchOf,
  batchOf,
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
    const before = (part.form === "wire" ? part.decode() : [part]) as readonly OpenPart<S>[];
    const after = before.map(change);
    if (after.every((each, i) => each === before[i])) result.push(part);
    else {
      same = false;
      for (const each of after) if (each !== undefined) result.push(each as PartOf<S>);
    }
  }
  if (same) return batch;
  return result.length === 0 ? undefined : batchOf(batch.signal, result, batch.context);
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

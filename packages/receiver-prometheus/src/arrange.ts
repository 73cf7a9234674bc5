import type { Layout } from "@sluice/data";
import type { PageCatalog } from "./catalog.ts";
import type { NativeSample } from "./native-samples.ts";
import { compareRoles, EXPONENTIAL_ROLE, isWhole, NUMBER_ROLE, shapeOfRoles } from "./role.ts";
import { reserveEntries, scratch } from "./scratch.ts";
import type { Tables } from "./tables.ts";

/** The points of one source on a page: a window of the page's slots. */
export interface ShownPart {
  readonly source: number;
  readonly layout: Layout;
  readonly slotFrom: number;
  readonly slotTo: number;
  /** Points of one line that is a whole histogram, in order. */
  readonly wholes: readonly Whole[];
}
/** A histogram that is one line: its row in the layout, and the line. */
export interface Whole {
  readonly at: number;
  readonly line: number;
  /** It has no slots: no row of `Shown.rowOf` stands for it. */
  readonly isExponential: boolean;
}
/** What a page showed: its points in canonical order, and the row of each slot. */
export interface Shown {
  readonly parts: readonly ShownPart[];
  readonly rowOf: Int32Array;
}
/** Native histograms of a page, by row. */
export type Natives = ReadonlyMap<number, NativeSample>;
/** More rows of a point that the page showed once already, at other times (`repeats.ts`). */
export interface Repeats {
  /** By entry (a row, or -1 - group): how many more. */
  readonly count: ReadonlyMap<number, number>;
  /** Groups without a common time: left out. */
  readonly left: ReadonlySet<number>;
}
interface Run {
  readonly run: number;
  readonly source: number;
  readonly scope: number;
}

/** As many former points of a group are looked through for the lines it shows now; beyond, a new point is made. */
const MAX_BEFORE = 16;

let arrangements = 0;
const runs = { mark: new Int32Array(0), count: new Int32Array(0), start: new Int32Array(0) };
const order: Run[] = [];

/**
 * Lays out what the page showed: `scratch.sequence` of `length` rows in page order, of which those count whose row (or the row
 * that stands for them) has the stamp `page`. Rows of one source, scope and metric stand together, each in order of first
 * appearance. Linear in the lines; known points cost a few array reads.
 */
export function arrange(
  tables: Tables,
  length: number,
  page: number,
  natives: Natives,
  repeats: Repeats | undefined,
): Shown {
  const build = ++arrangements;
  const entries = collect(tables, length, page, build, { natives, repeats });
  placeEntries(entries.count);
  const { lines, groups } = tables;
  const rowOf = new Int32Array(entries.slots);
  const parts: ShownPart[] = [];
  let at = 0;
  let slot = 0;
  for (let i = 0; i < order.length; ) {
    const { source } = order[i]!;
    const first = at;
    for (; i < order.length && order[i]!.source === source; i++) at += runs.count[order[i]!.run]!;
    const catalog = tables.catalogOf(source);
    const slotFrom = slot;
    const wholes: Whole[] = [];
    const ids = new Int32Array(at - first);
    const starts = new Int32Array(at - first + 1);
    for (let k = first; k < at; k++) {
      const entry = scratch.placed[k]!;
      starts[k - first] = slot - slotFrom;
      if (entry >= 0 && lines.role[entry] !== NUMBER_ROLE) {
        const id = tables.wholePoint(catalog, entry, natives.get(entry)!);
        ids[k - first] = id;
        wholes.push({ at: k - first, line: entry, isExponential: lines.role[entry] === EXPONENTIAL_ROLE });
        for (let s = catalog.slots(id); s > 0; s--) rowOf[slot++] = entry;
      } else if (entry >= 0) {
        let id = lines.place[entry]!;
        if (id < 0) {
          id = catalog.addNumber(entry);
          lines.place[entry] = id;
        }
        ids[k - first] = id;
        rowOf[slot++] = entry;
      } else {
        const group = -1 - entry;
        const id = pointOf(tables, catalog, group, build);
        groups.point[group] = id;
        ids[k - first] = id;
        const slots = catalog.slots(id);
        for (let s = 0; s < slots; s++) rowOf[slot++] = catalog.rowOfSlot(id, s);
      }
    }
    starts[at - first] = slot - slotFrom;
    parts.push({ source, layout: { catalog, ids, at: starts }, slotFrom, slotTo: slot, wholes });
  }
  return { parts, rowOf };
}

/** First pass: the points in page order into `scratch.entry`, their runs counted, the lines of each group linked. */
function collect(
  tables: Tables,
  length: number,
  page: number,
  build: number,
  { natives, repeats }: { readonly natives: Natives; readonly repeats: Repeats | undefined },
): { count: number; slots: number } {
  const { lines, words, groups } = tables;
  const { target, stamp, role, place, family } = lines;
  const { runOf } = words;
  const { sequence, mark, next } = scratch;
  reserveEntries(length + (repeats === undefined ? 0 : total(repeats.count)));
  const { entry, entryRun } = scratch;
  reserveRuns(words.runs);
  order.length = 0;
  let count = 0;
  let slots = 0;
  for (let k = 0; k < length; k++) {
    const row = target[sequence[k]!]!;
    if (row < 0 || stamp[row] !== page || mark[row] === build) continue;
    mark[row] = build;
    let found = row;
    if (!isWhole(role[row]!)) {
      const group = place[row]!;
      if (repeats?.left.has(group)) continue;
      if (groups.mark[group] === build) {
        next[row] = groups.head[group]!;
        groups.head[group] = row;
        groups.count[group]!++;
        slots += 1 + (repeats?.count.get(-1 - group) ?? 0);
        continue;
      }
      groups.mark[group] = build;
      groups.count[group] = 1;
      groups.head[group] = row;
      next[row] = -1;
      found = -1 - group;
    }
    const run = runOf[family[row]!]!;
    if (runs.mark[run] !== build) {
      runs.mark[run] = build;
      runs.count[run] = 0;
      const { source, scope } = words.families.items[family[row]!]!;
      order.push({ run, source, scope });
    }
    const times = repeats === undefined ? 1 : 1 + (repeats.count.get(found) ?? 0);
    for (let i = 0; i < times; i++) {
      entry[count] = found;
      entryRun[count++] = run;
    }
    runs.count[run]! += times;
    slots += found >= 0 && role[row] !== NUMBER_ROLE ? times * slotsOf(natives.get(row)!) : times;
  }
  return { count, slots };
}

function slotsOf(sample: NativeSample): number {
  return "numbers" in sample ? sample.numbers.length : 0;
}

/** Second pass: puts the points of one run together, runs of one source and scope together. */
function placeEntries(count: number): void {
  if (!isGrouped()) groupRuns();
  let at = 0;
  for (const { run } of order) {
    runs.start[run] = at;
    at += runs.count[run]!;
  }
  const { entry, entryRun, placed } = scratch;
  const { start } = runs;
  for (let i = 0; i < count; i++) {
    const run = entryRun[i]!;
    placed[start[run]!] = entry[i]!;
    start[run]!++;
  }
}
function isGrouped(): boolean {
  const first = order[0];
  return order.every(({ source, scope }) => source === first?.source && scope === first.scope);
}
/** Sorts the runs by first appearance of their source, then of their scope, then their own. */
function groupRuns(): void {
  const sources = new Map<number, Map<number, Run[]>>();
  for (const run of order) {
    const scopes = sources.get(run.source) ?? new Map<number, Run[]>();
    sources.set(run.source, scopes);
    const list = scopes.get(run.scope);
    if (list === undefined) scopes.set(run.scope, [run]);
    else list.push(run);
  }
  order.length = 0;
  for (const scopes of sources.values()) for (const list of scopes.values()) for (const run of list) order.push(run);
}

/** The point of a group's lines on this page: the one it had, a former one with the same lines, or a new one. */
function pointOf(tables: Tables, catalog: PageCatalog, group: number, build: number): number {
  const { groups, lines, bounds } = tables;
  const shown = groups.count[group]!;
  const last = groups.point[group]!;
  if (last >= 0 && isShown(catalog, last, shown, build)) return last;
  for (let id = groups.newest[group]!, i = 0; id >= 0 && i < MAX_BEFORE; id = catalog.before(id), i++) {
    if (isShown(catalog, id, shown, build)) return id;
  }
  const rows: number[] = [];
  for (let row = groups.head[group]!; row >= 0; row = scratch.next[row]!) rows.push(row);
  rows.sort((a, b) => compareRoles(lines.role[a]!, lines.role[b]!, bounds));
  const shape = shapeOfRoles(
    groups.kind[group]!,
    rows.map((row) => lines.role[row]!),
    bounds,
  );
  const id = catalog.addPoint(shape, rows, groups.newest[group]!);
  groups.newest[group] = id;
  return id;
}
/** Whether the group showed exactly the lines of this point. */
function isShown(catalog: PageCatalog, id: number, shown: number, build: number): boolean {
  if (catalog.slots(id) !== shown) return false;
  for (let slot = 0; slot < shown; slot++) if (scratch.mark[catalog.rowOfSlot(id, slot)] !== build) return false;
  return true;
}

function reserveRuns(count: number): void {
  if (count <= runs.mark.length) return;
  const length = count + Math.max(64, count >> 2);
  runs.mark = new Int32Array(length);
  runs.count = new Int32Array(length);
  runs.start = new Int32Array(length);
}
function total(counts: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

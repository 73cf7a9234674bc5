import type { Shown } from "./arrange.ts";
import { METADATA, SELF } from "./line-table.ts";
import { bytesRead } from "./line-texts.ts";
import { PageReader, type ReaderSettings } from "./page-reader.ts";
import { isWhole, NUMBER_ROLE } from "./role.ts";
import { CREATED, TARGET_INFO, Tables, type TargetSettings } from "./tables.ts";

/**
 * Whether more than three quarters of the rows were not seen lately. `recent` = rows of the last pages; `slack` = rows too few to
 * care about.
 */
export function shouldRenew({ lines, remade }: Tables, recent: number, slack: number): boolean {
  return lines.size + remade > 4 * recent + slack;
}

/** A target's state over new tables. */
export interface Renewed {
  readonly reader: PageReader;
  readonly shown: Shown;
  readonly infoRows: number[];
}

/**
 * Makes new tables and catalogs with the rows of the page just read: copied, not derived again. What was shown is laid out over
 * the new catalogs in the same order, so that the next page finds its layout.
 */
export function renew(
  old: PageReader,
  settings: TargetSettings & ReaderSettings,
  shown: Shown,
  infoRows: readonly number[],
): Renewed {
  const tables = new Tables(settings, settings.words.forRenewed());
  const sources = new Map<number, number>();
  const sourceOf = (source: number): number => {
    const known = sources.get(source) ?? tables.sources.copy(old.tables.sources, source);
    sources.set(source, known);
    return known;
  };
  const rowOf = copyRows(old, tables, sourceOf);
  const reader = new PageReader(tables, settings);
  const order = old.order.map((row) => rowOf[row]!);
  reader.resume(old, order);
  reader.times.copy(old.times, rowOf, tables.lines.size);
  return {
    reader,
    shown: layAgain(shown, tables, rowOf, sourceOf),
    infoRows: infoRows.map((row) => rowOf[row]!),
  };
}

/** Copies the rows that the page showed, and those that stand for them; gives the new row of each old one, -1 for the others. */
function copyRows(
  { tables: old, order }: PageReader,
  tables: Tables,
  sourceOf: (source: number) => number,
): Int32Array {
  const rowOf = new Int32Array(old.lines.size).fill(-1);
  const live = new Uint8Array(old.lines.size);
  for (const row of order) {
    live[row] = 1;
    if (old.lines.target[row]! >= 0) live[old.lines.target[row]!] = 1;
  }
  const families = new Map<number, number>();
  const groups = new Map<number, number>();
  const { lines } = old;
  for (let row = 0; row < lines.size; row++) {
    if (live[row] === 0) continue;
    const target = lines.target[row]!;
    const seriesHash = lines.seriesHashOf(row);
    const hash = lines.hashOf(row);
    const added = { target: target === row ? SELF : target < 0 ? target : rowOf[target]!, seriesHash };
    let family: number;
    let role = lines.role[row]!;
    let place = lines.place[row]!;
    if (target === METADATA) {
      family = tables.words.nameId(old.words.names.items[lines.family[row]!]!);
      role = tables.words.textId(old.words.texts.items[role]!);
    } else {
      const known = lines.family[row]!;
      family =
        families.get(known) ??
        tables.words.copyFamily(old.words, known, sourceOf(old.words.families.items[known]!.source));
      families.set(known, family);
      if (target === TARGET_INFO) place = sourceOf(place);
      if (target === CREATED) place = tables.createdKeys.idOfText(old.createdKeys.textOf(place));
      if (target === row && !isWhole(role)) {
        role = tables.copyRole(old, role);
        const group =
          groups.get(place) ?? tables.groups.add(old.groups.hashOf(place), old.groups.kind[place]!, tables.lines.size);
        groups.set(place, group);
        place = group;
      } else if (target === row) place = -1;
    }
    // A copy: adding it reads others.
    const text = bytesRead().slice(0, lines.texts.read(row));
    rowOf[row] = tables.lines.add(text, 0, text.length, hash, { ...added, family, role, place });
    tables.lines.stamp[rowOf[row]!] = lines.stamp[row]!;
  }
  return rowOf;
}

function layAgain(shown: Shown, tables: Tables, rowOf: Int32Array, sourceOf: (source: number) => number): Shown {
  const rows = shown.rowOf.map((row) => rowOf[row]!);
  const parts = shown.parts.map((part) => {
    const { layout, slotFrom } = part;
    const lines = new Map(part.wholes.map(({ at, line }) => [at, rowOf[line]!]));
    const source = sourceOf(part.source);
    const catalog = tables.catalogOf(source);
    const ids = layout.ids.map((id, r) => {
      const first = lines.get(r) ?? rows[slotFrom + layout.at[r]!]!;
      const place = tables.lines.place[first]!;
      if (tables.lines.role[first] === NUMBER_ROLE) {
        const known = place >= 0 ? place : catalog.addNumber(first);
        tables.lines.place[first] = known;
        return known;
      }
      if (lines.has(r)) {
        const known = place >= 0 ? place : catalog.addWhole(first, layout.catalog.shape(id));
        tables.lines.place[first] = known;
        return known;
      }
      if (tables.groups.point[place]! >= 0) return tables.groups.point[place]!;
      const slots = rows.subarray(slotFrom + layout.at[r]!, slotFrom + layout.at[r + 1]!);
      const added = catalog.addPoint(layout.catalog.shape(id), slots, -1);
      tables.groups.point[place] = added;
      tables.groups.newest[place] = added;
      return added;
    });
    const wholes = part.wholes.map((whole) => ({ ...whole, line: rowOf[whole.line]! }));
    return { ...part, source, wholes, layout: { catalog, ids, at: layout.at } };
  });
  return { parts, rowOf: rows };
}

import type { Times } from "@sluice/data";
import type { Shown } from "./arrange.ts";
import type { PageReader } from "./page-reader.ts";
import { scratch } from "./scratch.ts";

/** When the points of each part began, as the page said; undefined when it said it of none. A row without has 0. */
export function startsOf(reader: PageReader, { parts, rowOf }: Shown): (Times | undefined)[] | undefined {
  const { createdLines, tables } = reader;
  const { created } = reader.histograms;
  if (created.size === 0 && createdLines.length === 0) return undefined;
  const byKey = new Map(createdLines.map((row) => [tables.lines.place[row]!, Math.trunc(scratch.value[row]! * 1000)]));
  return parts.map(({ layout: { ids, at }, slotFrom, wholes }) => {
    const lines = new Map(wholes.map((whole) => [whole.at, whole.line]));
    const msOf = new Float64Array(ids.length);
    let found = false;
    for (let row = 0; row < ids.length; row++) {
      const line = lines.get(row) ?? rowOf[slotFrom + at[row]!]!;
      const ms = created.get(line) ?? byKey.get(byKey.size === 0 ? -1 : tables.createdKeyOf(line)) ?? 0;
      if (!(ms > 0)) continue;
      msOf[row] = ms;
      found = true;
    }
    return found ? { ms: 0, ns: 0, msOf, nsOf: undefined } : undefined;
  });
}

/** Which families and series a page has, in which order, under a way of writing names. */
import { type Escaping, escapeName } from "@sluice/lib-prometheus";
import { escapeLabels, labelText } from "./lines.ts";
import type { Family, FamilyType, Series, Table } from "./table.ts";

/** One family of a page. */
export interface Group {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  /** In OpenMetrics a counter's family has another name than its samples; false = it cannot, and is shown as unknown. */
  readonly isCounter: boolean;
  readonly series: readonly Series[];
  /** By the labels' key: when each series began. In OpenMetrics a metric `x_created` beside `x` is that. */
  readonly created: ReadonlyMap<string, Series> | undefined;
}
/** A page without its numbers. */
export interface Arrangement {
  readonly groups: readonly Group[];
  /** Families that have no place beside others once their names are escaped, or by OpenMetrics' rules. */
  readonly hidden: readonly string[];
}

const total = "_total";
/** Names that a family takes, by OpenMetrics 1.0 and by the text format. */
const strict = {
  counter: ["", "_total", "_created"],
  histogram: ["", "_bucket", "_sum", "_count", "_created"],
  summary: ["", "_sum", "_count", "_created"],
};
const lenient = { counter: [""], histogram: ["", "_bucket", "_sum", "_count"], summary: ["", "_sum", "_count"] };

/** Arranges all that the table shows: by name, series by labels. */
export function arrange(table: Table, escaping: Escaping, openMetrics: boolean): Arrangement {
  const hidden: string[] = [];
  const byName = new Map<string, Family[]>();
  for (const family of table.families.values()) {
    const name = escapeName(family.name, escaping, "metric");
    const others = byName.get(name);
    if (others === undefined) byName.set(name, [family]);
    else if (others[0]!.type === family.type) others.push(family);
    else hidden.push(family.name);
  }
  const births = openMetrics ? takeBirths(byName, hidden) : undefined;
  const taken = new Set<string>();
  const claim = (names: readonly string[]): boolean => {
    if (names.some((name) => taken.has(name))) return false;
    for (const name of names) taken.add(name);
    return true;
  };
  const groups: Group[] = [];
  for (const [name, families] of [...byName].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [{ type, help }] = families as [Family];
    const isCounter =
      openMetrics &&
      type === "counter" &&
      name.endsWith(total) &&
      name !== total &&
      claim(namesOf(name.slice(0, -total.length), "counter", true));
    if (isCounter || claim(openMetrics && type === "counter" ? [name] : namesOf(name, type, openMetrics))) {
      const born = births?.get(name);
      const created = type !== "counter" || isCounter ? born?.series : undefined;
      if (born !== undefined && created === undefined) hidden.push(born.name);
      groups.push({ name, type, help, isCounter, series: seriesOf(families, escaping), created });
    } else hidden.push(...families.map((family) => family.name));
  }
  return { groups, hidden };
}

/** Takes out the families that tell when the series of another one began; by the name of that one. */
function takeBirths(byName: Map<string, Family[]>, hidden: string[]): Map<string, Family> {
  const births = new Map<string, Family>();
  for (const [name, families] of byName) {
    const [family] = families as [Family];
    if (namesOf(name, family.type, true).length > 1 || !name.endsWith("_created")) continue;
    const base = name.slice(0, -"_created".length);
    const owner = byName.has(base) ? base : base + total;
    const known = byName.get(owner)?.[0];
    if (known === undefined || !(owner === base ? ["histogram", "summary"] : ["counter"]).includes(known.type))
      continue;
    byName.delete(name);
    births.set(owner, family);
    if (families.length > 1 || [...family.series.keys()].some((key) => !known.series.has(key)))
      hidden.push(family.name);
  }
  return births;
}

function namesOf(name: string, type: FamilyType, openMetrics: boolean): string[] {
  if (type === "gauge" || type === "untyped") return [name];
  return (openMetrics ? strict : lenient)[type].map((suffix) => name + suffix);
}

function seriesOf(families: readonly Family[], escaping: Escaping): readonly Series[] {
  const [first] = families as [Family];
  if (families.length === 1 && (first.plainLabels || escaping === "allow-utf-8")) return sorted(first);
  const byLabels = new Map<string, Series>();
  for (const family of families) {
    for (const series of sorted(family)) {
      const key = labelText(escapeLabels(series.labels, escaping));
      if (!byLabels.has(key)) byLabels.set(key, series);
    }
  }
  return [...byLabels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series);
}

function sorted(family: Family): readonly Series[] {
  family.sorted ??= [...family.series.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return family.sorted;
}

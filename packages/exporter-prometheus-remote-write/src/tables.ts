import type { Catalog } from "@sluice/data";
import type { Naming } from "./naming.ts";
import { SeriesTable } from "./series-table.ts";

const firstSweep = 64;

/** The tables of all catalogs that are alive, under one naming. A table goes with its catalog. */
export class Tables {
  private readonly naming: Naming;
  private readonly seed: number;
  private readonly byCatalog = new WeakMap<Catalog, SeriesTable>();
  /** The same tables, to be counted; those that are gone are taken out when there are twice as many as last time. */
  private readonly all = new Set<WeakRef<SeriesTable>>();
  private sweepAt = firstSweep;

  /** `seed` begins the hashes of series. */
  constructor(naming: Naming, seed: number) {
    this.naming = naming;
    this.seed = seed;
  }

  of(catalog: Catalog): SeriesTable {
    const known = this.byCatalog.get(catalog);
    if (known !== undefined) return known;
    const table = new SeriesTable(catalog, this.naming, this.seed);
    this.byCatalog.set(catalog, table);
    this.all.add(new WeakRef(table));
    if (this.all.size >= this.sweepAt) this.sweepAt = Math.max(firstSweep, this.alive().length * 2);
    return table;
  }

  /** What is remembered: series, and the bytes of their columns and fragments. Walks over all tables. */
  totals(): { readonly series: number; readonly bytes: number } {
    let series = 0;
    let bytes = 0;
    for (const table of this.alive()) {
      series += table.series;
      bytes += table.bytes;
    }
    return { series, bytes };
  }

  private alive(): SeriesTable[] {
    const alive: SeriesTable[] = [];
    for (const ref of this.all) {
      const table = ref.deref();
      if (table === undefined) this.all.delete(ref);
      else alive.push(table);
    }
    return alive;
  }
}

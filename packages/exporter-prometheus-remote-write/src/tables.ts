import type { Catalog } from "@sluice/data";
import { Living } from "./living.ts";
import type { Naming } from "./naming.ts";
import { SeriesTable } from "./series-table.ts";

/** The tables of all catalogs that are alive, under one naming. A table goes with its catalog. */
export class Tables {
  private readonly naming: Naming;
  private readonly seed: number;
  private readonly byCatalog = new WeakMap<Catalog, SeriesTable>();
  private readonly all = new Living<SeriesTable>();

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
    this.all.add(table);
    return table;
  }

  /** What is remembered: series, and the bytes of their columns and fragments. Walks over all tables. */
  totals(): { readonly series: number; readonly bytes: number } {
    let series = 0;
    let bytes = 0;
    for (const table of this.all.alive()) {
      series += table.series;
      bytes += table.bytes;
    }
    return { series, bytes };
  }
}

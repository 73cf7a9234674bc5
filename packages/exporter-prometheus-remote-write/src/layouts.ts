import type { Layout, MetricsPart } from "@sluice/data";
import { findTwins, type Twins } from "./part-series.ts";
import type { SeriesTable } from "./series-table.ts";
import type { SeriesWriter } from "./series-writer.ts";
import { type Block, isPlain, prepare } from "./template.ts";

/** So many plain parts of one layout in a row make it worth a template: a page that changes at each scrape gets none. */
const steadyAfter = 3;

/** What is remembered of a layout for as long as it lives. */
export interface KnownLayout {
  readonly twins: Twins;
  /** Plain parts in a row. */
  runs: number;
  /** Undefined = not prepared yet, or cannot be. */
  blocks: readonly Block[] | undefined;
}

/** The layouts seen under one naming. */
export class Layouts {
  private readonly known = new WeakMap<Layout, KnownLayout>();
  private readonly writer: SeriesWriter;

  constructor(writer: SeriesWriter) {
    this.writer = writer;
  }

  /** A new layout: makes all its series known, then looks for rows that have a series in common. */
  of(layout: Layout, table: SeriesTable): KnownLayout {
    const known = this.known.get(layout);
    if (known !== undefined) return known;
    table.expect(table.catalog.size, layout.at[layout.ids.length]!);
    let before = -1;
    for (const id of layout.ids) {
      const isNew = (table.base[id] ?? 0) === 0;
      if (table.register(id) < 0) continue;
      // While its label bytes are at hand: the fragment for the neighbour it most likely has.
      if (isNew) this.writer.learn(table, id, before);
      before = table.lastOf(id);
    }
    const found = { twins: findTwins(layout, table), runs: 0, blocks: undefined };
    this.known.set(layout, found);
    return found;
  }

  /** The template for a part, once its layout has come often enough; undefined = the general way. */
  blocksFor(part: MetricsPart, table: SeriesTable, known: KnownLayout): readonly Block[] | undefined {
    if (known.twins !== undefined) return undefined;
    if (!isPlain(part)) {
      known.runs = 0;
      return undefined;
    }
    if (++known.runs === steadyAfter) known.blocks = prepare(part, table);
    return known.runs < steadyAfter ? undefined : known.blocks;
  }
}

import type { Layout, MetricsPart } from "@sluice/data";
import { Living } from "./living.ts";
import { findTwins, type Twins } from "./part-series.ts";
import type { SeriesTable } from "./series-table.ts";
import type { SeriesWriter } from "./series-writer.ts";
import { type Block, isPlain, prepare } from "./template.ts";

/** So many plain parts of one layout in a row make it worth a template: a page that changes at each scrape gets none. */
const steadyAfter = 3;
/** After so many the fragments go: they are half of what the exporter remembers, and made again in microseconds. */
const settledAfter = 32;

/** What is remembered of a layout for as long as it lives. */
export interface KnownLayout {
  readonly twins: Twins;
  /** Plain parts in a row that meant the same rows (by object). */
  runs: number;
  rows: MetricsPart["rows"];
  /** Undefined = not prepared yet, or cannot be. */
  blocks: readonly Block[] | undefined;
}

/** The layouts seen under one naming. */
export class Layouts {
  private readonly known = new WeakMap<Layout, KnownLayout>();
  /** Those that have a template, to be counted. */
  private readonly prepared = new Living<KnownLayout>();
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
    const found = { twins: findTwins(layout, table), runs: 0, rows: undefined, blocks: undefined };
    this.known.set(layout, found);
    return found;
  }

  /** The template for a part, once its layout has come often enough, of requests of `maxBytes`; undefined = the general way. */
  blocksFor(part: MetricsPart, table: SeriesTable, known: KnownLayout, maxBytes: number): readonly Block[] | undefined {
    // Only requests of 1.0 are made of stretches that refer to nothing before them.
    if (known.twins !== undefined || this.writer.version !== "1.0") return undefined;
    if (!isPlain(part)) {
      known.runs = 0;
      return undefined;
    }
    if (part.rows !== known.rows) {
      known.rows = part.rows;
      known.runs = 0;
    }
    if (++known.runs === steadyAfter) {
      known.blocks = prepare(part, table, maxBytes);
      if (known.blocks !== undefined) this.prepared.add(known);
    }
    if (known.runs === settledAfter && known.blocks !== undefined) table.forgetFragments();
    return known.runs < steadyAfter ? undefined : known.blocks;
  }

  /** Bytes of all templates whose layouts are alive. */
  get bytes(): number {
    let bytes = 0;
    for (const { blocks } of this.prepared.alive()) for (const block of blocks ?? []) bytes += bytesOf(block);
    return bytes;
  }
}

function bytesOf({ bytes, steps, slots }: Block): number {
  return bytes.length + steps.byteLength + (typeof slots === "number" ? 0 : slots.byteLength);
}

import { type Attributes, type Catalog, keyOf, type Metric, NUMBER, type Resource, type Shape } from "@sluice/data";
import type { LineTable } from "./line-table.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What a catalog needs of its target; several catalogs (one a job and instance) share it. */
export interface CatalogBase {
  readonly lines: LineTable;
  readonly words: Vocabulary;
  readonly order: object;
  /** The attributes of a row, from its text through merging and relabelling; `without` is left out. */
  attributesOf(row: number, without: "le" | "quantile" | undefined): Attributes;
}

/**
 * The points of one (job, instance) of one target. Holds 12 bytes a point: which line shows its labels, its shape, and which
 * lines its slots are. Everything else is derived from the line table when asked for.
 */
export class PageCatalog implements Catalog {
  readonly resource: Resource;
  readonly order: object;
  size = 0;
  readonly #base: CatalogBase;
  #row: Int32Array = new Int32Array(16);
  #shape: Int32Array = new Int32Array(16);
  /** Where in `#lines` the slots of a histogram or summary stand; points of one line: -1. */
  #at: Int32Array = new Int32Array(16);
  /** For each point of several lines: the point of the same group before it (or -1), then a row a slot. */
  #lines: Int32Array = new Int32Array(0);
  #linesEnd = 0;
  readonly #shapes: Shape[] = [NUMBER];
  readonly #shapeIndex = new Map<Shape, number>();

  constructor(base: CatalogBase, resource: Resource) {
    this.#base = base;
    this.resource = resource;
    this.order = base.order;
  }

  get bytes(): number {
    const { lines } = this.#base;
    const share = lines.size === 0 ? 0 : Math.min(1, this.size / lines.size);
    return 12 * this.#row.length + 4 * this.#lines.length + Math.ceil(lines.bytes * share);
  }
  metric(id: number): Metric {
    const { lines, words } = this.#base;
    return words.families.items[lines.family[this.#rowOf(id)]!]!.metric;
  }
  shape(id: number): Shape {
    this.#rowOf(id);
    return this.#shapes[this.#shape[id]!]!;
  }
  attributes(id: number): Attributes {
    const { kind } = this.shape(id);
    const without = kind === "histogram" ? "le" : kind === "summary" ? "quantile" : undefined;
    return this.#base.attributesOf(this.#rowOf(id), without);
  }
  key(id: number): string {
    return keyOf(this, id);
  }

  /** Adds the point of one number. */
  addNumber(row: number): number {
    const id = this.#grow();
    this.#row[id] = row;
    this.#shape[id] = 0;
    this.#at[id] = -1;
    return id;
  }
  /** Adds the point of a line that is a whole histogram. */
  addWhole(row: number, shape: Shape): number {
    const id = this.addNumber(row);
    this.#shape[id] = this.#indexOf(shape);
    return id;
  }
  /** Adds a point of several lines, given in the order of the shape's slots. `before` is the group's former point or -1. */
  addPoint(shape: Shape, rows: ArrayLike<number>, before: number): number {
    const id = this.#grow();
    this.#row[id] = rows[0]!;
    this.#shape[id] = this.#indexOf(shape);
    const at = this.#linesEnd + 1;
    const end = at + rows.length;
    if (end > this.#lines.length) {
      const longer = new Int32Array(Math.max(end, this.#lines.length + Math.max(64, this.#lines.length >> 3)));
      longer.set(this.#lines);
      this.#lines = longer;
    }
    this.#lines[at - 1] = before;
    this.#lines.set(rows, at);
    this.#linesEnd = end;
    this.#at[id] = at;
    return id;
  }
  /** Number of slots of a point. */
  slots(id: number): number {
    return this.#shapes[this.#shape[id]!]!.slots;
  }
  /** The row of one slot of a point of several lines. */
  rowOfSlot(id: number, slot: number): number {
    return this.#lines[this.#at[id]! + slot]!;
  }
  /** The point of the same group that was added before this one, or -1. */
  before(id: number): number {
    return this.#lines[this.#at[id]! - 1]!;
  }

  #rowOf(id: number): number {
    if (!(id >= 0 && id < this.size)) throw new RangeError(`cannot show point ${id} of ${this.size}`);
    return this.#row[id]!;
  }
  #indexOf(shape: Shape): number {
    let index = this.#shapeIndex.get(shape);
    if (index === undefined) {
      index = this.#shapes.push(shape) - 1;
      this.#shapeIndex.set(shape, index);
    }
    return index;
  }
  #grow(): number {
    const id = this.size++;
    if (id === this.#row.length) {
      const length = id + Math.max(64, id >> 3);
      this.#row = longer(this.#row, length);
      this.#shape = longer(this.#shape, length);
      this.#at = longer(this.#at, length);
    }
    return id;
  }
}

function longer(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(length);
  result.set(column);
  return result;
}

import type { Catalog } from "./model.ts";

/** Remembers, per catalog and id, what a consumer worked out (verdict, place of encoded labels, place of state). */
export interface Column<T> {
  /** undefined when nothing was set. */
  get(catalog: Catalog, id: number): T | undefined;
  set(catalog: Catalog, id: number, value: T): void;
}

/** A column of 32-bit integers (not -2^31, which stands for "nothing") with direct access for loops over a layout. */
export interface IntColumn extends Column<number> {
  /** The numbers of a catalog by id, long enough for `catalog.size`, UNSET where nothing was set. Ask again after the catalog grew. */
  of(catalog: Catalog): Int32Array;
}
/** Nothing was set, in `IntColumn.of`. */
export const UNSET = -0x8000_0000;

/**
 * Makes a column of integers, 4 bytes an id. What is remembered dies with the catalog, but for the one used last, which is held
 * until another is asked for.
 */
export function intColumn(): IntColumn {
  return new Ints();
}

/** Makes a column of any values. Lives as `intColumn` does. */
export function createColumn<T>(): Column<T> {
  return new Values<T>();
}

class Ints implements IntColumn {
  readonly #byCatalog = new WeakMap<Catalog, Int32Array>();
  #last: Catalog | undefined;
  #ints: Int32Array = new Int32Array(0);

  get(catalog: Catalog, id: number): number | undefined {
    if (catalog !== this.#last) this.#turnTo(catalog);
    const value = this.#ints[id];
    return value === UNSET ? undefined : value;
  }
  set(catalog: Catalog, id: number, value: number): void {
    if (catalog !== this.#last) this.#turnTo(catalog);
    if (id >= this.#ints.length) this.#grow(catalog, id + 1);
    this.#ints[id] = value;
  }
  of(catalog: Catalog): Int32Array {
    if (catalog !== this.#last) this.#turnTo(catalog);
    if (this.#ints.length < catalog.size) this.#grow(catalog, catalog.size);
    return this.#ints;
  }
  #turnTo(catalog: Catalog): void {
    this.#last = catalog;
    this.#ints = this.#byCatalog.get(catalog) ?? new Int32Array(0);
  }
  #grow(catalog: Catalog, atLeast: number): void {
    const { length } = this.#ints;
    const grown = new Int32Array(Math.max(atLeast, catalog.size, length + (length >> 2))).fill(UNSET);
    grown.set(this.#ints);
    this.#ints = grown;
    this.#byCatalog.set(catalog, grown);
  }
}

class Values<T> implements Column<T> {
  readonly #byCatalog = new WeakMap<Catalog, (T | undefined)[]>();
  #last: Catalog | undefined;
  #values: (T | undefined)[] = [];

  get(catalog: Catalog, id: number): T | undefined {
    if (catalog !== this.#last) this.#turnTo(catalog);
    return this.#values[id];
  }
  set(catalog: Catalog, id: number, value: T): void {
    if (catalog !== this.#last) this.#turnTo(catalog);
    const values = this.#values;
    // Filled, not holed: a list with holes or a far index becomes a slow dictionary.
    while (values.length <= id) values.push(undefined);
    values[id] = value;
  }
  #turnTo(catalog: Catalog): void {
    this.#last = catalog;
    let values = this.#byCatalog.get(catalog);
    if (values === undefined) {
      values = [];
      this.#byCatalog.set(catalog, values);
    }
    this.#values = values;
  }
}

import { type LineTable, METADATA } from "./line-table.ts";
import type { MetadataKind, Vocabulary } from "./vocabulary.ts";

/** Declarations of one name nearly always follow each other; looking further than this for them would not stay linear. */
const MAX_REPLAY = 64;

/**
 * Which metadata is in effect for a name at the present place of a page. A page repeats the one before, so nothing is worked out
 * for lines that come as predicted: `reach` says up to which place of the former order they did. Only names that a page declares
 * otherwise than the page before (`touched`) are followed line by line.
 *
 * Invariant: every metadata line of the former order before `reach` was seen on this page, or its name is touched.
 */
export class MetadataState {
  readonly #lines: LineTable;
  readonly #words: Vocabulary;
  #order: Int32Array = new Int32Array(0);
  /** By name: metadata in effect at the end of the former page; of touched names: now. */
  #now: Int32Array = new Int32Array(0);
  /** By name: first and last place in the former order where it is declared; -1 = nowhere. */
  #first: Int32Array = new Int32Array(0);
  #last: Int32Array = new Int32Array(0);
  #touched: Int32Array = new Int32Array(0);
  /** All names are followed on this page. */
  #all = false;
  #page = 0;
  /** Some name was touched on this page: effects must be compared. */
  isTouched = false;
  #reach = 0;

  constructor(lines: LineTable, words: Vocabulary) {
    this.#lines = lines;
    this.#words = words;
  }

  startPage(): void {
    this.#page++;
    this.#all = false;
    this.isTouched = false;
    this.#reach = 0;
  }

  /** The former order came as predicted up to this place. */
  reached(place: number): void {
    if (place > this.#reach) this.#reach = place;
  }
  /** Whether this place of the former order was passed already. */
  isBehind(place: number): boolean {
    return place < this.#reach;
  }
  /** Lines of the former order come again or late: what is in effect for them must be compared. */
  goBack(): void {
    this.isTouched = true;
  }

  /** A metadata line that came as predicted. */
  repeat(row: number): void {
    if (this.isTouched) this.#follow(row);
  }
  /** A metadata line that was not predicted: its row. */
  declare(row: number): void {
    this.#touch(this.#lines.family[row]!);
    this.#follow(row);
  }
  /** The lines of the former order from `reach` up to `place` do not come now. */
  skip(place: number): void {
    const { target, family } = this.#lines;
    for (let at = this.#reach; at < place; at++) {
      const row = this.#order[at]!;
      if (target[row] === METADATA) this.#touch(family[row]!);
    }
    this.reached(place);
  }

  /** Twice the metadata's id, and 1 more when it is the name's own; 0 = none. */
  effective(name: number): number {
    const own = this.#at(name);
    if (own !== 0) return own * 2 + 1;
    const base = this.#words.trimmed[name]!;
    return base < 0 ? 0 : this.#at(base) * 2;
  }

  /** Makes this page's order the one to predict from. */
  endPage(order: Int32Array, changed: boolean): void {
    if (!changed) return;
    const { target, family } = this.#lines;
    this.#reserve();
    // What the former page declared after all that this page showed is not in effect at this page's end.
    this.skip(this.#order.length);
    this.#order = order;
    this.#first.fill(-1);
    this.#last.fill(-1);
    for (let at = 0; at < order.length; at++) {
      const row = order[at]!;
      if (target[row] !== METADATA) continue;
      const name = family[row]!;
      if (this.#first[name] === -1) this.#first[name] = at;
      this.#last[name] = at;
    }
  }

  /** Knows nothing of any former page. */
  forget(): void {
    this.#order = new Int32Array(0);
    this.#now.fill(0);
    this.#first.fill(-1);
    this.#last.fill(-1);
  }

  #at(name: number): number {
    if (name >= this.#now.length) return 0;
    const last = this.#last[name]!;
    if (this.#all || this.#touched[name] === this.#page || last < this.#reach) return this.#now[name]!;
    const first = this.#first[name]!;
    if (Math.min(last, this.#reach) - first < MAX_REPLAY) return this.#replay(name);
    this.#replayAll();
    return this.#now[name]!;
  }
  /** What the former order declared of a name before `reach`. */
  #replay(name: number): number {
    const { target, family, place, role } = this.#lines;
    let meta = 0;
    const end = Math.min(this.#last[name]! + 1, this.#reach);
    for (let at = Math.max(0, this.#first[name]!); at < end; at++) {
      const row = this.#order[at]!;
      if (target[row] === METADATA && family[row] === name) {
        meta = this.#words.declared(meta, place[row] as MetadataKind, role[row]!);
      }
    }
    return meta;
  }
  /** The same for all names at once, which are followed from here: declarations of one name that lie far apart are rare. */
  #replayAll(): void {
    const { target, family, place, role } = this.#lines;
    for (let name = 0; name < this.#now.length; name++) if (this.#touched[name] !== this.#page) this.#now[name] = 0;
    for (let at = 0; at < this.#reach; at++) {
      const row = this.#order[at]!;
      const name = family[row]!;
      if (target[row] !== METADATA || this.#touched[name] === this.#page) continue;
      this.#now[name] = this.#words.declared(this.#now[name]!, place[row] as MetadataKind, role[row]!);
    }
    this.#all = true;
    this.isTouched = true;
  }
  #touch(name: number): void {
    this.isTouched = true;
    this.#reserve();
    if (this.#all || this.#touched[name] === this.#page) return;
    this.#now[name] = this.#at(name);
    this.#touched[name] = this.#page;
  }
  /** Takes in a line of a name, if it is followed. */
  #follow(row: number): void {
    const name = this.#lines.family[row]!;
    if (!this.#all && this.#touched[name] !== this.#page) return;
    const { place, role } = this.#lines;
    this.#now[name] = this.#words.declared(this.#now[name]!, place[row] as MetadataKind, role[row]!);
  }

  #reserve(): void {
    const names = this.#words.names.items.length;
    const had = this.#now.length;
    if (names <= had) return;
    const length = names + Math.max(64, names >> 2);
    this.#now = longer(this.#now, length);
    this.#touched = longer(this.#touched, length);
    this.#first = longer(this.#first, length).fill(-1, had);
    this.#last = longer(this.#last, length).fill(-1, had);
  }
}

function longer(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(length);
  result.set(column);
  return result;
}

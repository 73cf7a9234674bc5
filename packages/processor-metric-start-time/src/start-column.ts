import { type Layout, msAt, nsAt, type Times } from "@sluice/data";

/**
 * The start times of one part after another. While a source's series count on, a layout has the same start times at every
 * scrape: then it gets the same object, and nothing is copied.
 */
export class StartColumn {
  /** What parts that came without start times got last. */
  #known = new WeakMap<Layout, Times>();
  #layout: Layout | undefined;
  #given: Times | undefined;
  #base: Times | undefined;
  #ms: Float64Array | undefined;
  #ns: Int32Array | undefined;

  /** Turns to the next part, which came with these start times. */
  begin(layout: Layout, given: Times | undefined): void {
    this.#layout = layout;
    this.#given = given;
    this.#base = given ?? this.#known.get(layout);
    this.#ms = undefined;
    this.#ns = undefined;
  }

  set(row: number, ms: number, ns: number): void {
    if (this.#ms === undefined) {
      const base = this.#base;
      const isSet = base === undefined ? ms === 0 && ns === 0 : msAt(base, row) === ms && nsAt(base, row) === ns;
      if (isSet) return;
      this.#copy();
    }
    this.#ms![row] = ms;
    this.#ns![row] = ns;
  }

  /** The start times of the part; the same object as before when nothing differs. */
  finish(): Times | undefined {
    if (this.#ms === undefined) return this.#base;
    const times = { ms: 0, ns: 0, msOf: this.#ms, nsOf: this.#ns };
    if (this.#given === undefined) this.#known.set(this.#layout!, times);
    return times;
  }

  #copy(): void {
    const rows = this.#layout!.ids.length;
    const base = this.#base;
    this.#ms = base?.msOf?.slice() ?? new Float64Array(rows).fill(base?.ms ?? 0);
    this.#ns = base?.nsOf?.slice() ?? new Int32Array(rows).fill(base?.ns ?? 0);
  }
}

/**
 * The histograms and summaries of a target: what their lines share. A group is a metric of a source with labels but for `le` or
 * `quantile`; which of its lines a page shows decides the point.
 */
export class Groups {
  /** The point shown last, and the point added last, in the catalog of the source; -1 = none. */
  readonly point: number[] = [];
  readonly newest: number[] = [];
  readonly kind: ("histogram" | "summary")[] = [];
  /** A row whose labels are the group's. */
  readonly row: number[] = [];
  /** For the arrangement under way: its number, how many lines were found, and the last of them. */
  readonly mark: number[] = [];
  readonly count: number[] = [];
  readonly head: number[] = [];
  readonly #hash: number[] = [];
  readonly #next: number[] = [];
  readonly #byHash = new Map<number, number>();

  get size(): number {
    return this.point.length;
  }
  add(hash: number, kind: "histogram" | "summary", row: number): number {
    const group = this.point.push(-1) - 1;
    this.newest.push(-1);
    this.kind.push(kind);
    this.row.push(row);
    this.mark.push(0);
    this.count.push(0);
    this.head.push(-1);
    this.#hash.push(hash);
    this.#next.push(this.#byHash.get(hash) ?? -1);
    this.#byHash.set(hash, group);
    return group;
  }
  /** The group with this hash that `same` confirms for its row, or -1. */
  find(hash: number, same: (row: number) => boolean): number {
    let group = this.#byHash.get(hash) ?? -1;
    // So many with one hash are no accident, and confirming is dear.
    for (let asked = 0; group >= 0 && asked < 64; group = this.#next[group]!, asked++) {
      if (same(this.row[group]!)) return group;
    }
    return -1;
  }
  hashOf(group: number): number {
    return this.#hash[group]!;
  }
  /** Forgets the points: their catalog was replaced. */
  forgetPoint(group: number): void {
    this.point[group] = -1;
    this.newest[group] = -1;
  }
}

const firstSweep = 64;

/** Objects that live for as long as somebody else holds them, to be counted. */
export class Living<T extends WeakKey> {
  private readonly refs = new Set<WeakRef<T>>();
  /** Those that are gone are taken out when there are twice as many as last time. */
  private sweepAt = firstSweep;

  /** One that is not among them. */
  add(one: T): void {
    this.refs.add(new WeakRef(one));
    if (this.refs.size >= this.sweepAt) this.sweepAt = Math.max(firstSweep, this.alive().length * 2);
  }

  /** Walks over all. */
  alive(): T[] {
    const alive: T[] = [];
    for (const ref of this.refs) {
      const one = ref.deref();
      if (one === undefined) this.refs.delete(ref);
      else alive.push(one);
    }
    return alive;
  }
}

import type { Consume } from "@sluice/component";

/** One way from a component to the next: what its owner calls stays the same, where it leads can be turned. */
export interface Link {
  /** Where the next batch goes. */
  target: Consume;
  /** What the owner is given as its `next`. */
  readonly consume: Consume;
}

/** Makes a link that leads nowhere yet. */
export function createLink(): Link {
  const link: Link = {
    target: () => Promise.reject(new Error("BUG: a batch was sent before its pipeline was wired")),
    consume: (batch) => link.target(batch),
  };
  return link;
}

/** The way into a component, which knows of the batches inside. */
export interface Entrance {
  readonly consume: Consume;
  /** Resolves when no batch is inside. Only for one that no link leads to any more: others never come to rest. */
  idle(): Promise<void>;
}

/** Counts the calls of `consume` that are under way. */
export function createEntrance(consume: Consume): Entrance {
  const state = { inside: 0, waiting: [] as (() => void)[] };
  return {
    async consume(batch) {
      state.inside += 1;
      try {
        await consume(batch);
      } finally {
        state.inside -= 1;
        if (state.inside === 0) for (const resolve of state.waiting.splice(0)) resolve();
      }
    },
    async idle() {
      if (state.inside > 0) await new Promise<void>((resolve) => state.waiting.push(resolve));
    },
  };
}

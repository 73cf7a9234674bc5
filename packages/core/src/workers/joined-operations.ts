import type { Operation } from "@sluice/component";

/** What several threads recorded of the calls of one instance and signal, as if one had; by name. */
export function joinOperations(threads: readonly (readonly Operation[])[]): readonly Operation[] {
  const byName = Map.groupBy(threads.flat(), ({ name }) => name);
  return [...byName.values()].map(join).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function join(operations: readonly Operation[]): Operation {
  const [{ name, taken }] = operations as [Operation];
  const sum = (of: (operation: Operation) => number): number => operations.reduce((total, one) => total + of(one), 0);
  return {
    name,
    running: sum(({ running }) => running),
    taken: taken.map((_, bucket) => sum((one) => one.taken[bucket] ?? 0)),
    refused: sum(({ refused }) => refused),
    samples: operations.flatMap(({ samples }) => samples).sort((a, b) => b.at - a.at),
  };
}

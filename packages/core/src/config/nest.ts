import { type Budget, maxDepth, spendNode } from "./limits.ts";
import type { Located, LocatedEntry, LocatedMap, Place } from "./located.ts";
import { quote } from "./problems.ts";

type Entries = Map<string, LocatedEntry>;
interface Nesting {
  readonly budget: Budget;
  readonly fail: (place: Place, message: string) => void;
}

/**
 * Turns each key like `a::b` into maps inside each other, joined with those of the same names beside it, as upstream does for
 * every key outside of lists. Calls `fail` for a value that is set twice and for a key that leads too deep.
 */
export function nestKeys(node: Located, budget: Budget, fail: Nesting["fail"]): Located {
  return nest({ budget, fail }, node, 0);
}

function nest(nesting: Nesting, node: Located, depth: number): Located {
  if (node.kind !== "map") return node;
  const entries: Entries = new Map();
  for (const [key, { place, value }] of node.entries) {
    const steps = key.split("::");
    if (depth + steps.length > maxDepth) {
      nesting.fail(place, `found the key ${quote(key)}, expected at most ${maxDepth} levels inside each other`);
      continue;
    }
    const holder = holderOf(nesting, entries, steps, place);
    if (holder !== undefined)
      put(nesting, holder, steps.at(-1)!, { place, value: nest(nesting, value, depth + steps.length) });
  }
  return { ...node, entries };
}

/** The entries of the map that all steps but the last lead to; it is made where there is none. */
function holderOf(nesting: Nesting, entries: Entries, steps: readonly string[], place: Place): Entries | undefined {
  let holder = entries;
  for (const step of steps.slice(0, -1)) {
    const known = holder.get(step);
    if (known !== undefined && known.value.kind !== "map") {
      again(nesting, step, place, known);
      return undefined;
    }
    if (known === undefined) spendNode(nesting.budget, place);
    const map = known?.value ?? { kind: "map", place, text: undefined, entries: new Map() };
    if (known === undefined) holder.set(step, { place, value: map });
    holder = own(map as LocatedMap);
  }
  return holder;
}

function put(nesting: Nesting, holder: Entries, key: string, entry: LocatedEntry): void {
  const known = holder.get(key);
  if (known === undefined) holder.set(key, entry);
  else if (known.value.kind === "map" && entry.value.kind === "map") {
    const target = own(known.value);
    for (const [step, inner] of entry.value.entries) put(nesting, target, step, inner);
  } else again(nesting, key, entry.place, known);
}

/** All maps in reach were made by `nest` a moment ago, so nobody else sees them change. */
const own = ({ entries }: LocatedMap): Entries => entries as Entries;

function again({ fail }: Nesting, key: string, place: Place, first: LocatedEntry): void {
  fail(place, `found the key ${quote(key)} again, first used in line ${(first.place.inside ?? first.place).line}`);
}

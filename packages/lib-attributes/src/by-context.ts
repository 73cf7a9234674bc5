import type { Batch } from "@sluice/data";
import type { ContextValues } from "./actions.ts";

/** Most combinations of values remembered; of more, the one not used for longest is made anew when it comes back. */
const MAX_KNOWN = 256;

const none: ContextValues = new Map();

/**
 * Gives the same object for batches whose metadata has the same values under `keys`: what identity depends on must be chosen,
 * not looked up. Bounded, since senders choose the values.
 */
export function byContext<T>(
  keys: readonly string[],
  make: (values: ContextValues) => T,
): (context: Batch["context"]) => T {
  const withoutAny = make(none);
  if (keys.length === 0) return () => withoutAny;
  const known = new Map<string, T>();
  return (context) => {
    const values = contextValues(keys, context);
    if (values.size === 0) return withoutAny;
    const text = JSON.stringify([...values]);
    let result = known.get(text);
    if (result === undefined) {
      result = make(values);
      if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
    } else known.delete(text);
    // Last in order: used last.
    known.set(text, result);
    return result;
  };
}

/** What a batch's metadata has under `keys`; several values of one name are joined by ";". */
function contextValues(keys: readonly string[], context: Batch["context"]): ContextValues {
  if (context === undefined) return none;
  return new Map(
    keys.flatMap((key) => {
      const values = context.get(key) ?? [];
      return values.length === 0 ? [] : [[key, values.join(";")] as const];
    }),
  );
}

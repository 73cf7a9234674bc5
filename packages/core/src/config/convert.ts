import type { Env } from "@sluice/component";
import { type Located, type Place, toPlain } from "./located.ts";
import type { Report } from "./problems.ts";
import { reason } from "./providers.ts";
import { fromPlain } from "./yaml-text.ts";

/**
 * Changes a configuration that was merged and expanded, before it is checked: given as plain data, which it may change or replace.
 * What it throws is an error of the configuration.
 */
export type Converter = (config: unknown, env: Env) => unknown;

/** What converters make of a tree. Values that they leave alone keep their places; new ones have the place of what they stand in. */
export async function convertTree(
  root: Located,
  converters: readonly Converter[],
  env: Env,
  report: Report,
): Promise<Located> {
  let tree = root;
  for (const convert of converters) {
    try {
      tree = withPlaces(fromPlain(await convert(toPlain(tree), env)), tree, tree.place);
    } catch (error) {
      const message = `cannot convert the configuration: ${reason(error)}`;
      report({ severity: "error", place: root.place, path: [], message });
    }
  }
  return tree;
}

function withPlaces(node: Located, before: Located | undefined, place: Place): Located {
  if (node.kind === "scalar") {
    const same = before?.kind === "scalar" && before.value === node.value;
    return same ? before : { ...node, place: before?.place ?? place };
  }
  const at = before?.place ?? place;
  if (node.kind === "list") {
    const old = before?.kind === "list" ? before.items : [];
    return { ...node, place: at, items: node.items.map((item, i) => withPlaces(item, old[i], at)) };
  }
  const old = before?.kind === "map" ? before.entries : undefined;
  const entries = [...node.entries].map(([key, { value }]) => {
    const entry = old?.get(key);
    return [key, { place: entry?.place ?? at, value: withPlaces(value, entry?.value, entry?.place ?? at) }] as const;
  });
  return { ...node, place: at, entries: new Map(entries) };
}

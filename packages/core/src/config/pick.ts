import { describeNode } from "./describe.ts";
import { isNull, type Located, type LocatedMap, nullAt, type Path, type Place } from "./located.ts";
import type { Report } from "./problems.ts";
import { didYouMean } from "./suggest.ts";

/** A value of the structure around the components, and where it stands. */
export interface Spot {
  readonly node: Located | undefined;
  readonly path: Path;
  readonly place: Place;
}

/** The spot of a map's key. Below what is no map nothing is known: as if a problem had been told of it already. */
export function below({ node, path, place }: Spot, key: string): Spot {
  if (node !== undefined && node.kind !== "map" && (node.broken || !isNull(node))) {
    return { node: { ...nullAt(place), broken: true }, path: [...path, key], place };
  }
  const entry = node?.kind === "map" ? node.entries.get(key) : undefined;
  return { node: entry?.value, path: [...path, key], place: entry?.place ?? place };
}

/** Whether nothing was written, or nothing in a list or map. */
export function isEmpty(node: Located | undefined): boolean {
  if (node === undefined) return true;
  if (node.broken) return false;
  return (
    isNull(node) || (node.kind === "list" ? node.items.length === 0 : node.kind === "map" && node.entries.size === 0)
  );
}

/**
 * Gives the entries of a map; none when nothing is written, undefined when it is no map, which is reported. So are keys that are
 * not among `keys`.
 */
export function pickMap(
  { node, path, place }: Spot,
  keys: readonly string[] | undefined,
  report: Report,
): LocatedMap["entries"] | undefined {
  if (node?.broken) return undefined;
  if (node === undefined || isNull(node)) return new Map();
  if (node.kind !== "map") {
    report({ severity: "error", place, path, message: `found ${describeNode(node)}, expected a map` });
    return undefined;
  }
  for (const [key, entry] of node.entries) {
    if (keys === undefined || keys.includes(key)) continue;
    const message = `unknown key${didYouMean(key, keys) || `; expected one of ${keys.join(", ")}`}`;
    report({ severity: "error", place: entry.place, path: [...path, key], message });
  }
  return node.entries;
}

/** Gives the texts of a list, with their spots; what is no list of texts is reported. */
export function pickTexts(spot: Spot, report: Report): readonly { readonly text: string; readonly spot: Spot }[] {
  const { node, path, place } = spot;
  if (node === undefined || isNull(node)) return [];
  if (node.kind !== "list") {
    const hint = node.kind === "scalar" && node.reference === undefined ? `; write [${node.text ?? ""}]` : "";
    report({ severity: "error", place, path, message: `found ${describeNode(node)}, expected a list of ids${hint}` });
    return [];
  }
  return node.items.flatMap((item, index) => {
    const at = { node: item, path: [...path, index], place: item.place };
    if (item.kind === "scalar" && typeof item.value === "string") return [{ text: item.value, spot: at }];
    if (item.broken) return [];
    report({
      severity: "error",
      place: at.place,
      path: at.path,
      message: `found ${describeNode(item)}, expected an id`,
    });
    return [];
  });
}

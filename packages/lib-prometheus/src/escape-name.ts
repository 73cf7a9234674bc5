/** How a name that only Prometheus 3 allows is shown to a reader that does not want it; `escaping` in Accept and Content-Type. */
import { isLegacyLabelName, isLegacyMetricName } from "./labels.ts";

/** The schemes by the words of the negotiation. */
export const ESCAPINGS = ["allow-utf-8", "underscores", "dots", "values"] as const;
/** One of `ESCAPINGS`. */
export type Escaping = (typeof ESCAPINGS)[number];

/** A metric's or a label's name (a label has no colons) under a scheme. What needs no escaping stays, but for `dots`, which doubles underscores. */
export function escapeName(name: string, escaping: Escaping, of: "metric" | "label"): string {
  if (escaping === "allow-utf-8" || name === "") return name;
  const isLegacy = of === "metric" ? isLegacyMetricName(name) : isLegacyLabelName(name);
  if (isLegacy && (escaping !== "dots" || !name.includes("_"))) return name;
  let result = escaping === "values" ? "U__" : "";
  let first = true;
  for (const character of name) {
    const plain = isLegacyMetricName(first ? character : `_${character}`) && (of === "metric" || character !== ":");
    result += escaped(character, plain, escaping);
    first = false;
  }
  return result;
}

function escaped(character: string, plain: boolean, escaping: Exclude<Escaping, "allow-utf-8">): string {
  if (escaping === "underscores") return plain ? character : "_";
  if (character === "_") return "__";
  if (plain) return character;
  if (escaping === "dots") return character === "." ? "_dot_" : "__";
  return character.isWellFormed() ? `_${character.codePointAt(0)!.toString(16)}_` : "_FFFD_";
}

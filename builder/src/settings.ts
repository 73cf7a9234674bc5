import type { Architecture } from "./debian.ts";

/** What a manifest says of one output. */
type Settings = Readonly<Record<string, unknown>>;

/** Throws for a setting that an output does not have. */
export function checkKeys(settings: Settings, known: readonly string[]): void {
  const unknown = Object.keys(settings).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const expected = known.length === 0 ? "no settings" : `one of ${known.join(", ")}`;
  throw new Error(`${unknown}: unknown setting, expected ${expected}`);
}

/** A setting that is a text. */
export function readText(settings: Settings, key: string, otherwise: string): string {
  const { [key]: value = otherwise } = settings;
  if (typeof value !== "string" || value === "") throw new Error(`${key}: expected a text`);
  return value;
}

/** The architectures to build for: both when nothing is said. */
export function readArchitectures(settings: Settings): readonly Architecture[] {
  const { architectures = ["amd64", "arm64"] } = settings;
  const isList = Array.isArray(architectures) && architectures.length > 0;
  if (!isList || !architectures.every((one) => one === "amd64" || one === "arm64"))
    throw new Error("architectures: expected a list of amd64 and arm64");
  return [...new Set(architectures as Architecture[])].sort();
}

/** A setting that is off when it is not said. */
export function readFlag(settings: Settings, key: string): boolean {
  const { [key]: value = false } = settings;
  if (typeof value !== "boolean") throw new Error(`${key}: expected true or false`);
  return value;
}

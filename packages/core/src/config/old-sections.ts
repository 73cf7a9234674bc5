import type { JsonSchema } from "@sluice/component";
import { type Catalog, oldTypes } from "./catalog.ts";
import { parseId } from "./ids.ts";
import { type Located, type LocatedEntry, type LocatedMap, nullAt, type Path, type Place } from "./located.ts";
import { withOldKeys } from "./old-forms.ts";
import type { Report } from "./problems.ts";
import { propertiesOf } from "./schema.ts";

/**
 * Rewrites what upstream's components of old once meant: the body of the exporter `logging` becomes one of `debug`, and the
 * extension `memory_ballast` is left out. Each is warned of. Gives the same node when there are none.
 */
export function rewriteOldSections(root: Located, catalog: Catalog, report: Report): Located {
  return rewriteLogging(leaveOutBallast(root, catalog, report), catalog, report);
}

function rewriteLogging(root: Located, catalog: Catalog, report: Report): Located {
  const old = catalog.get("exporters")!.get("logging");
  if (old?.type !== oldTypes.exporters?.logging) return root;
  return mapEntries(root, "exporters", (key, entry) => {
    if (typeOf(key) !== "logging" || entry.value.broken) return entry;
    return { ...entry, value: asDebug(entry, ["exporters", key], report) };
  });
}

/** Keeps what was printed: a line a batch, of which there were two a second and every 500th, unless all details were asked for. */
function asDebug({ place, value }: LocatedEntry, path: Path, report: Report): Located {
  if (value.kind === "list" || (value.kind === "scalar" && value.value !== null)) return value;
  const entries = new Map<string, LocatedEntry>(value.kind === "map" ? value.entries : []);
  const level = entries.get("loglevel");
  if (level !== undefined && entries.has("verbosity")) {
    entries.delete("loglevel");
    const message = "found the old form of verbosity beside that, expected one of the two";
    report({ severity: "error", place: level.place, path: [...path, "loglevel"], message });
  } else if (level !== undefined) {
    const verbosity = verbosityOf(level.value);
    entries.delete("loglevel");
    // What is no level stays what it is: the check of `verbosity` says what there is.
    const now = verbosity === undefined ? level.value : text(level.value, verbosity);
    entries.set("verbosity", { place: level.place, value: now });
    const message = `old form; write verbosity: ${verbosity}`;
    const told = { severity: "warning", place: level.place, path: [...path, "loglevel"], message } as const;
    if (verbosity !== undefined) report(told);
  }
  const verbosity = entries.get("verbosity");
  if (verbosity?.value.kind === "scalar" && String(verbosity.value.value).toLowerCase() === "normal") {
    entries.set("verbosity", { ...verbosity, value: text(verbosity.value, "basic") });
    const message = `taken as "basic", since "logging" printed a line a batch; in "debug" it is a line an item`;
    report({ severity: "warning", place: verbosity.place, path: [...path, "verbosity"], message });
  }
  if (!entries.has("sampling_thereafter")) {
    entries.set("sampling_thereafter", { place, value: { kind: "scalar", place, text: "500", value: 500 } });
  }
  return { kind: "map", place: value.place, text: undefined, entries };
}

const levels = ["info", "warn", "error", "dpanic", "panic", "fatal"];

function verbosityOf(level: Located): "basic" | "detailed" | undefined {
  const written = level.kind === "scalar" && typeof level.value === "string" ? level.value.toLowerCase() : "";
  if (written === "debug") return "detailed";
  return levels.includes(written) ? "basic" : undefined;
}

function text({ place }: { readonly place: Place }, value: string): Located {
  return { kind: "scalar", place, text: value, value };
}

function leaveOutBallast(root: Located, catalog: Catalog, report: Report): Located {
  if (catalog.get("extensions")!.has("memory_ballast")) return root;
  const left = mapEntries(root, "extensions", (key, entry) => {
    if (typeOf(key) !== "memory_ballast") return entry;
    const message = "has no effect: there is no ballast; remove it";
    report({ severity: "warning", place: entry.place, path: ["extensions", key], message });
    return undefined;
  });
  if (left === root) return root;
  return mapEntries(left, "service", (key, entry) => {
    const { value } = entry;
    if (key !== "extensions" || value.kind !== "list") return entry;
    const items = value.items.filter((item) => item.kind !== "scalar" || typeOf(item.text ?? "") !== "memory_ballast");
    return { ...entry, value: items.length > 0 ? { ...value, items } : nullAt(value.place) };
  });
}

function typeOf(id: string): string | undefined {
  const parsed = parseId(id);
  return "problem" in parsed ? undefined : parsed.type;
}

/** Replaces or leaves out entries of a section; the same node when nothing changes. */
export function mapEntries(
  root: Located,
  section: string,
  fn: (key: string, entry: LocatedEntry) => LocatedEntry | undefined,
): Located {
  const at = root.kind === "map" ? root.entries.get(section) : undefined;
  if (root.kind !== "map" || at?.value.kind !== "map") return root;
  const entries = new Map<string, LocatedEntry>();
  let same = true;
  for (const [key, entry] of at.value.entries) {
    const written = fn(key, entry);
    same &&= written === entry;
    if (written !== undefined) entries.set(key, written);
  }
  if (same) return root;
  const value: LocatedMap = { ...at.value, entries };
  return { ...root, entries: new Map(root.entries).set(section, { ...at, value }) };
}

/**
 * What the body of a type may hold as somebody writes it: the component's schema with its old keys. For editors and other
 * checkers; `type` is the one that is written, so that `logging` may have its own keys.
 */
export function writtenSchema(type: string, schema: JsonSchema): JsonSchema {
  const written = withOldKeys(schema);
  if (type !== "logging") return written;
  const description = "Old form of `verbosity`: `debug` is `detailed`, anything else `basic`.";
  const either = ["debug", ...levels].flatMap((level) => [level, level.toUpperCase()]);
  const loglevel = { type: "string", enum: either, description, deprecated: true };
  return { ...written, properties: { ...propertiesOf(written), loglevel } };
}

/** A position in a text. `line` 0 means the source as a whole. */
export interface Position {
  /** A file's path as given, a URL without its credentials, `env:NAME`, "inline yaml", or `--set key`. */
  readonly source: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}
/** Where something stands, in a text that the user can open. */
export interface Place extends Position {
  /** Set inside the value of an environment variable or of inline YAML: the place is then that of the reference to it. */
  readonly inside?: Position;
  /** The reference that brought the text in. */
  readonly via?: { readonly reference: string; readonly place: Place };
}
/** Leads from the top of the configuration to a value. */
export type Path = readonly (string | number)[];
export type ScalarValue = string | number | boolean | null;

interface Common {
  readonly place: Place;
  /** The text as written (a scalar), or as a provider gave it (a value that came from a reference); undefined for a literal map or list. */
  readonly text: string | undefined;
  /** The scalar as written, when its value came from references: "${env:NAME}". */
  readonly reference?: string;
  /** What those references were taken from, in their order, without credentials: "env:NAME", "env:NAME (default)", "file:a.yaml". */
  readonly from?: readonly string[];
  /** Why a referenced text was taken as a string: its first mistake as YAML, with place. */
  readonly invalidYaml?: string;
  /** A problem was already reported here: say nothing more about this value. */
  readonly broken?: true;
}
export interface LocatedScalar extends Common {
  readonly kind: "scalar";
  readonly value: ScalarValue;
}
export interface LocatedList extends Common {
  readonly kind: "list";
  readonly items: readonly Located[];
}
/** A Map and not an object: `__proto__` and its kin are plain keys. */
export interface LocatedMap extends Common {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}
export interface LocatedEntry {
  /** The key's place. */
  readonly place: Place;
  readonly value: Located;
}
/** A configuration value that knows where it stands. Immutable: parts of a tree are shared. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

/** Whether the value is YAML's null: nothing was written, or `~`. */
export function isNull(node: Located): boolean {
  return node.kind === "scalar" && node.value === null;
}

export function nullAt(place: Place): LocatedScalar {
  return { kind: "scalar", place, text: "", value: null };
}

/**
 * Finds what `path` leads to. Gives the place of the last key or item that exists, so a path to a missing key gives the place of
 * what should hold it; `node` is undefined when the path was not followed to its end. `start` is the place of the root.
 */
export function find(
  root: Located,
  path: Path,
  start: Place,
): { readonly node: Located | undefined; readonly place: Place; readonly broken: boolean } {
  let node = root;
  let place = start;
  for (const step of path) {
    if (node.broken) break;
    const entry = node.kind === "map" ? node.entries.get(String(step)) : undefined;
    const item = node.kind === "list" ? node.items[Number(step)] : undefined;
    const next = entry?.value ?? item;
    if (next === undefined) return { node: undefined, place, broken: false };
    place = entry?.place ?? next.place;
    node = next;
  }
  return { node, place, broken: node.broken === true };
}

/** The plain data of a tree. Objects have no prototype. */
export function toPlain(node: Located): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toPlain);
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, { value }] of node.entries) plain[key] = toPlain(value);
  return plain;
}

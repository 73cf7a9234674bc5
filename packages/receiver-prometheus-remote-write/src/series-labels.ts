import { type Attributes, type Resource, type Scope, WireError, WireReader } from "@sluice/data";

/** Why a series is not taken. */
export type Reason =
  | "no_name"
  | "empty_label_name"
  | "duplicate_label"
  | "invalid_label"
  | "invalid_reference"
  | "labels_too_long"
  | "no_samples"
  | "invalid_histogram";
/** Labels as they stand on the wire; undefined where they are no UTF-8, or malformed. */
export type WireLabels = readonly (readonly [name: string | undefined, value: string | undefined])[];

/** A series as our model divides it: its metric's name and scope, its resource, and the rest. */
export interface Identity {
  readonly name: string;
  readonly job: string;
  readonly instance: string;
  readonly scope: Scope;
}

const SCOPE = "otel_scope_";
const TAKEN = new Set(["__name__", "job", "instance"]);
const NO_SCOPE: Scope = Object.freeze({
  name: "",
  version: "",
  schemaUrl: "",
  attributes: Object.freeze([]),
  droppedAttributes: 0,
});
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text; undefined when they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The labels of a 1.0 series, from the bytes of its label fields. */
export function readLabels(bytes: Uint8Array): WireLabels {
  const labels: [string | undefined, string | undefined][] = [];
  const reader = new WireReader(bytes);
  try {
    while (reader.find(0x0a)) labels.push(readLabel(reader));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    labels.push([undefined, undefined]);
  }
  return labels;
}

/** A `Label`, from its length on. Throws WireError. */
export function readLabel(reader: WireReader): [name: string | undefined, value: string | undefined] {
  let name: string | undefined = "";
  let value: string | undefined = "";
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) name = textOf(reader.view());
    else if (tag === 0x12) value = textOf(reader.view());
    else reader.skip(tag);
  }
  reader.leave(outer);
  return [name, value];
}

/** Checks the labels of a series and divides them. A label without a value is no label. */
export function identify(labels: WireLabels): Identity | Reason {
  const all = new Map<string, string>();
  for (const [name, value] of labels) {
    if (name === undefined || value === undefined) return "invalid_label";
    if (name === "") return "empty_label_name";
    if (all.has(name)) return "duplicate_label";
    all.set(name, value);
  }
  const name = all.get("__name__") ?? "";
  if (name === "") return "no_name";
  return { name, job: all.get("job") ?? "", instance: all.get("instance") ?? "", scope: scopeOf(all) };
}

function scopeOf(labels: ReadonlyMap<string, string>): Scope {
  const own = [...labels].filter(([name, value]) => name.startsWith(SCOPE) && value !== "");
  if (own.length === 0) return NO_SCOPE;
  const scope = { ...NO_SCOPE, attributes: [] as { key: string; value: string }[] };
  for (const [name, value] of own) {
    const key = name.slice(SCOPE.length);
    if (key === "name") scope.name = value;
    else if (key === "version") scope.version = value;
    else if (key === "schema_url") scope.schemaUrl = value;
    else scope.attributes.push({ key, value });
  }
  return scope;
}

/** The labels that neither resource nor scope nor name say, of a series that `identify` took. */
export function attributesOf(labels: WireLabels): Attributes {
  const attributes: { key: string; value: string }[] = [];
  for (const [key = "", value = ""] of labels) {
    if (value !== "" && !TAKEN.has(key) && !key.startsWith(SCOPE)) attributes.push({ key, value });
  }
  return attributes;
}

/** The resource of a job's instance. Nothing is added to what the sender says: every attribute becomes a label again. */
export function resourceOf(job: string, instance: string): Resource {
  const attributes: { key: string; value: string }[] = [];
  if (job !== "") attributes.push({ key: "service.name", value: job });
  if (instance !== "") attributes.push({ key: "service.instance.id", value: instance });
  return Object.freeze({ attributes: Object.freeze(attributes), droppedAttributes: 0, schemaUrl: "" });
}

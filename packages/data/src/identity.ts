import { isList } from "./attributes.ts";
import { Hash128 } from "./hash.ts";
import type { Attributes, AttributeValue, Catalog, Metric, Resource } from "./model.ts";

type Words = readonly [number, number, number, number];
// Both are immutable and few; remembering their hash leaves only the attributes to be hashed for one id.
const ofResource = new WeakMap<Resource, Words>();
const ofMetric = new WeakMap<Metric, Words>();

/**
 * `Catalog.key` for any catalog. What identifies a stream: resource attributes; scope name, version, attributes; metric name,
 * unit, kind, temporality, monotonic; point attributes, sorted by key. Help, metadata, schema URLs and dropped counts do not.
 */
export function keyOf(catalog: Catalog, id: number): string {
  const hash = new Hash128();
  for (const word of resourceWords(catalog.resource)) hash.word(word);
  for (const word of metricWords(catalog.metric(id))) hash.word(word);
  addAttributes(hash, catalog.attributes(id));
  return hash.hex();
}

function resourceWords(resource: Resource): Words {
  let words = ofResource.get(resource);
  if (words === undefined) {
    const hash = new Hash128();
    addAttributes(hash, resource.attributes);
    words = hash.words();
    ofResource.set(resource, words);
  }
  return words;
}

function metricWords(metric: Metric): Words {
  let words = ofMetric.get(metric);
  if (words === undefined) {
    const hash = new Hash128();
    hash.text(metric.scope.name);
    hash.text(metric.scope.version);
    addAttributes(hash, metric.scope.attributes);
    hash.text(metric.name);
    hash.text(metric.unit);
    hash.text(metric.kind);
    hash.text(metric.temporality);
    hash.word(Number(metric.monotonic));
    words = hash.words();
    ofMetric.set(metric, words);
  }
  return words;
}

/** Adds attributes to a hash, independent of their order. */
function addAttributes(hash: Hash128, attributes: Attributes): void {
  hash.word(attributes.length);
  for (const { key, value } of isSorted(attributes) ? attributes : attributes.toSorted(byKey)) {
    hash.text(key);
    addValue(hash, value);
  }
}

function isSorted(attributes: Attributes): boolean {
  for (let i = 1; i < attributes.length; i++) if (attributes[i - 1]!.key > attributes[i]!.key) return false;
  return true;
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function addValue(hash: Hash128, value: AttributeValue): void {
  if (typeof value === "string") {
    hash.word(1);
    hash.text(value);
  } else if (typeof value === "boolean") hash.word(value ? 2 : 3);
  else if (typeof value === "number") {
    hash.word(4);
    hash.double(value);
  } else if (typeof value === "bigint") {
    hash.word(5);
    hash.text(value.toString());
  } else if (value === null) hash.word(6);
  else if (value instanceof Uint8Array) {
    hash.word(7);
    hash.bytes(value);
  } else if (isList(value)) {
    hash.word(8);
    hash.word(value.length);
    for (const item of value) addValue(hash, item);
  } else {
    hash.word(9);
    addAttributes(hash, value.map);
  }
}

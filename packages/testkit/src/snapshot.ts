import type { Batch, Catalog, LogsPart, TracesPart, WirePart } from "@sluice/data";

/**
 * All that can be seen of a batch as plain data, typed arrays bit for bit: two looks at an unchanged batch are equal. Catalogs
 * are written out id by id, records and wire parts decoded.
 */
export function snapshotOf(batch: Batch): unknown {
  return plain(batch, new Map());
}

function plain(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (ArrayBuffer.isView(value)) return bytesOf(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, seen));
  if (value instanceof Map) return [...value].map(([key, item]) => [key, plain(item, seen)]);
  const result: Record<string, unknown> = {};
  seen.set(value, result);
  if (isCatalog(value)) return Object.assign(result, identitiesOf(value, seen));
  for (const [key, item] of Object.entries(value)) result[key] = plain(item, seen);
  if (isRecords(value)) {
    result.records = Array.from({ length: value.index.length / 3 }, (_, row) => plain(value.record(row), seen));
  }
  if (isWire(value)) result.decoded = plain(value.decode(), seen);
  return result;
}

function bytesOf(view: ArrayBufferView): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return `${view.constructor.name} ${bytes.toString("hex")}`;
}

function isCatalog(value: object): value is Catalog {
  return "attributes" in value && typeof value.attributes === "function";
}

function isRecords(value: object): value is TracesPart | LogsPart {
  return "form" in value && value.form === "records";
}

function isWire(value: object): value is WirePart {
  return "form" in value && value.form === "wire";
}

function identitiesOf(catalog: Catalog, seen: Map<object, unknown>): object {
  const ids = Array.from({ length: catalog.size }, (_, id) => ({
    metric: plain(catalog.metric(id), seen),
    shape: plain(catalog.shape(id), seen),
    attributes: plain(catalog.attributes(id), seen),
  }));
  return { resource: plain(catalog.resource, seen), ids };
}

/** Makes plain objects and arrays of a value unchangeable, however deep; typed arrays, maps and catalogs cannot be. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map) for (const item of value.values()) deepFreeze(item);
  const plainObject = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!plainObject) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
}

/** What the tests of the model share: short identities, and a part as plain rows that can be compared. */
import {
  type Attributes,
  type Metric,
  type MetricsPart,
  msAt,
  nsAt,
  type Resource,
  type Scope,
  STALE,
  VALUE,
} from "./index.ts";

export function attrs(map: Record<string, string>): Attributes {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}
export function resourceOf(map: Record<string, string> = {}): Resource {
  return { attributes: attrs(map), droppedAttributes: 0, schemaUrl: "" };
}
export const testScope: Scope = { name: "scope", version: "1", schemaUrl: "", attributes: [], droppedAttributes: 0 };

export function metricOf(name: string, more: Partial<Metric> = {}): Metric {
  const metric: Metric = {
    name,
    kind: "gauge",
    monotonic: false,
    temporality: "none",
    unit: "",
    help: "",
    metadata: [],
    scope: testScope,
  };
  return { ...metric, ...more };
}

/** The bits of a double, so that -0 and the payload of a NaN can be seen. */
export function bitsAt(slots: Float64Array, slot: number): string {
  const view = new DataView(slots.buffer, slots.byteOffset + 8 * slot, 8);
  return view.getBigUint64(0, new Uint8Array(Uint16Array.of(1).buffer)[0] === 1).toString(16);
}

/** Every row meant, with all that belongs to it. */
export function rowsOf(part: MetricsPart): unknown[] {
  const { layout, rows, states } = part;
  const { catalog, ids, at } = layout;
  return [...(rows ?? ids.keys())].map((row) => {
    const id = ids[row]!;
    const shape = catalog.shape(id);
    const values: unknown[] = [];
    for (let slot = at[row]!; slot < at[row + 1]!; slot++) {
      const state = states === "stale" ? STALE : (states?.[slot] ?? VALUE);
      values.push(state === VALUE ? (part.wide?.get(slot) ?? bitsAt(part.slots, slot)) : state);
    }
    return {
      resource: catalog.resource,
      metric: catalog.metric(id),
      attributes: catalog.attributes(id),
      shape: { ...shape, bounds: [...shape.bounds] },
      values,
      time: [msAt(part.time, row), nsAt(part.time, row)],
      start: part.start === undefined ? [0, 0] : [msAt(part.start, row), nsAt(part.start, row)],
      exponential: states === "stale" ? undefined : part.ragged?.get(row),
      exemplars: part.exemplars?.get(row) ?? [],
      flags: part.flags?.get(row) ?? 0,
    };
  });
}

import { expect, test } from "vitest";
import {
  ABSENT,
  batchOf,
  createCatalog,
  createColumn,
  INT,
  intColumn,
  itemCount,
  layoutOf,
  type Metric,
  NUMBER,
  ownBytes,
  pointsPart,
  type Resource,
  rowCount,
  type Scope,
  STALE,
  sampleCount,
  select,
  shapeOf,
  slotOf,
  timesOf,
  VALUE,
  view,
  withCatalog,
} from "./index.ts";

const resource: Resource = { attributes: [{ key: "service.name", value: "a" }], droppedAttributes: 0, schemaUrl: "" };
const scope: Scope = { name: "s", version: "1", schemaUrl: "", attributes: [], droppedAttributes: 0 };
const metric = (name: string): Metric => ({
  name,
  kind: "gauge",
  monotonic: false,
  temporality: "none",
  unit: "",
  help: "",
  metadata: [],
  scope: { ...scope },
});

test("smoke", () => {
  const c = createCatalog(resource);
  const h = shapeOf({ kind: "histogram", bounds: Float64Array.of(1, 2), inf: true, sum: true, count: true });
  expect(shapeOf({ kind: "histogram", bounds: Float64Array.of(1, 2), inf: true, sum: true, count: true })).toBe(h);
  expect([slotOf(h, "inf"), slotOf(h, "sum"), slotOf(h, "count"), slotOf(h, "min")]).toEqual([2, 3, 4, -1]);
  const ids = Int32Array.of(
    c.add({ metric: metric("a"), shape: NUMBER, attributes: [] }),
    c.add({ metric: metric("a"), shape: INT, attributes: [{ key: "x", value: "y" }] }),
    c.add({ metric: metric("h"), shape: h, attributes: [] }),
  );
  expect(c.metric(0)).toBe(c.metric(1));
  const l = layoutOf(c, ids);
  expect([...l.at]).toEqual([0, 1, 2, 7]);
  const rules = { attributes: () => [] };
  const v = view(c, rules);
  expect(view(c, rules)).toBe(v);
  expect(withCatalog(l, v)).toBe(withCatalog(l, v));
  expect(v.key(0)).toBe(v.key(1));
  expect(c.key(0)).not.toBe(c.key(1));
  expect(c.key(0)).toMatch(/^[0-9a-f]{32}$/);
  const p = pointsPart({
    layout: l,
    slots: new Float64Array(7),
    time: timesOf(1),
    states: Uint8Array.of(VALUE, STALE, ABSENT, 0, 0, 0, 0),
  });
  expect([rowCount(p), sampleCount(p), itemCount(p), ownBytes(p)]).toEqual([3, 6, 3, 63]);
  expect(itemCount(batchOf("metrics", [p, select(p, Int32Array.of(0, 2))]))).toBe(5);
  const col = intColumn();
  col.set(c, 2, 5);
  expect([col.get(c, 0), col.get(c, 2), col.get(v, 2)]).toEqual([undefined, 5, undefined]);
  const any = createColumn<string>();
  any.set(v, 1, "x");
  expect([any.get(v, 1), any.get(c, 1)]).toEqual(["x", undefined]);
});

import { expect, test } from "vitest";
import {
  type Attributes,
  createCatalog,
  createColumn,
  INT,
  intColumn,
  layoutOf,
  NUMBER,
  shapeOf,
  slotOf,
  UNSET,
  type ViewRules,
  view,
  withCatalog,
} from "./index.ts";
import { attrs, metricOf, resourceOf, testScope } from "./model.testing.ts";

test("equal metrics and scopes of one catalog are one object, and ids are never shared", () => {
  const catalog = createCatalog(resourceOf());
  const point = () => ({ metric: metricOf("a", { scope: { ...testScope } }), shape: NUMBER, attributes: [] });
  expect([catalog.add(point()), catalog.add(point()), catalog.size]).toEqual([0, 1, 2]);
  expect(catalog.metric(0)).toBe(catalog.metric(1));
  const other = catalog.add({ ...point(), metric: metricOf("b", { scope: { ...testScope } }) });
  expect(catalog.metric(other).scope).toBe(catalog.metric(0).scope);
  const typed = catalog.add({ ...point(), metric: metricOf("a", { kind: "sum", temporality: "cumulative" }) });
  expect(catalog.metric(typed)).not.toBe(catalog.metric(0));
  expect(catalog.bytes).toBeGreaterThan(0);
});

test("shapes are interned by value, -0 and NaN included, and say where their numbers stand", () => {
  const of = (...bounds: number[]) =>
    shapeOf({ kind: "histogram", bounds: Float64Array.from(bounds), inf: true, count: true });
  expect(of(1, 2)).toBe(of(1, 2));
  expect(of(0)).not.toBe(of(-0));
  expect(of(Number.NaN)).toBe(of(Number.NaN));
  expect(of(1)).not.toBe(shapeOf({ kind: "summary", bounds: Float64Array.of(1), count: true }));
  expect([of(1, 2).slots, slotOf(of(1, 2), "inf"), slotOf(of(1, 2), "sum"), slotOf(of(1, 2), "count")]).toEqual([
    4, 2, -1, 3,
  ]);
  const full = shapeOf({ kind: "histogram", sum: true, count: true, min: true, max: true });
  expect((["inf", "sum", "count", "min", "max"] as const).map((name) => slotOf(full, name))).toEqual([-1, 0, 1, 2, 3]);
  const reused = Float64Array.of(5);
  const shape = of(...reused);
  reused[0] = 6;
  expect([...shape.bounds]).toEqual([5]);
});

test("the table of shapes is bounded and what it forgot stays right", () => {
  const first = shapeOf({ kind: "histogram", bounds: Float64Array.of(-1), inf: true });
  for (let i = 0; i < 20_000; i++) shapeOf({ kind: "histogram", bounds: Float64Array.of(i), inf: true });
  const again = shapeOf({ kind: "histogram", bounds: Float64Array.of(-1), inf: true });
  expect(again).not.toBe(first);
  expect(again).toEqual(first);
});

const lower: ViewRules = {
  attributes: (_, attributes) => attributes.map(({ key, value }) => ({ key: key.toLowerCase(), value })),
};
const rename: ViewRules = {
  metric: (metric) => ({ ...metric, name: `new_${metric.name}` }),
  resource: (resource) => ({ ...resource, attributes: [...resource.attributes, { key: "added", value: true }] }),
};

test("a view has the same ids and order, stores nothing, and goes on growing with its base", () => {
  const catalog = createCatalog(resourceOf({ service: "x" }));
  const id = catalog.add({ metric: metricOf("a"), shape: NUMBER, attributes: attrs({ Key: "v" }) });
  const seen = view(view(catalog, lower), rename);
  expect(seen.attributes(id)).toEqual(attrs({ key: "v" }));
  expect(seen.metric(id).name).toBe("new_a");
  expect(seen.resource.attributes).toEqual([...attrs({ service: "x" }), { key: "added", value: true }]);
  expect([seen.order === catalog.order, seen.bytes, seen.size]).toEqual([true, 0, 1]);
  const more = catalog.add({ metric: metricOf("a"), shape: INT, attributes: [] });
  expect([seen.size, seen.shape(more), seen.metric(more)]).toEqual([2, INT, seen.metric(id)]);
  expect(seen.metric(more)).toBe(seen.metric(id));
  expect(catalog.attributes(id)).toEqual(attrs({ Key: "v" }));
});

test("views and layouts over them are remembered, so that sameness passes through", () => {
  const catalog = createCatalog(resourceOf());
  const layout = layoutOf(
    catalog,
    Int32Array.of(catalog.add({ metric: metricOf("a"), shape: NUMBER, attributes: [] })),
  );
  const derived = withCatalog(layout, view(catalog, lower));
  expect(withCatalog(layout, view(catalog, lower))).toBe(derived);
  expect(withCatalog(layout, view(catalog, rename))).not.toBe(derived);
  expect(withCatalog(layout, catalog)).toBe(layout);
  expect([derived.ids === layout.ids, derived.at === layout.at]).toEqual([true, true]);
});

test("a key is the identity a stream has, whatever the catalog and the order of attributes", () => {
  const keyOf = (attributes: Attributes, metric = metricOf("a"), resource = resourceOf({ r: "1" })) => {
    const catalog = createCatalog(resource);
    return catalog.key(catalog.add({ metric, shape: NUMBER, attributes }));
  };
  const key = keyOf(attrs({ a: "1", b: "2" }));
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(keyOf(attrs({ b: "2", a: "1" }))).toBe(key);
  expect(keyOf(attrs({ a: "1", b: "2" }), metricOf("a", { help: "text", metadata: attrs({ x: "y" }) }))).toBe(key);
  const others = [
    keyOf(attrs({ a: "1", b: "3" })),
    keyOf(attrs({ a: "1b", "": "2" })),
    keyOf([{ key: "a", value: 1 }]),
    keyOf([{ key: "a", value: 1n }]),
    keyOf([{ key: "a", value: "1" }]),
    keyOf([{ key: "a", value: [1, 2] }]),
    keyOf([{ key: "a", value: [[1], 2] }]),
    keyOf([{ key: "a", value: { map: attrs({ b: "1" }) } }]),
    keyOf([{ key: "a", value: Uint8Array.of(1) }]),
    keyOf([{ key: "a", value: null }]),
    keyOf([{ key: "a", value: true }]),
    keyOf(attrs({ a: "1", b: "2" }), metricOf("b")),
    keyOf(attrs({ a: "1", b: "2" }), metricOf("a", { kind: "sum", temporality: "delta" })),
    keyOf(attrs({ a: "1", b: "2" }), metricOf("a"), resourceOf({ r: "2" })),
  ];
  expect(new Set([key, ...others]).size).toBe(others.length + 1);
});

test("keys of many similar streams do not meet", () => {
  const catalog = createCatalog(resourceOf());
  const keys = new Set<string>();
  for (let i = 0; i < 50_000; i++) {
    keys.add(catalog.key(catalog.add({ metric: metricOf("a"), shape: NUMBER, attributes: attrs({ i: String(i) }) })));
  }
  expect(keys.size).toBe(50_000);
  // Each of the four words alone is spread well too: fewer than a handful of meetings in 2^32 places.
  const words = [0, 8, 16, 24].map((at) => new Set([...keys].map((key) => key.slice(at, at + 8))).size);
  for (const size of words) expect(size).toBeGreaterThan(49_990);
});

test("a column remembers per catalog and id", () => {
  const one = createCatalog(resourceOf());
  const two = createCatalog(resourceOf());
  for (let i = 0; i < 100; i++) one.add({ metric: metricOf("a"), shape: NUMBER, attributes: [] });
  const ints = intColumn();
  const texts = createColumn<string>();
  ints.set(one, 40, 7);
  ints.set(two, 0, -1);
  texts.set(one, 3, "x");
  expect([ints.get(one, 40), ints.get(one, 39), ints.get(two, 0), ints.get(two, 40), ints.get(one, 1000)]).toEqual([
    7,
    undefined,
    -1,
    undefined,
    undefined,
  ]);
  expect([texts.get(one, 3), texts.get(two, 3), texts.get(one, 99)]).toEqual(["x", undefined, undefined]);
  expect([ints.of(one).length >= 100, ints.of(one)[40], ints.of(one)[41]]).toEqual([true, 7, UNSET]);
  one.add({ metric: metricOf("a"), shape: NUMBER, attributes: [] });
  ints.set(one, 100, 9);
  expect([ints.get(one, 100), ints.get(one, 40), ints.of(one)[40]]).toEqual([9, 7, 7]);
});

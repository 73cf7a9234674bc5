import {
  type Attributes,
  batchOf,
  createCatalog,
  layoutOf,
  type Metric,
  type MetricsPart,
  NUMBER,
  pointsPart,
  type Resource,
  STALE,
  shapeOf,
  timesOf,
  view,
  withCatalog,
} from "@sluice/data";
import { expect, test } from "vitest";
import { bitsOf, decodeItems } from "./decode.testing.ts";
import type { Naming } from "./naming.ts";
import { RequestEncoder } from "./request-encoder.ts";

const naming: Naming = {
  strategy: "no-suffixes",
  namespace: "",
  externalLabels: [],
  isConstantLabel: () => false,
  scopeLabels: false,
  targetInfo: false,
};
const scope = { name: "", version: "", schemaUrl: "", attributes: [], droppedAttributes: 0 };
const resource: Resource = { attributes: [{ key: "service.name", value: "app" }], droppedAttributes: 0, schemaUrl: "" };
const staleBits = "7ff0000000000002";
const now = 1_700_000_000_123;

const metric = (name: string, more: Partial<Metric> = {}): Metric => ({
  name,
  kind: "gauge",
  monotonic: false,
  temporality: "none",
  unit: "",
  help: "",
  metadata: [],
  scope,
  ...more,
});
const attributes = (pairs: Record<string, string>): Attributes =>
  Object.entries(pairs).map(([key, value]) => ({ key, value }));

function gauges(count: number, name = "m") {
  const catalog = createCatalog(resource);
  for (let i = 0; i < count; i++) {
    catalog.add({
      metric: metric(name),
      shape: NUMBER,
      attributes: attributes({ pod: `pod-${i}`, zone: `eu-${i % 3}` }),
    });
  }
  return catalog;
}
const part = (layout: MetricsPart["layout"], slots: number[], ms = now): MetricsPart =>
  pointsPart({ layout, slots: Float64Array.from(slots), time: timesOf(ms, 0) });
const encode = (encoder: RequestEncoder, parts: MetricsPart[]) => encoder.encode(batchOf("metrics", parts), "");

test("one gauge", () => {
  const layout = layoutOf(gauges(1), Int32Array.of(0));
  const { items } = encode(new RequestEncoder(naming, 3e6), [part(layout, [1.5])]);
  expect(items).toMatchObject([{ items: 1, points: 1 }]);
  expect(decodeItems(items)).toEqual([
    { series: "__name__=m,job=app,pod=pod-0,zone=eu-0", bits: bitsOf(1.5), ms: now },
  ]);
});

test("a histogram from a page gives exactly the page's series; one from OTLP has +Inf", () => {
  const bounds = Float64Array.of(0.5, 2);
  const scraped = metric("h", {
    kind: "histogram",
    temporality: "cumulative",
    metadata: attributes({ "prometheus.type": "histogram" }),
  });
  const catalog = createCatalog(resource);
  catalog.add({ metric: scraped, shape: shapeOf({ kind: "histogram", bounds, sum: true }), attributes: [] });
  catalog.add({
    metric: { ...scraped, name: "o", metadata: [] },
    shape: shapeOf({ kind: "histogram", bounds, inf: true, sum: true, count: true, min: true }),
    attributes: [],
  });
  const layout = layoutOf(catalog, Int32Array.of(0, 1));
  const { items } = encode(new RequestEncoder(naming, 3e6), [part(layout, [1, 2, 3.5, 1, 2, 4, 9, 5, 0.25])]);
  expect(decodeItems(items).map(({ series, bits }) => [series, bits])).toEqual([
    ["__name__=h_bucket,job=app,le=0.5", bitsOf(1)],
    ["__name__=h_bucket,job=app,le=2", bitsOf(2)],
    ["__name__=h_sum,job=app", bitsOf(3.5)],
    ["__name__=o_bucket,job=app,le=0.5", bitsOf(1)],
    ["__name__=o_bucket,job=app,le=2", bitsOf(2)],
    ["__name__=o_bucket,job=app,le=+Inf", bitsOf(5)],
    ["__name__=o_sum,job=app", bitsOf(9)],
    ["__name__=o_count,job=app", bitsOf(5)],
  ]);
});

test("stale markers, absent slots and special values keep their bits", () => {
  const layout = layoutOf(gauges(6), Int32Array.of(0, 1, 2, 3, 4, 5));
  const encoder = new RequestEncoder(naming, 3e6);
  const values = [-0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 5e-324, 2 ** 60];
  expect(decodeItems(encode(encoder, [part(layout, values)]).items).map(({ bits }) => bits)).toEqual(
    values.map(bitsOf),
  );
  const stale = pointsPart({
    layout,
    rows: Int32Array.of(1, 4),
    slots: new Float64Array(0),
    states: "stale",
    time: timesOf(now, 0),
  });
  expect(decodeItems(encode(encoder, [stale]).items)).toEqual([
    { series: "__name__=m,job=app,pod=pod-1,zone=eu-1", bits: staleBits, ms: now },
    { series: "__name__=m,job=app,pod=pod-4,zone=eu-1", bits: staleBits, ms: now },
  ]);
  const mixed = pointsPart({
    layout,
    slots: Float64Array.from(values),
    states: Uint8Array.of(0, STALE, 2, 2, 2, 0),
    time: timesOf(now, 0),
  });
  const encoded = encode(encoder, [mixed]);
  expect(decodeItems(encoded.items).map(({ bits }) => bits)).toEqual([bitsOf(-0), staleBits, bitsOf(2 ** 60)]);
  expect(encoded.items[0]!.items).toBe(3);
});

test("times of any size, row by row", () => {
  const layout = layoutOf(gauges(5), Int32Array.of(0, 1, 2, 3, 4));
  const times = [now, now, -5, 0, now + 1];
  const time = { ms: now, ns: 0, msOf: Float64Array.from(times), nsOf: undefined };
  const { items } = encode(new RequestEncoder(naming, 3e6), [
    pointsPart({ layout, slots: Float64Array.of(1, 2, 3, 4, 5), time }),
  ]);
  expect(decodeItems(items).map(({ ms }) => ms)).toEqual(times);
});

/** `m` of pod 0 to 2, and once more of pod 1. */
function withTwin() {
  const catalog = gauges(3);
  catalog.add({ metric: metric("m"), shape: NUMBER, attributes: attributes({ pod: "pod-1", zone: "eu-1" }) });
  return layoutOf(catalog, Int32Array.of(0, 1, 2, 3));
}

test("nasty 7: two rows that become one series are sent once and counted", () => {
  const layout = withTwin();
  const encoder = new RequestEncoder(naming, 3e6);
  for (let round = 0; round < 2; round++) {
    const { items, dropped } = encode(encoder, [part(layout, [1, 2, 3, 4])]);
    expect(decodeItems(items).map(({ bits }) => bits)).toEqual([1, 2, 3].map(bitsOf));
    expect(items).toMatchObject([{ items: 3, points: 3 }]);
    expect(Object.fromEntries(dropped)).toEqual({ duplicate_series: { items: 1, points: 1 } });
  }
});

test("nasty 7: a twin whose twin was filtered, or is not there, is sent", () => {
  const encoder = new RequestEncoder(naming, 3e6);
  const all = part(withTwin(), [1, 2, 3, 4]);
  const check = (each: MetricsPart) => {
    const { items, dropped } = encode(encoder, [each]);
    expect(decodeItems(items).map(({ bits }) => bits)).toEqual([3, 4].map(bitsOf));
    expect(dropped.size).toBe(0);
  };
  check({ ...all, rows: Int32Array.of(2, 3) });
  check({ ...all, states: Uint8Array.of(2, 2, 0, 0) });
});

test("nasty 7: of a histogram only the series that is somebody else's is left out", () => {
  const catalog = createCatalog(resource);
  catalog.add({ metric: metric("h_count"), shape: NUMBER, attributes: [] });
  const shape = shapeOf({ kind: "histogram", bounds: Float64Array.of(1), inf: true, count: true });
  catalog.add({ metric: metric("h", { kind: "histogram", temporality: "cumulative" }), shape, attributes: [] });
  const { items, dropped } = encode(new RequestEncoder(naming, 3e6), [
    part(layoutOf(catalog, Int32Array.of(0, 1)), [9, 1, 2, 2]),
  ]);
  expect(decodeItems(items).map(({ series }) => series)).toEqual([
    "__name__=h_count,job=app",
    "__name__=h_bucket,job=app,le=1",
    "__name__=h_bucket,job=app,le=+Inf",
  ]);
  expect(Object.fromEntries(dropped)).toEqual({ duplicate_series: { items: 1, points: 0 } });
});

test("nasty 4: one series at several times is sent in the order of time", () => {
  const encoder = new RequestEncoder(naming, 3e6);
  const check = (layout: MetricsPart["layout"]) => {
    const time = { ms: now, ns: 0, msOf: Float64Array.of(3, 2, 1, 2), nsOf: undefined };
    const { items, dropped } = encode(encoder, [pointsPart({ layout, slots: Float64Array.of(1, 2, 3, 4), time })]);
    expect(decodeItems(items).map(({ ms, bits }) => [ms, bits])).toEqual([
      [1, bitsOf(3)],
      [2, bitsOf(2)],
      [3, bitsOf(1)],
    ]);
    expect(dropped.get("duplicate_series")).toEqual({ items: 1, points: 1 });
  };
  check(layoutOf(gauges(1), Int32Array.of(0, 0, 0, 0)));
  const twins = createCatalog(resource);
  for (let i = 0; i < 4; i++) twins.add({ metric: metric("m"), shape: NUMBER, attributes: [] });
  check(layoutOf(twins, Int32Array.of(0, 1, 2, 3)));
});

test("nasty 3: a type that changes under one exported name gives no stale marker beside the fresh sample", () => {
  const catalog = createCatalog(resource);
  catalog.add({ metric: metric("q"), shape: NUMBER, attributes: [] });
  catalog.add({
    metric: metric("q", { kind: "sum", monotonic: true, temporality: "cumulative" }),
    shape: NUMBER,
    attributes: [],
  });
  const old = layoutOf(catalog, Int32Array.of(0));
  const fresh = layoutOf(catalog, Int32Array.of(1));
  const stale = pointsPart({
    layout: old,
    rows: Int32Array.of(0),
    slots: new Float64Array(0),
    states: "stale",
    time: timesOf(now, 0),
  });
  const same = new RequestEncoder(naming, 3e6);
  encode(same, [part(old, [1])]);
  const encoded = encode(same, [stale, part(fresh, [2])]);
  expect(decodeItems(encoded.items)).toEqual([{ series: "__name__=q,job=app", bits: bitsOf(2), ms: now }]);
  expect(encoded.dropped.get("superseded")).toEqual({ items: 1, points: 0 });
  const renamed = new RequestEncoder({ ...naming, strategy: "suffixes" }, 3e6);
  expect(
    decodeItems(encode(renamed, [stale, part(fresh, [2])]).items).map(({ series, bits }) => [series, bits]),
  ).toEqual([
    ["__name__=q_total,job=app", bitsOf(2)],
    ["__name__=q,job=app", staleBits],
  ]);
});

test("resources of one job and instance are one source: no marker beside the fresh sample, target_info once", () => {
  const layout = (version: string, name: string) => {
    const catalog = createCatalog({ ...resource, attributes: attributes({ "service.name": "app", version }) });
    catalog.add({ metric: metric(name), shape: NUMBER, attributes: [] });
    return layoutOf(catalog, Int32Array.of(0));
  };
  const time = timesOf(now, 0);
  const stale = pointsPart({ layout: layout("1", "m"), slots: new Float64Array(0), states: "stale", time });
  const encoder = new RequestEncoder({ ...naming, targetInfo: true }, 3e6);
  const { items, dropped } = encode(encoder, [stale, part(layout("2", "m"), [2]), part(layout("2", "up"), [1])]);
  expect(dropped.get("superseded")).toEqual({ items: 1, points: 0 });
  expect(decodeItems(items).map(({ series, bits }) => [series, bits])).toEqual([
    ["__name__=m,job=app", bitsOf(2)],
    ["__name__=up,job=app", bitsOf(1)],
    ["__name__=target_info,job=app,version=2", bitsOf(1)],
  ]);
});

test("a batch of several scrapes keeps the marker of a series that came back", () => {
  const layout = layoutOf(gauges(1), Int32Array.of(0));
  const stale = pointsPart({ layout, slots: new Float64Array(0), states: "stale", time: timesOf(now + 1, 0) });
  const { items, dropped } = encode(new RequestEncoder(naming, 3e6), [
    part(layout, [1]),
    stale,
    part(layout, [2], now + 2),
  ]);
  expect(decodeItems(items).map(({ ms, bits }) => [ms - now, bits])).toEqual([
    [0, bitsOf(1)],
    [1, staleBits],
    [2, bitsOf(2)],
  ]);
  expect(dropped.size).toBe(0);
});

test("what cannot be written is dropped by reason", () => {
  const catalog = createCatalog(resource);
  catalog.add({
    metric: metric("d", { kind: "sum", monotonic: true, temporality: "delta" }),
    shape: NUMBER,
    attributes: [],
  });
  catalog.add({ metric: metric("日本"), shape: NUMBER, attributes: [] });
  catalog.add({ metric: metric("m"), shape: NUMBER, attributes: attributes({ 日本: "x" }) });
  const { items, dropped } = encode(new RequestEncoder(naming, 3e6), [
    part(layoutOf(catalog, Int32Array.of(0, 1, 2)), [1, 2, 3]),
  ]);
  expect(items).toEqual([]);
  expect(Object.fromEntries(dropped)).toEqual({
    delta_temporality: { items: 1, points: 1 },
    invalid_name: { items: 1, points: 1 },
    invalid_label: { items: 1, points: 1 },
  });
});

test("target_info once a source, at its latest time", () => {
  const catalog = createCatalog({
    ...resource,
    attributes: [...resource.attributes, { key: "cloud.zone", value: "a" }],
  });
  catalog.add({ metric: metric("m"), shape: NUMBER, attributes: [] });
  const layout = layoutOf(catalog, Int32Array.of(0));
  const { items } = encode(new RequestEncoder({ ...naming, targetInfo: true }, 3e6), [
    part(layout, [1]),
    part(layout, [1], now + 5),
  ]);
  const infos = decodeItems(items).filter(({ series }) => series.startsWith("__name__=target_info,"));
  expect(infos).toHaveLength(1);
  expect(decodeItems(items).at(-1)).toEqual({
    series: "__name__=target_info,cloud_zone=a,job=app",
    bits: bitsOf(1),
    ms: now + 5,
  });
});

test("target_info counts as sample and not as point, and ends a request that is full", () => {
  const attributes = [...resource.attributes, { key: "zone", value: "z".repeat(200) }];
  const catalogs = Array.from({ length: 10 }, (_, i) => {
    const catalog = createCatalog({ ...resource, attributes: [...attributes, { key: "i", value: `${i}` }] }, resource);
    catalog.add({ metric: metric("m"), shape: NUMBER, attributes: [] });
    return catalog;
  });
  const parts = catalogs.map((catalog) => part(layoutOf(catalog, Int32Array.of(0)), [1]));
  const { items } = encode(new RequestEncoder({ ...naming, targetInfo: true }, 1000), parts);
  expect(items.reduce((sum, each) => sum + each.items, 0)).toBe(20);
  expect(items.reduce((sum, each) => sum + each.points, 0)).toBe(10);
  expect(Math.max(...items.map(({ rawBytes }) => rawBytes))).toBeLessThanOrEqual(1000);
});

test("sources of one resource share a lane, and a source keeps its lane", () => {
  const encoder = new RequestEncoder(naming, 3e6);
  const laneOf = (instance: string, order = {}) => {
    const attributes = [...resource.attributes, { key: "service.instance.id", value: instance }];
    const catalog = createCatalog({ ...resource, attributes }, order);
    catalog.add({ metric: metric("m"), shape: NUMBER, attributes: [] });
    return encode(encoder, [part(layoutOf(catalog, Int32Array.of(0)), [1])]).items[0]!.lane;
  };
  expect(laneOf("a")).toBe(laneOf("a"));
  const order = {};
  expect(laneOf("b", order)).toBe(laneOf("c", order));
  expect(new Set(Array.from({ length: 100 }, (_, i) => laneOf(`${i}`) % 5)).size).toBe(5);
});

test("a batch whose catalog throws leaves nothing behind", () => {
  const encoder = new RequestEncoder(naming, 3e6);
  const layout = layoutOf(gauges(2), Int32Array.of(0, 1));
  const broken = view(layout.catalog, {
    attributes() {
      throw new Error("broken");
    },
  });
  const bad = part(withCatalog(layout, broken), [1, 2]);
  expect(() => encode(encoder, [part(layout, [1, 2]), bad])).toThrow("broken");
  expect(decodeItems(encode(encoder, [part(layout, [3, 4])]).items).map(({ bits }) => bits)).toEqual(
    [3, 4].map(bitsOf),
  );
});

test("a hot loop over a steady layout with a change now and then stays right", () => {
  const catalog = gauges(40);
  const layouts = [0, 1, 2].map((step) =>
    layoutOf(
      catalog,
      Int32Array.from({ length: 30 }, (_, i) => (i * (step + 1)) % 37),
    ),
  );
  const encoder = new RequestEncoder(naming, 3e6);
  for (let i = 0; i < 20_000; i++) {
    const layout = layouts[i % 500 === 499 ? 1 : i % 700 === 699 ? 2 : 0]!;
    const slots = Array.from({ length: 30 }, (_, row) => i * 31.5 + row);
    const { items } = encode(encoder, [part(layout, slots, now + i)]);
    if (i % 100 > 1) continue;
    const expected = slots.map((value, row) => {
      const id = layout.ids[row]!;
      return { series: `__name__=m,job=app,pod=pod-${id},zone=eu-${id % 3}`, bits: bitsOf(value), ms: now + i };
    });
    expect(decodeItems(items)).toEqual(expected);
  }
});

test("requests end at the size limit and each stands alone", () => {
  const layout = layoutOf(
    gauges(100),
    Int32Array.from({ length: 100 }, (_, i) => i),
  );
  const { items } = encode(new RequestEncoder(naming, 1000), [
    part(
      layout,
      Array.from({ length: 100 }, (_, i) => i),
    ),
  ]);
  expect(items.length).toBeGreaterThan(5);
  expect(items.flatMap((item) => decodeItems([item]))).toEqual(decodeItems(items));
  expect(decodeItems(items)).toHaveLength(100);
});

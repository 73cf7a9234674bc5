/** The nasty cases a batch must pass, as far as the model alone can show them. 5 is the scraper's; 6 and 8 are with the codecs. */
import { expect, test } from "vitest";
import {
  ABSENT,
  batchOf,
  type Catalog,
  createCatalog,
  createColumn,
  decodeMetrics,
  encodeMetrics,
  itemCount,
  layoutOf,
  type Metric,
  NUMBER,
  pointsPart,
  rowCount,
  STALE,
  sampleCount,
  select,
  shapeOf,
  timesOf,
  toOtlp,
  VALUE,
  view,
  withCatalog,
} from "./index.ts";
import { attrs, metricOf, resourceOf, rowsOf } from "./model.testing.ts";
import { oracleDecode, oracleEncode, type Plain } from "./otlp.testing.ts";
import { WireWriter } from "./wire-writer.ts";

const REQUEST = "ExportMetricsServiceRequest";
const histogram = shapeOf({ kind: "histogram", bounds: Float64Array.of(1, 2), inf: true, sum: true, count: true });

function catalogOf(metrics: readonly Metric[], resource = resourceOf(), order: object = {}) {
  const catalog = createCatalog(resource, order);
  for (const metric of metrics)
    catalog.add({ metric, shape: metric.kind === "histogram" ? histogram : NUMBER, attributes: [] });
  return catalog;
}

test("nasty 1: one page with two resources is two parts over one buffer and one order", () => {
  const order = {};
  const page = Float64Array.of(1, 2, 3);
  const parts = ["a", "b"].map((instance, i) => {
    const catalog = catalogOf([metricOf("up"), metricOf("x")].slice(i), resourceOf({ instance }), order);
    const layout = layoutOf(
      catalog,
      Int32Array.from({ length: catalog.size }, (_, id) => id),
    );
    return pointsPart({ layout, slots: i === 0 ? page.subarray(0, 2) : page.subarray(2, 3), time: timesOf(1) });
  });
  expect(parts[0]!.layout.catalog.order).toBe(parts[1]!.layout.catalog.order);
  const bytes = toOtlp(batchOf("metrics", parts));
  expect(decodeMetrics(bytes).flatMap(rowsOf)).toEqual(parts.flatMap(rowsOf));
  expect(itemCount(batchOf("metrics", parts))).toBe(3);
});

test("nasty 2: vanished series are the old layout, rows and no slots; one vanished bucket is one stale slot", () => {
  const catalog = catalogOf([metricOf("a"), metricOf("h", { kind: "histogram" }), metricOf("b")]);
  const layout = layoutOf(catalog, Int32Array.of(0, 1, 2));
  const gone = pointsPart({
    layout,
    slots: new Float64Array(0),
    states: "stale",
    rows: Int32Array.of(0, 1),
    time: timesOf(5),
  });
  expect([rowCount(gone), sampleCount(gone)]).toEqual([2, 6]);
  const rows = decodeMetrics(encodeMetrics([gone])).flatMap(rowsOf) as { values: unknown[] }[];
  expect(rows.map(({ values }) => values)).toEqual([[STALE], [STALE, STALE, STALE, STALE, STALE]]);
  const states = Uint8Array.of(ABSENT, ABSENT, STALE, ABSENT, ABSENT, ABSENT, ABSENT);
  const bucket = pointsPart({ layout, slots: new Float64Array(7), states, rows: Int32Array.of(1), time: timesOf(5) });
  expect(sampleCount(bucket)).toBe(1);
  // OTLP cannot say it: the next point has the fewer buckets.
  expect(decodeMetrics(encodeMetrics([bucket]))).toEqual([]);
});

test("nasty 3: another TYPE is another id and another key, though the series text is the same", () => {
  const catalog = catalogOf([
    metricOf("q"),
    metricOf("q", { kind: "sum", monotonic: true, temporality: "cumulative" }),
  ]);
  expect(catalog.metric(0)).not.toBe(catalog.metric(1));
  expect(catalog.key(0)).not.toBe(catalog.key(1));
  const exported = createColumn<string>();
  exported.set(catalog, 0, "q");
  expect(exported.get(catalog, 1)).toBeUndefined();
});

test("nasty 4: the same series twice with different times is both sent", () => {
  const catalog = catalogOf([metricOf("a")]);
  const time = { ms: 0, ns: 0, msOf: Float64Array.of(1000, 2000), nsOf: undefined };
  const part = pointsPart({ layout: layoutOf(catalog, Int32Array.of(0, 0)), slots: Float64Array.of(1, 2), time });
  const points = (oracleDecode(REQUEST, encodeMetrics([part])) as { resourceMetrics: Plain[] }).resourceMetrics;
  expect(JSON.stringify(points).match(/"timeUnixNano":"\d+"/g)).toEqual([
    '"timeUnixNano":"1000000000"',
    '"timeUnixNano":"2000000000"',
  ]);
  expect(decodeMetrics(encodeMetrics([part])).flatMap(rowsOf)).toEqual(rowsOf(part));
});

test("nasty 7: rows that become one series behind a view have one key", () => {
  const catalog = createCatalog(resourceOf());
  for (const pod of ["a", "b"])
    catalog.add({ metric: metricOf("m"), shape: NUMBER, attributes: attrs({ pod, zone: "z" }) });
  const seen = view(catalog, { attributes: (_, attributes) => attributes.filter(({ key }) => key !== "pod") });
  expect(catalog.key(0)).not.toBe(catalog.key(1));
  expect(seen.key(0)).toBe(seen.key(1));
});

/** Counts how often attributes are asked for. */
function watched(base: Catalog): { readonly catalog: Catalog; readonly asked: { count: number } } {
  const asked = { count: 0 };
  const counting = view(base, {
    attributes: (_, attributes) => {
      asked.count++;
      return attributes;
    },
  });
  return { catalog: counting, asked };
}

test("nasty 9: splitting and merging do no identity work and copy no column", () => {
  const { catalog, asked } = watched(catalogOf(Array.from({ length: 1000 }, (_, i) => metricOf(`m${i}`))));
  const layout = layoutOf(
    catalog,
    Int32Array.from({ length: 1000 }, (_, id) => id),
  );
  const part = pointsPart({ layout, slots: new Float64Array(1000).map((_, i) => i), time: timesOf(1) });
  const split = Array.from({ length: 100 }, (_, i) =>
    select(
      part,
      Int32Array.from({ length: 10 }, (_, j) => 10 * i + j),
    ),
  );
  const merged = batchOf("metrics", [...split, ...split.slice(0, 5)]);
  expect([itemCount(merged), asked.count]).toEqual([1050, 0]);
  expect(split.every(({ slots, layout: same }) => slots === part.slots && same === layout)).toBe(true);
  expect(decodeMetrics(toOtlp(batchOf("metrics", split))).flatMap(rowsOf)).toEqual(rowsOf(part));
});

/** A Sum as an awkward sender writes it: points first, what they mean after them, the name last, resource and scope behind the data. */
function awkward(attributes: readonly string[]): Uint8Array {
  const writer = new WireWriter();
  const message = (tag: number, body: () => void) => {
    writer.uint32(tag);
    const mark = writer.begin();
    body();
    writer.end(mark);
  };
  const text = (tag: number, value: string) => {
    writer.uint32(tag);
    writer.text(value);
  };
  const pair = (tag: number, key: string) =>
    message(tag, () => {
      message(0x12, () => text(0x0a, `value of ${key}`));
      text(0x0a, key);
    });
  message(0x0a, () => {
    text(0x1a, "resource schema");
    message(0x12, () => {
      message(0x12, () => {
        message(0x3a, () => {
          message(0x0a, () => {
            writer.uint32(0x21);
            writer.double(5);
            for (const key of attributes) pair(0x3a, key);
          });
          text(0x7a, "unknown field");
          writer.uint32(0x18);
          writer.uint32(1);
          writer.uint32(0x10);
          writer.uint32(2);
        });
        text(0x0a, "late name");
      });
      text(0x1a, "scope schema");
      message(0x0a, () => text(0x0a, "late scope"));
    });
    message(0x0a, () => pair(0x0a, "late resource"));
  });
  return writer.finish();
}

test("nasty 10: what stands behind the points counts for them, and the order of attributes does not", () => {
  const [part] = decodeMetrics(awkward(["a", "b"]));
  const metric = part!.layout.catalog.metric(0);
  expect(metric).toMatchObject({ name: "late name", kind: "sum", monotonic: true, temporality: "cumulative" });
  expect(metric.scope).toMatchObject({ name: "late scope", schemaUrl: "scope schema" });
  expect(part!.layout.catalog.resource).toMatchObject({
    schemaUrl: "resource schema",
    attributes: attrs({ "late resource": "value of late resource" }),
  });
  const [other] = decodeMetrics(awkward(["b", "a"]));
  expect(other!.layout.catalog.attributes(0)).not.toEqual(part!.layout.catalog.attributes(0));
  expect(other!.layout.catalog.key(0)).toBe(part!.layout.catalog.key(0));
});

test("nasty 10: requests that repeat, shrink and grow name the same points, wherever these stand", () => {
  const keysOf = (names: readonly string[]) => {
    const metrics = names.map((name) => ({ name, gauge: { dataPoints: [{ asDouble: 1 }] } }));
    const bytes = oracleEncode(REQUEST, { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
    return decodeMetrics(bytes).flatMap(({ layout }) => [...layout.ids].map((id) => layout.catalog.key(id)));
  };
  const [a, b, c] = keysOf(["a", "b", "c"]);
  expect([keysOf(["a", "b", "c"]), keysOf(["b"]), keysOf(["c", "new", "a"])]).toEqual([
    [a, b, c],
    [b],
    [c, expect.any(String), a],
  ]);
});

test("nasty 10: a metric or scope that is repeated apart is put together", () => {
  const gauge = (name: string, value: number) => ({ name, gauge: { dataPoints: [{ asDouble: value }] } });
  const scopeMetrics = [
    { scope: { name: "s" }, metrics: [gauge("a", 1), gauge("b", 2), gauge("a", 3)] },
    { scope: { name: "t" }, metrics: [gauge("a", 4)] },
    { scope: { name: "s" }, metrics: [gauge("b", 5), { name: "no data" }] },
  ];
  const [part] = decodeMetrics(oracleEncode(REQUEST, { resourceMetrics: [{ scopeMetrics }] }));
  const rows = rowsOf(part!) as { metric: Metric }[];
  expect(rows.map(({ metric }, row) => `${metric.scope.name}/${metric.name}=${part!.slots[row]}`)).toEqual([
    "s/a=1",
    "s/a=3",
    "s/b=2",
    "s/b=5",
    "t/a=4",
  ]);
  expect(rows[0]!.metric).toBe(rows[1]!.metric);
});

test("nasty 11: a key outlives its catalog, so state survives a renewal", () => {
  const state = new Map<string, number>();
  const old = catalogOf([metricOf("a"), metricOf("b"), metricOf("c")]);
  state.set(old.key(2), 41);
  const renewed = catalogOf([metricOf("c")], old.resource, old.order);
  expect(state.get(renewed.key(0))).toBe(41);
  expect(renewed.order).toBe(old.order);
});

test("the same page again is the same layout behind any number of views", () => {
  const catalog = catalogOf([metricOf("a")]);
  const layout = layoutOf(catalog, Int32Array.of(0));
  const rules = [
    {},
    { resource: () => resourceOf({ x: "y" }) },
    { metric: (metric: Metric) => ({ ...metric, name: "z" }) },
  ];
  const through = () => rules.reduce((seen, rule) => withCatalog(seen, view(seen.catalog, rule)), layout);
  expect(through()).toBe(through());
  expect(pointsPart({ layout: through(), slots: Float64Array.of(1), time: timesOf(1) }).states ?? VALUE).toBe(VALUE);
});

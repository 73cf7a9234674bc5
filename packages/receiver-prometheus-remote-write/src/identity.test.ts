import { asString, type MetricsPart } from "@sluice/data";
import { expect, test } from "vitest";
import type { SeriesSpec } from "./messages.testing.ts";
import { batchesOf, startReceiver } from "./receiving.testing.ts";

const sample = (value: number, ms = 1000) => ({ value, ms });
const one = (name: string, more: Record<string, string> = {}, value = 1, ms = 1000): SeriesSpec => ({
  labels: { __name__: name, ...more },
  samples: [sample(value, ms)],
});
const partsOf = (sink: { readonly batches: readonly object[] }) =>
  batchesOf(sink).flatMap(({ parts }) => parts) as readonly MetricsPart[];
const metricsOf = ({ layout }: MetricsPart) => [...layout.ids].map((id) => layout.catalog.metric(id));

test("what repeats has the same layout, whatever its values and times", async () => {
  const { write1, write2, sink, end } = await startReceiver();
  const page = (ms: number) => ["a", "b", "c"].map((name) => one(name, { job: "x", instance: "i" }, ms, ms));
  for (const ms of [1000, 2000]) await write1(page(ms));
  for (const ms of [3000, 4000]) await write2(page(ms));
  const layouts = partsOf(sink).map(({ layout }) => layout);
  expect([layouts[0] === layouts[1], layouts[2] === layouts[3]]).toEqual([true, true]);
  expect(new Set(layouts.map(({ catalog }) => catalog)).size).toBe(1);
  expect(partsOf(sink)[1]!.time).toEqual({ ms: 2000, ns: 0, msOf: undefined, nsOf: undefined });
  await end();
});

test("parts are by job and instance, rows by scope and metric", async () => {
  const { write1, sink, end } = await startReceiver();
  const of = (name: string, instance: string, more = {}) => one(name, { job: "ns/x", instance, ...more });
  const scoped = { otel_scope_name: "lib", otel_scope_version: "2", otel_scope_schema_url: "u", otel_scope_k: "v" };
  await write1([of("a", "1"), of("b", "1", scoped), of("a", "2"), of("a", "1", { l: "m" }), one("c")]);
  const [first, second, third] = partsOf(sink);
  expect(metricsOf(first!).map(({ name }) => name)).toEqual(["a", "a", "b"]);
  expect(first!.layout.catalog.resource.attributes).toEqual([
    { key: "service.name", value: "ns/x" },
    { key: "service.instance.id", value: "1" },
  ]);
  expect(metricsOf(first!)[2]!.scope).toMatchObject({ name: "lib", version: "2", schemaUrl: "u" });
  expect(metricsOf(first!)[2]!.scope.attributes).toEqual([{ key: "k", value: "v" }]);
  expect(first!.layout.catalog.attributes(1 + 1)).toEqual([{ key: "l", value: "m" }]);
  expect([metricsOf(second!).length, third!.layout.catalog.resource.attributes]).toEqual([1, []]);
  await end();
});

test("names, units and the numbers in labels stay as they came", async () => {
  const { write2, sink, end } = await startReceiver();
  const meta = (type: number, unit = "seconds") => ({ type, unit, help: "H" });
  await write2([
    { ...one("a_total"), meta: meta(1) },
    { ...one("h_bucket", { le: "1.0" }), meta: meta(3) },
    { ...one("build_info"), meta: meta(6) },
    { ...one("g"), meta: meta(2) },
    one("x"),
  ]);
  const [part] = partsOf(sink);
  const shown = metricsOf(part!).map(
    ({ name, kind, monotonic, unit, metadata }) =>
      `${name} ${kind} ${monotonic} ${unit} ${asString(metadata[0]!.value)}`,
  );
  expect(shown).toEqual([
    "a_total sum true seconds counter",
    "h_bucket gauge false seconds histogram",
    "build_info sum false seconds info",
    "g gauge false seconds gauge",
    "x gauge false  unknown",
  ]);
  expect(part!.layout.catalog.attributes(part!.layout.ids[1]!)).toEqual([{ key: "le", value: "1.0" }]);
  await end();
});

test("metadata of 1.0 holds from when it comes, and until nobody repeats it", async () => {
  const { write1, sink, simulation, end } = await startReceiver();
  const series = [one("rpc_total"), one("rpc_bucket"), one("rpc")];
  const counter = { type: 1, family: "rpc", help: "calls" };
  const gauge = { type: 2, family: "rpc", help: "other" };
  const kinds = async (metadata: readonly (typeof counter)[]) => {
    await write1([], metadata);
    await write1(series);
    return metricsOf(partsOf(sink).at(-1)!).map(({ kind }) => kind);
  };
  expect(await kinds([])).toEqual(["gauge", "gauge", "gauge"]);
  expect(await kinds([counter])).toEqual(["sum", "gauge", "sum"]);
  expect(await kinds([counter, gauge])).toEqual(["sum", "gauge", "sum"]);
  const layouts = partsOf(sink).slice(-2);
  expect(layouts[0]!.layout).toBe(layouts[1]!.layout);
  for (let i = 0; i < 3; i++) {
    await simulation.advance(11 * 60_000);
    await kinds([gauge]);
  }
  expect(await kinds([gauge])).toEqual(["gauge", "gauge", "gauge"]);
  await end();
});

test("what nobody sends any more is forgotten, and the order of sources stays", async () => {
  const { write1, sink, simulation, context, end } = await startReceiver();
  const steady = one("steady", { job: "x" });
  const many = (round: number) => Array.from({ length: 1500 }, (_, i) => one("a", { job: "x", i: `${round} ${i}` }));
  const known = () => context.meter.value("sluice_receiver_series");
  await write1([steady, ...many(1)]);
  expect(known()).toBe(1501);
  await simulation.advance(11 * 60_000);
  await write1([steady]);
  await simulation.advance(11 * 60_000);
  await write1([steady]);
  expect(known()).toBe(1);
  const orders = new Set(partsOf(sink).map(({ layout }) => layout.catalog.order));
  expect([orders.size, new Set(partsOf(sink).map(({ layout }) => layout.catalog)).size]).toEqual([1, 2]);
  await end();
});

test("exemplars stand with the series' newest sample, or alone", async () => {
  const { write1, sink, end } = await startReceiver();
  const exemplars = (ms: number) => [{ labels: { trace_id: "0af7651916cd43dd8448eb211c80319c" }, value: 3, ms }];
  const labels = { __name__: "a_total" };
  await write1([one("a_total", {}, 1), { labels, exemplars: exemplars(1001) }, one("a_total", {}, 2, 2000)]);
  await write1([{ labels, exemplars: exemplars(2002) }]);
  const [first, second] = partsOf(sink);
  expect([first!.layout.ids.length, [...first!.exemplars!.keys()]]).toEqual([2, [0]]);
  expect(first!.exemplars!.get(0)![0]).toMatchObject({ value: 3, ms: 1001, attributes: [] });
  expect(first!.exemplars!.get(0)![0]!.traceId).toHaveLength(16);
  expect([second!.states, second!.exemplars!.size]).toEqual([Uint8Array.of(2), 1]);
  await end();
});

test("a series that is now this, now that, has one point of each", async () => {
  const { write2, sink, end } = await startReceiver();
  const labels = { __name__: "h" };
  const custom = (bounds: number) => ({
    labels,
    histograms: [
      { schema: -53, count_int: 0, custom_values: Array.from({ length: bounds }, (_, i) => i), timestamp: 9 },
    ],
  });
  const all = [
    one("h"),
    { labels, histograms: [{ count_int: 0, timestamp: 9 }] },
    custom(2),
    custom(600),
    one("h", {}, 2),
  ];
  for (let i = 0; i < 3; i++) await write2(all);
  const parts = partsOf(sink);
  expect(parts.map(({ layout }) => layout.catalog.size)).toEqual([4, 4, 4]);
  expect(parts[2]!.layout).toBe(parts[0]!.layout);
  await end();
});

test("labels are known wherever they stand in a series", async () => {
  const { send, sink, written, end } = await startReceiver();
  const field = (tag: number, text: string) => [tag, text.length, ...Buffer.from(text)];
  const label = (name: string, value: string) => {
    const both = [...field(0x0a, name), ...field(0x12, value)];
    return [0x0a, both.length, ...both];
  };
  const number = [0x12, 11, 0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 5];
  const series = (...fields: readonly number[][]) => [0x0a, fields.flat().length, ...fields.flat()];
  const name = label("__name__", "a");
  const job = label("job", "x");
  await send(Uint8Array.from([...series(name, job, number), ...series(number, name, number, job)]));
  expect(written()).toEqual({ '[["__name__","a"],["job","x"]]': Array(3).fill("3ff0000000000000 5 0") });
  expect(partsOf(sink)[0]!.layout.catalog.size).toBe(1);
  await end();
});

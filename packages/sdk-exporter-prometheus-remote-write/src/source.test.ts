import type { MetricData, SumMetricData } from "@opentelemetry/sdk-metrics";
import { type AttributeValue, asString, type MetricsPart } from "@sluice/data";
import { describe, expect, test } from "vitest";
import { collection, counter, histogram, metric, SECONDS } from "./backend.testing.ts";
import { Source } from "./source.ts";

const newSource = () => new Source({ attributes: [], droppedAttributes: 0, schemaUrl: "" });
const convert = (source: Source, ...metrics: MetricData[]) => source.convert(collection(metrics).scopeMetrics, 5);

/** A part as lines: kind, attributes, numbers. */
function linesOf(part: MetricsPart | undefined): string[] {
  if (part === undefined) return [];
  const { layout, slots, ragged } = part;
  return [...layout.ids].map((id, row) => {
    const { kind, bounds } = layout.catalog.shape(id);
    const attributes = layout.catalog.attributes(id).map(({ key, value }) => `${key}=${asString(value)}`);
    const numbers = ragged?.get(row) ?? [...slots.subarray(layout.at[row], layout.at[row + 1])];
    return `${kind} [${bounds.join()}] {${attributes.join()}} ${JSON.stringify(numbers)}`;
  });
}
const check = (input: MetricData, expected: string[]) =>
  test(JSON.stringify(input.dataPoints[0]), () => expect(linesOf(convert(newSource(), input).part)).toEqual(expected));

describe("points", () => {
  const buckets = (boundaries: number[], counts: number[]) => ({ boundaries, counts });
  check(counter("c", { a: "x" }, { a: "y" }), ["number [] {a=x} [1]", "number [] {a=y} [2]"]);
  check(metric("g", 2, -0.5), ["number [] {} [-0.5]"]);
  check(metric("i", 2, 7, { descriptor: { name: "i", valueType: 0 } }), ["int [] {} [7]"]);
  check(metric("i", 2, 7.5, { descriptor: { name: "i", valueType: 0 } }), ["number [] {} [7.5]"]);
  check(metric("none", 2, 7, { dataPoints: [] }), []);
  check(histogram("h", { buckets: buckets([1, 2], [3, 4, 5]), sum: 9, count: 12, min: 0, max: 4 }), [
    "histogram [1,2] {} [3,7,12,9,12,0,4]",
  ]);
  // Without a sum: an instrument that can go down.
  check(histogram("h", { buckets: buckets([1], [3, 4]), count: 7 }), ["histogram [1] {} [3,7,7]"]);
  check(histogram("h", { buckets: buckets([], [4]), sum: 1, count: 4 }), ["histogram [] {} [4,1,4]"]);
  // A last bound of infinity is what the last bucket means anyway.
  check(histogram("h", { buckets: buckets([1, Number.POSITIVE_INFINITY], [3, 4, 0]), count: 7 }), [
    "histogram [1] {} [3,7,7]",
  ]);
  // Contradictions: bounds that do not rise, counts that are too few.
  check(histogram("h", { buckets: buckets([2, 1], [3, 4, 5]), count: 12 }), ["histogram [] {} [12]"]);
  check(histogram("h", { buckets: buckets([1, 2], [3]), count: 3 }), ["histogram [] {} [3]"]);
  check(histogram("h", { buckets: buckets([Number.NaN], [3, 1]), count: 4 }), ["histogram [] {} [4]"]);
  const side = (offset: number, bucketCounts: number[]) => ({ offset, bucketCounts });
  const exponential = { count: 3, sum: 4, scale: 1, zeroCount: 1, positive: side(2, [1, 1]), negative: side(0, []) };
  check(metric("e", 1, { ...exponential, min: 0, max: 3 }), [
    'exponential [] {} {"scale":1,"count":3,"sum":4,"zeroCount":1,"zeroThreshold":0,"positive":{"offset":2,"counts":{"0":1,"1":1}},"negative":{"offset":0,"counts":{}},"min":0,"max":3}',
  ]);
});

describe("attributes", () => {
  const checkText = (value: unknown, expected: string[]) =>
    test(`${typeof value} ${String(value)}`, () => {
      const { part } = convert(newSource(), counter("c", { a: value }));
      const [id] = part!.layout.ids;
      expect(
        part!.layout.catalog.attributes(id!).map((each: { value: AttributeValue }) => asString(each.value)),
      ).toEqual(expected);
    });
  checkText("x", ["x"]);
  checkText(5, ["5"]);
  checkText(0.5, ["0.5"]);
  checkText(true, ["true"]);
  checkText(5n, ["5"]);
  checkText(null, [""]);
  checkText(["a", null, undefined, 2], ['["a",null,null,2]']);
  checkText({ b: 1, c: [true] }, ['{"b":1,"c":[true]}']);
  checkText(Uint8Array.of(1, 2), ["AQI="]);
  checkText(undefined, []);
  checkText(() => {}, []);
  checkText(Symbol("s"), []);
  test("something that contains itself", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(linesOf(convert(newSource(), counter("c", { circle })).part)).toHaveLength(1);
  });
});

describe("times", () => {
  const timesOf = (endTime: unknown, startTime: unknown = [SECONDS, 0]) => {
    const [point] = counter("c").dataPoints;
    const { part } = convert(newSource(), { ...counter("c"), dataPoints: [{ ...point, endTime, startTime }] } as never);
    return [part!.time.ms, part!.time.ns, part!.start!.ms];
  };
  const checkTime = (input: unknown, expected: number[]) =>
    test(JSON.stringify(input) ?? "undefined", () => expect(timesOf(input)).toEqual([...expected, SECONDS * 1000]));
  checkTime([SECONDS, 123_456_789], [SECONDS * 1000 + 123, 456_789]);
  checkTime([SECONDS, 0.5], [SECONDS * 1000, 0]);
  // What is no time is now.
  for (const bad of [undefined, [], [Number.NaN, 0], [-1, 0], [1, -1], [1, 1e9], [1e300, 0], ["x", "y"]])
    checkTime(bad, [5, 0]);
  test("a start that is none is not set", () => expect(timesOf([SECONDS, 0], [Number.NaN, 0])[2]).toBe(0));
  test("of points that differ each has its own", () => {
    const [a, b] = counter("c", { a: 1 }, { a: 2 }).dataPoints;
    const later = { ...b!, endTime: [SECONDS + 1, 5] as [number, number] };
    const { part } = convert(newSource(), { ...counter("c"), dataPoints: [a!, later] });
    expect([[...part!.time.msOf!], [...part!.time.nsOf!]]).toEqual([
      [SECONDS * 1000 + 250, SECONDS * 1000 + 1000],
      [0, 5],
    ]);
  });
});

const later = (metric: SumMetricData, seconds: number): SumMetricData => ({
  ...metric,
  dataPoints: metric.dataPoints.map((point) => ({ ...point, endTime: [SECONDS + seconds, 0] })),
});

describe("what is remembered", () => {
  test("the same series give the same layout, whoever made the attributes", () => {
    const source = newSource();
    const layouts = [1, 2, 3].map(() => convert(source, counter("c", { a: "x" }, { b: [1] })).part!.layout);
    expect(new Set(layouts).size).toBe(1);
    expect(source.size).toBe(2);
  });
  test("the order of attributes says nothing; their types do", () => {
    const source = newSource();
    convert(source, counter("c", { a: 1, b: 2 }, { b: 2, a: 1 }, { a: "1", b: 2 }));
    expect(source.size).toBe(2);
  });
  test("an application may change an object that it handed in", () => {
    const source = newSource();
    const attributes = { a: "x" };
    const before = convert(source, counter("c", attributes)).part!;
    attributes.a = "y";
    const after = convert(source, counter("c", attributes)).part!;
    expect([linesOf(before), linesOf(after)]).toEqual([["number [] {a=x} [1]"], ["number [] {a=y} [1]"]]);
  });
  test("other attributes at the same place, or another shape, are another series", () => {
    const source = newSource();
    convert(source, counter("c", { a: 1, b: 2 }));
    convert(source, counter("c", { a: 1 }));
    for (const bound of [1, 2]) {
      const { part } = convert(source, histogram("h", { buckets: { boundaries: [bound], counts: [1, 1] }, count: 2 }));
      expect(linesOf(part)).toEqual([`histogram [${bound}] {} [1,2,2]`]);
    }
    expect(source.size).toBe(4);
  });
  test("a series that is not at its place is found again", () => {
    const source = newSource();
    convert(source, counter("c", { a: 1 }, { a: 2 }));
    const { part } = convert(source, counter("c", { a: 2 }, { a: 1 }));
    expect([[...part!.layout.ids], source.size]).toEqual([[1, 0], 2]);
  });
  test("a collection in several exports has several layouts, each the same at the next", () => {
    const source = newSource();
    const round = () => ["a", "b"].map((name) => convert(source, counter(name)).part!.layout);
    expect(round()).toEqual(round());
    const [first, second] = [round(), round()];
    expect([first[0] === second[0], first[1] === second[1], first[0] === first[1]]).toEqual([true, true, false]);
  });
  test("metrics that differ in anything are others", () => {
    const source = newSource();
    const named = (more: object) => ({ ...counter("c"), ...more }) as MetricData;
    const descriptor = counter("c").descriptor;
    convert(
      source,
      named({}),
      named({ isMonotonic: false }),
      named({ descriptor: { ...descriptor, unit: "s" } }),
      named({ descriptor: { ...descriptor, description: "d" } }),
      named({ dataPointType: 2 }),
    );
    expect(source.size).toBe(5);
  });
  test("series that are gone are forgotten, the live ones and their order stay", () => {
    const source = newSource();
    let most = 0;
    const orders = new Set<object>();
    for (let round = 0; round < 500; round++) {
      const attributes = Array.from({ length: 20 }, (_, i) => ({ round, i }));
      const metrics = [later(counter("c", ...attributes), round), later(counter("live"), round)];
      const { part } = convert(source, ...metrics);
      orders.add(part!.layout.catalog.order);
      most = Math.max(most, source.size);
    }
    expect(most).toBeLessThan(1100);
    expect(orders.size).toBe(1);
  });
  test("as many as live are never forgotten", () => {
    const source = newSource();
    const many = counter("c", ...Array.from({ length: 3000 }, (_, i) => ({ i })));
    const layouts = [1, 2, 3].map(() => convert(source, many).part!.layout);
    expect(new Set(layouts).size).toBe(1);
  });
});

test("deltas are named and left out", () => {
  const delta = { ...counter("d"), aggregationTemporality: 0 } as MetricData;
  const gauge = metric("g", 2, 1, { aggregationTemporality: 0 });
  const { part, deltas } = convert(newSource(), delta, gauge);
  expect([deltas, linesOf(part)]).toEqual([["d"], ["number [] {} [1]"]]);
});

import { expect, test } from "vitest";
import {
  ABSENT,
  batchOf,
  createCatalog,
  EXPONENTIAL,
  itemCount,
  layoutOf,
  type MetricsPart,
  NUMBER,
  ownBytes,
  pointsPart,
  rowCount,
  STALE,
  sampleCount,
  select,
  shapeOf,
  timesOf,
  VALUE,
  wirePart,
} from "./index.ts";
import { metricOf, resourceOf } from "./model.testing.ts";

const histogram = shapeOf({ kind: "histogram", bounds: Float64Array.of(1, 2), inf: true, sum: true, count: true });

/** A number, a histogram of five slots, an exponential histogram, a number. */
function fourRows(more: Partial<MetricsPart> = {}): MetricsPart {
  const catalog = createCatalog(resourceOf());
  const shapes = [NUMBER, histogram, EXPONENTIAL, NUMBER];
  const ids = shapes.map((shape, i) => catalog.add({ metric: metricOf(`m${i}`), shape, attributes: [] }));
  const layout = layoutOf(catalog, Int32Array.from(ids));
  return pointsPart({ layout, slots: new Float64Array(7), time: timesOf(1), ...more });
}

test("a part is all rows, all values, unless said otherwise", () => {
  const part = fourRows();
  expect(part).toMatchObject({
    signal: "metrics",
    form: "points",
    rows: undefined,
    states: undefined,
    start: undefined,
  });
  expect([...part.layout.at]).toEqual([0, 1, 6, 6, 7]);
  expect([rowCount(part), itemCount(part), sampleCount(part)]).toEqual([4, 4, 8]);
});

test("a selection keeps columns and narrows only", () => {
  const check = (part: MetricsPart, rows: number[], expected: number[]) => {
    const selected = select(part, Int32Array.from(rows));
    expect([...selected.rows!]).toEqual(expected);
    expect(selected.slots).toBe(part.slots);
    expect(selected.layout).toBe(part.layout);
  };
  check(fourRows(), [0, 2], [0, 2]);
  check(select(fourRows(), Int32Array.of(0, 1, 3)), [1, 2, 3], [1, 3]);
  check(select(fourRows(), Int32Array.of(0)), [1], []);
  check(select(fourRows(), Int32Array.of()), [0, 1], []);
});

test("samples are slots that are there, items are rows", () => {
  const check = (part: MetricsPart, samples: number, items: number) =>
    expect([sampleCount(part), itemCount(part)]).toEqual([samples, items]);
  check(fourRows({ states: "stale", slots: new Float64Array(0) }), 8, 4);
  check(fourRows({ states: Uint8Array.of(VALUE, STALE, ABSENT, ABSENT, VALUE, VALUE, ABSENT) }), 5, 4);
  check(select(fourRows(), Int32Array.of(1, 2)), 6, 2);
  check(select(fourRows({ states: "stale", slots: new Float64Array(0) }), Int32Array.of(3)), 1, 1);
});

test("a batch counts all its parts, wire too", () => {
  const wire = wirePart("metrics", new Uint8Array(0));
  expect(itemCount(batchOf("metrics", [fourRows(), wire, select(fourRows(), Int32Array.of(2))]))).toBe(5);
});

test("own bytes are columns, selection and wire, and not the layout", () => {
  expect(ownBytes(fourRows())).toBe(56);
  expect(ownBytes(select(fourRows(), Int32Array.of(0, 1)))).toBe(64);
  expect(ownBytes(fourRows({ states: new Uint8Array(7) }))).toBe(63);
  expect(ownBytes(fourRows({ start: { ms: 0, ns: 0, msOf: new Float64Array(4), nsOf: new Int32Array(4) } }))).toBe(104);
  const point = { offset: 0, counts: new Float64Array(3) };
  const numbers = { scale: 0, count: 0, sum: 0, zeroCount: 0, zeroThreshold: 0, min: 0, max: 0 };
  const ragged = new Map([[2, { ...numbers, positive: point, negative: point }]]);
  expect(ownBytes(fourRows({ ragged }))).toBe(56 + 256 + 48);
  expect(ownBytes(wirePart("logs", new Uint8Array(0)))).toBe(0);
});

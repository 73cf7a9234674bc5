import { batchOf, type Layout, type MetricsPart, timesOf, type ViewRules, view, withCatalog } from "@sluice/data";
import { arbitraryMetricsBatch, metricsBatch } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeItems } from "./decode.testing.ts";
import type { Naming } from "./naming.ts";
import { plainEncode } from "./plain-encoder.testing.ts";
import { RequestEncoder } from "./request-encoder.ts";

const naming: Naming = {
  strategy: "suffixes",
  namespace: "",
  externalLabels: [["b", "external"]],
  isConstantLabel: () => false,
  scopeLabels: true,
  targetInfo: false,
};
const start = 1_700_000_000_000;
/** Nothing of it is refused. */
const tame: ViewRules = {
  metric: (metric) => ({
    ...metric,
    name: `m_${metric.name}`,
    temporality: metric.kind === "gauge" ? "none" : "cumulative",
  }),
  attributes: (_, attributes) => attributes.map(({ value }, i) => ({ key: `k${i}`, value })),
};

function samplesOf(decoded: ReturnType<typeof decodeItems>) {
  const samples = new Map<string, object[]>();
  for (const { series, ms, bits } of decoded) samples.set(series, [...(samples.get(series) ?? []), { ms, bits }]);
  return samples;
}

/** A part as a page without timestamps gives it, with other numbers at each round. */
function plain(part: MetricsPart, round: number): MetricsPart {
  return {
    ...part,
    layout: withCatalog(part.layout, view(part.layout.catalog, tame)),
    slots: part.slots.map((value, slot) => (slot % 3 === 0 ? value : round * 1.5 + slot)),
    time: timesOf(start + round * 1000),
    rows: undefined,
    states: undefined,
    ragged: undefined,
    exemplars: undefined,
  };
}

test("a layout that comes again and again is filled into what was prepared, and left at once on change", () => {
  let steady = 0;
  const property = fc.property(
    arbitraryMetricsBatch(),
    fc.array(fc.constantFrom("same", "same", "same", "same", "chosen", "states", "rows", "old"), {
      minLength: 5,
      maxLength: 12,
    }),
    fc.constantFrom(700, 3e6),
    (base, rounds, maxBytes) => {
      const found = base.parts.filter((part) => part.form === "points");
      // Whole histograms are not made of slots, and have the general way.
      const parts = found.filter(({ layout }) =>
        layout.ids.every((id) => layout.catalog.shape(id).kind !== "exponential"),
      );
      if (parts.length === 0) return;
      const encoder = new RequestEncoder(naming, maxBytes, undefined, 7);
      for (const [round, kind] of rounds.entries()) {
        const now = parts.map((part): MetricsPart => {
          const same = plain(part, round);
          if (kind === "rows") return { ...same, rows: Int32Array.of(0) };
          if (kind === "chosen") return { ...same, rows: chosenOf(part) };
          if (kind === "old") return { ...same, time: timesOf(1) };
          return kind === "states" ? withStates(same) : same;
        });
        const batch = batchOf("metrics", now);
        const { items, dropped, steadyItems } = encoder.encode(batch, "");
        const expected = plainEncode(batch, naming);
        expect(samplesOf(items.flatMap((item) => decodeItems([item])))).toEqual(expected.samples);
        expect(Object.fromEntries([...dropped].map(([reason, { items: count }]) => [reason, count]))).toEqual(
          expected.dropped,
        );
        // One that has never seen them takes the general way.
        const general = new RequestEncoder(naming, maxBytes, undefined, 7).encode(batch, "");
        expect(pointsOf(items)).toBe(pointsOf(general.items));
        if (items.length > 1) expect(decodeItems(items)).toEqual(items.flatMap((item) => decodeItems([item])));
        for (const item of items) expect(decodeItems([item])).toHaveLength(item.items);
        if (kind !== "same" && kind !== "chosen") expect(steadyItems).toBe(0);
        steady += steadyItems;
      }
    },
  );
  fc.assert(property, { numRuns: 300, seed: 5 });
  expect(steady).toBeGreaterThan(500);
});

function pointsOf(items: readonly { readonly points: number }[]): number {
  return items.reduce((sum, { points }) => sum + points, 0);
}

test("a layout that stays has its template only, and comes back from it", () => {
  fc.assert(
    fc.property(arbitraryMetricsBatch(), (base) => {
      const parts = base.parts.filter((part) => part.form === "points");
      if (parts.length === 0) return;
      const encoder = new RequestEncoder(naming, 3e6, undefined, 7);
      for (let round = 0; round < 40; round++) {
        const now = parts.map((part) => (round % 36 === 35 ? withStates(plain(part, round)) : plain(part, round)));
        const batch = batchOf("metrics", now);
        const before = encoder.totals().bytes;
        const { items, steadyItems } = encoder.encode(batch, "");
        if (round === 31 && steadyItems > 20) expect(encoder.totals().bytes).toBeLessThan(before);
        expect(samplesOf(items.flatMap((item) => decodeItems([item])))).toEqual(plainEncode(batch, naming).samples);
      }
    }),
    { numRuns: 40, seed: 5 },
  );
});

const chosen = new WeakMap<Layout, Int32Array>();
/** Every second row: the same object for a part, as a filter gives it. */
function chosenOf({ layout }: MetricsPart): Int32Array {
  const known = chosen.get(layout) ?? Int32Array.from(layout.ids.keys()).filter((row) => row % 2 === 0);
  chosen.set(layout, known);
  return known;
}

test("rows that a filter chooses are a template of their own", () => {
  const seen = { steady: 0 };
  fc.assert(
    fc.property(arbitraryMetricsBatch(), (base) => {
      const parts = base.parts.filter((part) => part.form === "points");
      if (parts.length === 0) return;
      const encoder = new RequestEncoder(naming, 3e6, undefined, 7);
      for (let round = 0; round < 10; round++) {
        const now = parts.map((part) => ({ ...plain(part, round), rows: round === 6 ? undefined : chosenOf(part) }));
        const { items, steadyItems } = encoder.encode(batchOf("metrics", now), "");
        const found = samplesOf(items.flatMap((item) => decodeItems([item])));
        expect(found).toEqual(plainEncode(batchOf("metrics", now), naming).samples);
        seen.steady += steadyItems;
      }
    }),
    { numRuns: 60, seed: 5 },
  );
  expect(seen.steady).toBeGreaterThan(100);
});

/** Every second slot has no value. */
function withStates(part: MetricsPart): MetricsPart {
  return { ...part, states: Uint8Array.from(part.slots, (_, slot) => slot % 2) };
}

/** What `encoder` prepares for one page of gauges that comes again and again, in bytes; and how many samples it fills in. */
function steadiness(encoder: RequestEncoder): { readonly bytes: number; readonly steady: number } {
  const points = Array.from({ length: 100 }, (_, i) => ({ name: `m_${i}`, value: i }));
  const batch = metricsBatch(points);
  encoder.encode(batch, "");
  const before = encoder.totals().bytes;
  for (let i = 0; i < 3; i++) encoder.encode(batch, "");
  return { bytes: encoder.totals().bytes - before, steady: encoder.encode(batch, "").steadyItems };
}

test("a template is counted, small enough for small requests, and not made for what has no use for it", () => {
  const of = (maxBytes: number, version: "1.0" | "2.0" = "1.0") =>
    steadiness(new RequestEncoder(naming, maxBytes, undefined, 7, version));
  expect(of(3e6).steady).toBe(100);
  expect(of(3e6).bytes).toBeGreaterThan(100 * 10);
  expect(of(1000).steady).toBe(100);
  expect(of(10)).toEqual({ bytes: 0, steady: 0 });
  expect(of(3e6, "2.0")).toEqual({ bytes: 0, steady: 0 });
});

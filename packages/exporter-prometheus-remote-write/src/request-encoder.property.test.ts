import {
  ABSENT,
  type BatchOf,
  batchOf,
  layoutOf,
  type MetricsPart,
  timesOf,
  type ViewRules,
  view,
  withCatalog,
} from "@sluice/data";
import { arbitraryMetricsBatch } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeItems, decodeWhole } from "./decode.testing.ts";
import type { Naming } from "./naming.ts";
import { plainEncode } from "./plain-encoder.testing.ts";
import { type Encoded, RequestEncoder } from "./request-encoder.ts";
import { downgraded } from "./transcode.ts";
import { versionedKey } from "./version.ts";

const namings: Naming[] = [
  {
    strategy: "suffixes",
    namespace: "",
    externalLabels: [["b", "external"]],
    isConstantLabel: (key) => key === "zone",
    scopeLabels: true,
    targetInfo: true,
  },
  {
    strategy: "no-suffixes",
    namespace: "ns",
    externalLabels: [],
    isConstantLabel: () => false,
    scopeLabels: false,
    targetInfo: false,
  },
];

const noises = new Map<number, string>();
/** Text that hardly compresses; always the same for one length. */
function noise(length: number): string {
  let text = noises.get(length);
  if (text === undefined) {
    let state = length;
    text = Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return String.fromCharCode(33 + ((state >>> 16) % 94));
    }).join("");
    noises.set(length, text);
  }
  return text;
}

const keys = ["a", "b", "a.b", "a-b", "le", "quantile", "job", "_x", "0", "\u540d"];
/** Few names and keys, so that points become one series; long values now and then. */
const tame: ViewRules = {
  resource: (resource) => {
    const names = ["service.name", "zone", "service.instance.id", "other.key"];
    const attributes = resource.attributes.map(({ value }, i) => ({ key: names[i % names.length]!, value }));
    return { ...resource, attributes: attributes.slice(0, names.length) };
  },
  metric: (metric) => ({
    ...metric,
    name: metric.name.length % 8 === 7 ? metric.name : `m_${metric.name.length % 3}`,
    unit: metric.unit.length % 2 === 1 ? "s" : "",
    temporality: metric.help.length % 4 === 3 ? metric.temporality : metric.kind === "gauge" ? "none" : "cumulative",
    metadata: metric.help.length % 2 === 1 ? [{ key: "prometheus.type", value: "x" }] : [],
  }),
  attributes: (_, attributes) =>
    attributes.map(({ key, value }, i) => {
      const long = key.length === 7 ? 35_000 + i : key.length === 6 ? 3000 + i : 0;
      return {
        key: keys[(key.length + i) % (key.length === 8 ? keys.length : keys.length - 1)]!,
        value: long > 0 ? noise(long) : key.length < 3 ? "same" : value,
      };
    }),
};

interface Change {
  readonly tame: boolean;
  readonly picks: readonly number[] | undefined;
  readonly absent: readonly boolean[];
  readonly ms: number | undefined;
  readonly rows: readonly boolean[];
  readonly stale: boolean;
}
const change: fc.Arbitrary<Change> = fc.record({
  tame: fc.boolean(),
  picks: fc.option(fc.array(fc.nat(40), { minLength: 1, maxLength: 40 }), { nil: undefined }),
  absent: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
  ms: fc.option(fc.constantFrom(1, 1_700_000_000_000, 1_700_000_000_001, 2 ** 42), { nil: undefined }),
  rows: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  stale: fc.boolean(),
});

/** The part's points in another layout: some left out, some repeated, in any order. */
function picked(part: MetricsPart, picks: readonly number[]): MetricsPart {
  const { layout } = part;
  const from = picks.map((pick) => pick % layout.ids.length);
  const slots = from.flatMap((row) =>
    Array.from({ length: layout.at[row + 1]! - layout.at[row]! }, (_, k) => layout.at[row]! + k),
  );
  const { msOf } = part.time;
  return {
    ...part,
    layout: layoutOf(
      layout.catalog,
      Int32Array.from(from, (row) => layout.ids[row]!),
    ),
    slots: Float64Array.from(slots, (slot) => part.slots[slot]!),
    states:
      typeof part.states === "object"
        ? Uint8Array.from(slots, (slot) => (part.states as Uint8Array)[slot]!)
        : part.states,
    time: { ...part.time, msOf: msOf && Float64Array.from(from, (row) => msOf[row]!), nsOf: undefined },
    rows: undefined,
  };
}

function changed(part: MetricsPart, { tame: isTame, picks, absent, ms, rows, stale }: Change): MetricsPart {
  let result = isTame ? { ...part, layout: withCatalog(part.layout, view(part.layout.catalog, tame)) } : part;
  if (picks !== undefined) result = picked(result, picks);
  if (ms !== undefined) result = { ...result, time: timesOf(ms) };
  if (absent[0] === true) {
    const before = result.states as Uint8Array | undefined;
    result = {
      ...result,
      states: Uint8Array.from(result.slots, (_, i) => (absent[i % 7] ? ABSENT : (before?.[i] ?? 0))),
    };
  }
  if (rows[0] === true) {
    const all = [...(result.rows ?? result.layout.ids.keys())];
    result = { ...result, rows: Int32Array.from(all.filter((_, i) => rows[i % 5])) };
  }
  return stale ? { ...result, states: "stale", slots: new Float64Array(0) } : result;
}

function check(
  encoded: Encoded,
  batch: BatchOf<"metrics">,
  naming: Naming,
  maxBytes: number,
  sources: Map<object, string>,
): void {
  const expected = plainEncode(batch, naming, sources);
  const samples: typeof expected.samples = new Map();
  for (const item of encoded.items) {
    const alone = decodeItems([item]);
    expect(alone).toHaveLength(item.items);
    // A timestamp may take four bytes more than is thought, and a metric's help stands where it is first needed.
    if (alone.length > 1) expect(item.rawBytes).toBeLessThanOrEqual(maxBytes + (item.key === "" ? 4 : 32));
    if (item.key !== "") checkDowngrade(item, maxBytes);
    for (const { series, ms, bits } of alone) samples.set(series, [...(samples.get(series) ?? []), { ms, bits }]);
  }
  expect(samples).toEqual(expected.samples);
  const dropped = Object.fromEntries([...encoded.dropped].map(([reason, { items }]) => [reason, items]));
  expect(dropped).toEqual(expected.dropped);
  // Items of one lane travel in one request, too.
  if (encoded.items.length > 1)
    expect(decodeItems(encoded.items)).toEqual(encoded.items.flatMap((item) => decodeItems([item])));
}

/** As 1.0 an item of 2.0 says the same but for start times. */
function checkDowngrade(item: Encoded["items"][number], maxBytes: number): void {
  const before = decodeWhole([item]);
  const items = downgraded(item, maxBytes);
  expect(items.flatMap((each) => decodeWhole([each]))).toEqual(before.map((each) => ({ ...each, startMs: 0 })));
  for (const [count, what] of [[items.reduce((sum, each) => sum + each.points, 0), item.points] as const])
    expect(count).toBe(what);
  for (const each of items) {
    const found = decodeWhole([each]);
    expect(each).toMatchObject({ items: found.length, lane: item.lane, key: "" });
    if (found.length > 1) expect(each.rawBytes).toBeLessThanOrEqual(maxBytes);
  }
}

test("random batches equal the plain encoding, whatever came before", () => {
  const round = fc.array(fc.tuple(fc.nat(2), change), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      arbitraryMetricsBatch(),
      fc.array(round, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...namings),
      fc.constantFrom(500, 3e6),
      fc.constantFrom("1.0", "2.0"),
      (base, rounds, naming, maxBytes, version) => {
        const parts = base.parts.filter((part) => part.form === "points");
        if (parts.length === 0) return;
        const encoder = new RequestEncoder(naming, maxBytes, undefined, 7, version);
        const sources = new Map<object, string>();
        for (const changes of rounds) {
          const batch = batchOf(
            "metrics",
            changes.map(([at, each]) => changed(parts[at % parts.length]!, each)),
          );
          const first = encoder.encode(batch, versionedKey(version, ""));
          check(first, batch, naming, maxBytes, sources);
          // Once more: now every fragment is there.
          const again = encoder.encode(batch, versionedKey(version, ""));
          expect(again.items.flatMap((item) => decodeItems([item]))).toEqual(
            first.items.flatMap((item) => decodeItems([item])),
          );
          expect(again.dropped).toEqual(first.dropped);
        }
      },
    ),
    { numRuns: 300 },
  );
});

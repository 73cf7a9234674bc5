/** Pages in protobuf from a target that means harm. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { END, ParseError, type ProtobufOptions, ProtobufScanner, SERIES } from "./index.ts";
import { family, type ProtoHistogram, protobufPage } from "./metric-families.testing.ts";

const options: ProtobufOptions = { native: true, classic: true, custom: true };

/** Reads to the end: how many series, and how many buckets were made room for; or the error. */
function readAll(page: Uint8Array): { series: number; buckets: number; error?: string } {
  const scanner = new ProtobufScanner();
  scanner.reset(page, page.length, options);
  const found = { series: 0, buckets: 0 };
  try {
    for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
      if (kind !== SERIES) continue;
      found.series++;
      const { native } = scanner;
      if (native === undefined) continue;
      if ("bounds" in native) found.buckets += native.bounds.length;
      else found.buckets += native.positive.counts.length + native.negative.counts.length;
    }
    return found;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { ...found, error: error.message };
  }
}
const histogram = (of: ProtoHistogram): Uint8Array =>
  protobufPage([{ name: "h", type: 4, metric: [{ histogram: of }] }]);

test("bytes changed, cut or doubled are read or refused, and nothing else", () => {
  const change = fc.record({ at: fc.nat(5000), to: fc.nat(255), kind: fc.nat(2) });
  fc.assert(
    fc.property(
      fc.array(family, { minLength: 1, maxLength: 3 }),
      fc.array(change, { maxLength: 4 }),
      (all, changes) => {
        let page = Uint8Array.from(protobufPage(all));
        for (const { at, to, kind } of changes) {
          if (page.length === 0) return;
          const place = at % page.length;
          if (kind === 0) page[place] = to;
          else if (kind === 1) page = page.slice(0, place);
          else page = Uint8Array.from([...page, ...page.subarray(place)]);
        }
        const { series } = readAll(page);
        expect(series).toBeLessThanOrEqual(page.length);
      },
    ),
    { numRuns: 1500 },
  );
});
test("random bytes are read or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (page) => {
      readAll(page);
    }),
    { numRuns: 2000 },
  );
});

test("a line that came before is recognised, wherever it is asked for", () => {
  fc.assert(
    fc.property(fc.array(family, { minLength: 1, maxLength: 3 }), (all) => {
      const page = protobufPage(all);
      const one = new ProtobufScanner();
      const other = new ProtobufScanner();
      one.reset(page, page.length, options);
      other.reset(page, page.length, options);
      for (let kind = one.next(); kind !== END; kind = one.next()) {
        const line = one.bytes.slice(1, one.at);
        expect(other.tryKnown(line, 0, line.length - 1)).toBe(false);
        const isSeries = kind === SERIES;
        expect(other.tryKnownLine(line, 0, line.length)).toBe(!isSeries);
        if (isSeries) expect(other.tryKnown(line, 0, line.length)).toBe(true);
        expect([other.value, other.native, other.createdMs]).toEqual([one.value, one.native, one.createdMs]);
      }
      expect(other.next()).toBe(END);
    }),
    { numRuns: 200 },
  );
});

describe("bombs", () => {
  const far = { offset: 1_000_000_000, length: 1 };
  test.each<[string, Uint8Array]>([
    ["spans far apart", histogram({ positiveSpan: [far, far], positiveDelta: [1, 0], sampleCount: 2 })],
    ["a span of billions without buckets", histogram({ positiveSpan: [{ offset: 0, length: 4e9 }], sampleCount: 0 })],
    [
      "a bucket where no number lies",
      histogram({ positiveSpan: [{ offset: 2e9, length: 1 }], positiveDelta: [1], sampleCount: 1 }),
    ],
    ["spans that run backwards", histogram({ negativeSpan: [far, { offset: -5, length: 1 }], negativeDelta: [1, 0] })],
  ])("%s", (_, page) => {
    const { error, buckets } = readAll(page);
    expect([error, buckets]).toEqual([expect.stringContaining("cannot read protobuf"), 0]);
  });
  test("a page of many wide histograms", () => {
    const wide = {
      positiveSpan: [
        { offset: 0, length: 1 },
        { offset: 500_000, length: 1 },
      ],
      positiveDelta: [1, 0],
    };
    const metric = { histogram: { ...wide, sampleCount: 2 } };
    const { error, buckets } = readAll(protobufPage([{ name: "h", type: 4, metric: Array(1000).fill(metric) }]));
    expect(error).toContain("too far apart");
    expect(buckets).toBeLessThanOrEqual(1 << 22);
  });
  test("more buckets than there are", () => {
    const counts = Array<number>(1_100_000).fill(0);
    const { error } = readAll(histogram({ positiveSpan: [{ offset: 0, length: 1_100_000 }], positiveDelta: counts }));
    expect(error).toContain("too many buckets");
  });
  test("a million classic buckets, the highest first", () => {
    const bucket = Array.from({ length: 300_000 }, (_, at) => ({ upperBound: -at, cumulativeCount: 0 }));
    expect(readAll(histogram({ bucket, sampleCount: 0 }))).toEqual({ series: 300_004, buckets: 300_000 });
  });
  test("a million families that say nothing", () => {
    const page = new Uint8Array(1_000_000);
    expect(readAll(page)).toEqual({ series: 0, buckets: 0 });
  });
  test("groups in groups in groups, and messages in messages", () => {
    const nested = new Uint8Array(20_000).fill((9 << 3) | 3);
    const page = Uint8Array.from([0xa0, 0x9c, 0x01, ...nested]);
    expect(readAll(page).error).toContain("nested too deep");
  });
  test("lengths that lie, and varints without an end", () => {
    for (const page of [[0xff, 0xff, 0xff, 0xff, 0x0f, 1], [5, 0x0a, 0x7f], Array<number>(20).fill(0xff), [0x80]]) {
      expect(readAll(Uint8Array.from(page)).error).toContain("cannot read protobuf");
    }
  });
  test("a label of ten megabytes", () => {
    const value = "x".repeat(10_000_000);
    const page = protobufPage([
      { name: "g", type: 1, metric: [{ label: [{ name: "l", value }], gauge: { value: 1 } }] },
    ]);
    expect(readAll(page)).toEqual({ series: 1, buckets: 0 });
  });
});

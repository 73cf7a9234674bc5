import fc from "fast-check";
import { expect, test } from "vitest";
import type { TestSeries } from "./encode.ts";
import { encodeWriteRequest } from "./encode.ts";
import { readLabels, WriteRequestError, walkWriteRequest } from "./write-request.ts";

/** Everything a walk shows, in the form it was encoded from. */
function walked(bytes: Uint8Array): TestSeries[] {
  const all: { labels: [string, string][]; samples: [number | "stale", number][] }[] = [];
  walkWriteRequest(bytes, {
    series: (source, start, end) => all.push({ labels: readLabels(source, start, end), samples: [] }) - 1,
    sample: (series, value, timestamp, stale) => all[series]!.samples.push([stale ? "stale" : value, timestamp]),
  });
  return all;
}

function check(input: readonly TestSeries[]): void {
  expect(walked(encodeWriteRequest(input))).toEqual(input);
}

const label = fc.tuple(fc.string(), fc.string({ unit: "binary", maxLength: 200 }));
const sample = fc.tuple(
  fc.oneof(fc.double({ noNaN: true }), fc.constant("stale" as const)),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
);
const series = fc.record({ labels: fc.array(label), samples: fc.array(sample, { minLength: 1 }) });

test("empty", () => check([]));
test("one sample", () => check([{ labels: [["__name__", "up"]], samples: [[1, 1_700_000_000_000]] }]));
test("an ordinary NaN is no staleness marker", () =>
  expect(walked(encodeWriteRequest([{ labels: [], samples: [[Number.NaN, 5]] }]))[0]?.samples).toEqual([
    [Number.NaN, 5],
  ]));
test("any series", () => fc.assert(fc.property(fc.array(series, { maxLength: 5 }), check), { numRuns: 200 }));

test("metadata, exemplars and unknown fields are passed over", () => {
  const request = encodeWriteRequest([{ labels: [["a", "b"]], samples: [[1, 2]] }]);
  const metadata = Uint8Array.of(0x1a, 2, 8, 1, 0x20, 150, 1, 0x2d, 1, 2, 3, 4, 0x31, 1, 2, 3, 4, 5, 6, 7, 8);
  expect(walked(Buffer.concat([metadata, request, metadata]))).toEqual(walked(request));
});

test("mutated requests give a typed error or a result, never anything else", () => {
  const request = encodeWriteRequest([{ labels: [["name", "value"]], samples: [[1, 2]] }]);
  const mutation = fc.array(fc.tuple(fc.nat(request.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(mutation, fc.nat(request.length), (changes, length) => {
      const bytes = Uint8Array.from(request);
      for (const [index, value] of changes) bytes[index] = value;
      try {
        walked(bytes.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(WriteRequestError);
      }
    }),
    { numRuns: 3000 },
  );
});

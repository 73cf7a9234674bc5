/**
 * Writes the questions of `protobuf.in.json`: pages in protobuf, random ones and broken ones. To run it again:
 * `node packages/lib-prometheus/testdata/vectors/protobuf.ts`, then `go run .` here for the answers.
 */
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { family, type ProtoFamily, type ProtoHistogram, protobufPage } from "../../src/metric-families.testing.ts";

const pages: Uint8Array[] = fc
  .sample(fc.array(family, { minLength: 1, maxLength: 3 }), { seed: 1, numRuns: 70 })
  .map(protobufPage);

const histogram = (of: ProtoHistogram, type = 4): ProtoFamily => ({ name: "h", type, metric: [{ histogram: of }] });
const odd: ProtoFamily[] = [
  { name: "", type: 0, metric: [{ counter: { value: 1 } }] },
  { name: "", type: 0, metric: [] },
  { name: "a", type: 6, metric: [{ counter: { value: 1 } }] },
  { name: "a", type: 0, metric: [{ gauge: { value: 1 } }] },
  { name: "a", type: 4, metric: [{}] },
  { name: "a", type: 2, metric: [{}] },
  { name: "a_seconds", unit: "bytes", type: 1, metric: [{ gauge: { value: 1 } }] },
  { name: "a", type: 1, metric: [{ label: [{ name: "", value: "x" }], gauge: { value: 1 } }] },
  { name: "a", type: 1, metric: [{ label: [{ name: "l", value: "" }], gauge: { value: 1 }, timestampMs: -5 }] },
  histogram({ sampleCountFloat: -1, sampleCount: 3, bucket: [{ upperBound: 1, cumulativeCountFloat: Number.NaN }] }),
  histogram({ bucket: [{ upperBound: Number.POSITIVE_INFINITY, cumulativeCount: 1 }, { upperBound: 3 }], sampleCount: 1 }),
  histogram({ bucket: [{ upperBound: 2, cumulativeCount: 1 }, { upperBound: 1, cumulativeCount: 1 }], sampleCount: 1 }),
  histogram({ bucket: [{ upperBound: 1, cumulativeCount: 2 }, { upperBound: 2, cumulativeCount: 1 }], sampleCount: 2 }),
  histogram({ bucket: [{ upperBound: Number.NaN, cumulativeCount: 2 }], sampleCount: 2 }),
  histogram({ bucket: [{ upperBound: Number.NEGATIVE_INFINITY, cumulativeCount: 0 }], sampleCount: 2 }),
  histogram({ zeroCountFloat: 1, sampleCountFloat: 1 }),
  histogram({ zeroThreshold: 1, zeroCountFloat: 1, sampleCountFloat: 1 }),
  histogram({ zeroThreshold: 0.1, sampleCount: 0 }),
  histogram({ zeroCount: 2, sampleCount: 3 }),
  histogram({ zeroCount: 2, sampleCount: 3, sampleSum: Number.NaN }),
  histogram({ zeroCount: 4, sampleCount: 3, sampleSum: Number.NaN }),
  histogram({ schema: 9, positiveSpan: [{ offset: 0, length: 1 }], positiveDelta: [1], sampleCount: 1 }),
  histogram({ schema: -5, positiveSpan: [{ offset: 0, length: 1 }], positiveDelta: [1], sampleCount: 1 }),
  histogram({ schema: -53, positiveSpan: [{ offset: 0, length: 1 }], positiveDelta: [1], sampleCount: 1 }),
  histogram({ positiveSpan: [{ offset: 0, length: 2 }], positiveDelta: [1], sampleCount: 1 }),
  histogram({ positiveSpan: [{ offset: 0, length: 1 }], positiveDelta: [1, 1], sampleCount: 1 }),
  histogram({ positiveSpan: [{ offset: 0, length: 1 }], positiveDelta: [-1], sampleCount: 1 }),
  histogram({
    positiveSpan: [
      { offset: 5, length: 1 },
      { offset: -2, length: 1 },
    ],
    positiveDelta: [1, 0],
    sampleCount: 2,
  }),
  histogram({ negativeSpan: [{ offset: 0, length: 2 }], negativeDelta: [1, 1], sampleCount: 3 }, 5),
  histogram({ positiveSpan: [{ offset: 0, length: 1 }], positiveCount: [Number.NaN], sampleCountFloat: 1 }),
  histogram({ positiveSpan: [{ offset: 0, length: 1 }], positiveCount: [-1], sampleCountFloat: 1 }),
];
for (const one of odd) pages.push(protobufPage([one]));

// Bytes changed at random, cut, and lengths that lie.
const whole = fc.sample(fc.array(family, { minLength: 1, maxLength: 2 }), { seed: 2, numRuns: 40 }).map(protobufPage);
fc.sample(fc.record({ page: fc.constantFrom(...whole), at: fc.nat(1000), to: fc.nat(255) }), { seed: 3, numRuns: 60 })
  .filter(({ page }) => page.length > 0)
  .forEach(({ page, at, to }, index) => {
    const bytes = page.slice(0, index % 3 === 0 ? at % page.length : page.length);
    if (index % 3 !== 0) bytes[at % page.length] = to;
    pages.push(bytes);
  });
pages.push(Uint8Array.of(0x80), Uint8Array.of(5, 1), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), Uint8Array.of(0));

const lines = pages.map((page) => `  ${JSON.stringify(Buffer.from(page).toString("base64"))}`);
writeFileSync(new URL("protobuf.in.json", import.meta.url), `[\n${lines.join(",\n")}\n]\n`);

import { WireError } from "@sluice/data";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeWriteRequest } from "./index.ts";
import { bitsAsDecimal, encode2 as encode, histogram, histogramMessage, time } from "./remote-write.testing.ts";

const all = (bytes: Uint8Array) => Array.from(decodeWriteRequest(bytes, "2.0").timeseries);
const text = fc.string({ unit: "binary", maxLength: 6 }).filter((it) => it.isWellFormed());
const label = fc.tuple(text, text);
const start = fc.oneof(fc.constant(0), time);
const series = fc.record({
  labels: fc.array(label, { maxLength: 3 }),
  samples: fc.array(fc.record({ value: fc.double(), stale: fc.boolean(), timestampMs: time, startMs: start }), {
    maxLength: 3,
  }),
  histograms: fc.array(histogram, { maxLength: 2 }),
  exemplars: fc.array(fc.record({ labels: fc.array(label, { maxLength: 2 }), value: fc.double(), timestampMs: time }), {
    maxLength: 2,
  }),
  metadata: fc.option(fc.record({ type: fc.constantFrom("unknown", "counter", "info"), help: text, unit: text }), {
    nil: undefined,
  }),
});
const TYPES = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];

test("what another implementation encodes is read back, bit for bit", () => {
  fc.assert(
    fc.property(fc.array(series, { maxLength: 4 }), fc.boolean(), start, (list, packed, created) => {
      const symbols = [""];
      const ref = (symbol: string) => (symbols.includes(symbol) ? symbols.indexOf(symbol) : symbols.push(symbol) - 1);
      const message = list.map(({ labels, samples, histograms, exemplars, metadata }) => ({
        labels_refs: labels.flat().map(ref),
        samples: samples.map(({ value, stale, timestampMs, startMs }) => ({
          value: bitsAsDecimal(value, stale),
          timestamp: timestampMs,
          start_timestamp: startMs,
        })),
        histograms: histograms.map(histogramMessage),
        exemplars: exemplars.map((each) => ({
          labels_refs: each.labels.flat().map(ref),
          value: each.value,
          timestamp: each.timestampMs,
        })),
        ...(metadata && {
          metadata: { type: TYPES.indexOf(metadata.type), help_ref: ref(metadata.help), unit_ref: ref(metadata.unit) },
        }),
        created_timestamp: created,
      }));
      const expected = list.map((each) => ({
        ...each,
        samples: each.samples.map((it) => ({
          ...it,
          value: it.stale ? Number.NaN : it.value,
          startMs: it.startMs || created,
        })),
        histograms: each.histograms.map((it) => ({
          ...it,
          sum: it.stale ? Number.NaN : it.sum,
          startMs: it.startMs || created,
        })),
      }));
      expect(all(encode({ symbols, timeseries: message }, packed))).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test("symbols may stand after the series", () => {
  const bytes = Uint8Array.of(0x2a, 4, 0x0a, 2, 1, 2, 0x22, 0, 0x22, 1, 97, 0x22, 1, 98);
  expect(all(bytes)[0]?.labels).toEqual([["a", "b"]]);
});

test("wrong references are errors", () => {
  const refuse = (message: object) => expect(() => all(encode(message))).toThrow(WireError);
  const symbols = ["", "a", "b"];
  const series = { labels_refs: [1, 2] };
  refuse({ symbols, timeseries: [{ labels_refs: [1, 3] }] });
  refuse({ symbols, timeseries: [{ labels_refs: [1, 4294967295] }] });
  refuse({ symbols, timeseries: [{ labels_refs: [1, 2, 1] }] });
  refuse({ symbols, timeseries: [{ ...series, exemplars: [{ labels_refs: [1] }] }] });
  refuse({ symbols, timeseries: [{ ...series, exemplars: [{ labels_refs: [1, 7] }] }] });
  refuse({ symbols, timeseries: [{ ...series, metadata: { help_ref: 3 } }] });
  refuse({ symbols, timeseries: [{ ...series, metadata: { unit_ref: 3 } }] });
  refuse({ symbols: ["a", "b"], timeseries: [] });
  refuse({ timeseries: [series] });
  expect(all(encode({ timeseries: [{ samples: [{ timestamp: 1 }], metadata: { type: 1 } }] }))).toHaveLength(1);
});

test("a few bytes cannot become a flood", () => {
  const long = "x".repeat(1_000_000);
  const bytes = encode({
    symbols: ["", long],
    timeseries: Array.from({ length: 600 }, () => ({ labels_refs: [1, 1] })),
  });
  expect(() => all(bytes)).toThrow("1073741824 bytes of labels");
  const refs = encode({ symbols: [""], timeseries: [{ labels_refs: Array.from({ length: 1_000_001 }, () => 0) }] });
  expect(() => all(refs)).toThrow("1000000 entries");
  const deltas = { positive_deltas: Array.from({ length: 1_000_001 }, () => 0) };
  expect(() => all(encode({ symbols: [""], timeseries: [{ histograms: [deltas] }] }))).toThrow("1000000 entries");
});

test("any bytes give series or WireError", () => {
  const source = encode({
    symbols: ["", "__name__", "up", "é"],
    timeseries: [
      {
        labels_refs: [1, 2],
        samples: [{ value: "1", timestamp: 5, start_timestamp: 3 }],
        histograms: [{ count_int: 3, positive_spans: [{ offset: 1, length: 2 }], positive_deltas: [1, 1] }],
        exemplars: [{ labels_refs: [1, 3], value: 1 }],
        metadata: { type: 9, help_ref: 3 },
      },
    ],
  });
  const mutated = fc.array(fc.tuple(fc.nat(source.length - 1), fc.nat(255)), { maxLength: 4 }).map((edits) => {
    const bytes = Uint8Array.from(source);
    for (const [at, byte] of edits) bytes[at] = byte;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 50 })), (bytes) => {
      try {
        all(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
    { numRuns: 2000 },
  );
  expect(all(source)[0]?.metadata).toEqual({ type: "9", help: "é", unit: "" });
});

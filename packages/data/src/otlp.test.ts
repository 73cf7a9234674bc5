import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  batchOf,
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  encodeLogs,
  encodeMetrics,
  encodeTraces,
  itemCount,
  type LogRecord,
  type Signal,
  type Span,
  toOtlp,
  WireError,
  wirePart,
} from "./index.ts";
import {
  damaged,
  logsRequest,
  metricsRequest,
  oracleDecode,
  oracleEncode,
  type Plain,
  type Request,
  tracesRequest,
} from "./otlp.testing.ts";
import { WireWriter } from "./wire-writer.ts";

interface Codec {
  readonly signal: Signal;
  readonly request: Request;
  readonly random: fc.Arbitrary<Plain>;
  /** Decodes everything, then encodes it again, nothing copied. */
  readonly again: (bytes: Uint8Array) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
}

const codecs: readonly Codec[] = [
  {
    signal: "metrics",
    request: "ExportMetricsServiceRequest",
    random: metricsRequest,
    again: (bytes) => encodeMetrics(decodeMetrics(bytes)),
    decode: decodeMetrics,
  },
  {
    signal: "traces",
    request: "ExportTraceServiceRequest",
    random: tracesRequest,
    again: (bytes) =>
      encodeTraces(
        decodeTraces(bytes).map((part) => ({
          ...part,
          edits: everyRecord<Span>(part.index.length / 3, (row) => part.record(row)),
        })),
      ),
    decode: (bytes) =>
      decodeTraces(bytes).map((part) => [...everyRecord(part.index.length / 3, (row) => part.record(row))]),
  },
  {
    signal: "logs",
    request: "ExportLogsServiceRequest",
    random: logsRequest,
    again: (bytes) =>
      encodeLogs(
        decodeLogs(bytes).map((part) => ({
          ...part,
          edits: everyRecord<LogRecord>(part.index.length / 3, (row) => part.record(row)),
        })),
      ),
    decode: (bytes) =>
      decodeLogs(bytes).map((part) => [...everyRecord(part.index.length / 3, (row) => part.record(row))]),
  },
];

function everyRecord<R>(count: number, record: (row: number) => R): Map<number, R> {
  return new Map(Array.from({ length: count }, (_, row) => [row, record(row)]));
}

describe.each(codecs)("$signal", ({ signal, request, random, again, decode }) => {
  test("random requests come back as an independent codec wrote them", () => {
    fc.assert(
      fc.property(random, (plain) => {
        const bytes = oracleEncode(request, plain);
        expect(oracleDecode(request, again(bytes))).toEqual(oracleDecode(request, bytes));
      }),
      { numRuns: 200 },
    );
  });

  test("a request kept as bytes is counted, decoded as a whole, and given back as it came", () => {
    fc.assert(
      fc.property(random, (plain) => {
        const bytes = oracleEncode(request, plain);
        const part = wirePart(signal, bytes);
        expect(part.items).toBe(part.decode().reduce((sum, decoded) => sum + itemCount(decoded), 0));
        expect(part.decode()).toBe(part.decode());
        expect(toOtlp(batchOf(signal, [part as never]) as never)).toBe(bytes);
        const parts = [part, ...part.decode()] as never[];
        expect(itemCount(wirePart(signal, toOtlp(batchOf(signal, parts) as never)))).toBe(2 * part.items);
      }),
      { numRuns: 60 },
    );
  });

  test("damaged requests give WireError or data, and what passes the walk can be decoded", () => {
    fc.assert(
      fc.property(damaged(random.map((plain) => oracleEncode(request, plain))), (bytes) => {
        const whole = attempt(() => wirePart(signal, bytes));
        const decoded = attempt(() => decode(bytes));
        if (whole !== undefined) {
          expect(decoded).toBeDefined();
          expect(whole.items).toBe(whole.decode().reduce((sum, part) => sum + itemCount(part), 0));
          again(bytes);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test("values nested without end are refused, not followed", () => {
  const writer = new WireWriter();
  const nest = (depth: number): void => {
    // AnyValue { array_value { values: AnyValue ... } }
    writer.uint32(0x2a);
    const list = writer.begin();
    writer.uint32(0x0a);
    const value = writer.begin();
    if (depth > 0) nest(depth - 1);
    writer.end(value);
    writer.end(list);
  };
  const marks = [0x0a, 0x12, 0x12, 0x2a].map((tag) => {
    writer.uint32(tag);
    return writer.begin();
  });
  nest(1000);
  for (const mark of marks.toReversed()) writer.end(mark);
  expect(() => decodeLogs(writer.finish())).toThrow(WireError);
  expect(() => wirePart("logs", writer.finish())).toThrow(WireError);
});

test("a request of nothing but empty records stays small", () => {
  const count = 200_000;
  const writer = new WireWriter();
  const outer = [0x0a, 0x12].map((tag) => {
    writer.uint32(tag);
    return writer.begin();
  });
  for (let i = 0; i < count; i++) {
    writer.uint32(0x12);
    writer.uint32(0);
  }
  for (const mark of outer.toReversed()) writer.end(mark);
  const [part] = decodeTraces(writer.finish());
  expect([itemCount(part!), part!.index.byteLength]).toEqual([count, 12 * count]);
});

function attempt<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

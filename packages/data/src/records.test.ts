import { expect, test } from "vitest";
import {
  batchOf,
  compactLogs,
  compactTraces,
  decodeLogs,
  decodeTraces,
  encodeTraces,
  itemCount,
  type LogRecord,
  logsPart,
  ownBytes,
  type Scope,
  type Span,
  select,
  type TracesPart,
  toOtlp,
  tracesPart,
  wirePart,
} from "./index.ts";
import { attrs, resourceOf, testScope } from "./model.testing.ts";

const NONE = new Uint8Array(0);
const time = { ms: 1000, ns: 5 };
function spanOf(name: string): Span {
  return {
    traceId: new Uint8Array(16).fill(1),
    spanId: new Uint8Array(8).fill(2),
    parentSpanId: NONE,
    traceState: "",
    flags: 0,
    name,
    kind: 1,
    start: time,
    end: time,
    attributes: attrs({ name }),
    droppedAttributes: 0,
    events: [],
    droppedEvents: 0,
    links: [],
    droppedLinks: 0,
    status: { code: 0, message: "" },
  };
}
const scopes: Scope[] = [testScope, { ...testScope, name: "other", schemaUrl: "url" }];
function traces(...names: string[][]): TracesPart {
  return tracesPart({
    resource: resourceOf({ r: "1" }),
    scopes: names.map((list, i) => ({ scope: scopes[i]!, records: list.map(spanOf) })),
  });
}
const namesOf = (parts: readonly TracesPart[]) =>
  parts.map((part) =>
    [...(part.rows ?? Int32Array.from({ length: part.index.length / 3 }, (_, i) => i))].map(
      (row) => part.record(row).name,
    ),
  );

test("a part of new records reads as they were given", () => {
  const part = traces(["a", "b"], ["c"]);
  expect(part.record(1)).toEqual(spanOf("b"));
  expect(part.record(1)).toBe(part.record(1));
  expect(itemCount(part)).toBe(3);
  const again = decodeTraces(encodeTraces([part]));
  expect(namesOf(again)).toEqual([["a", "b", "c"]]);
  expect(again[0]!.scopes).toEqual(scopes);
  expect(again[0]!.resource).toEqual(part.resource);
});

test("what nobody changed is copied byte for byte, unknown fields too", () => {
  const bytes = encodeTraces([traces(["a", "b"])]);
  const [part] = decodeTraces(bytes);
  // An unknown field 100 at the end of the second span's place would not survive decoding; the copy keeps it.
  const span = part!.wire.slice(part!.index[3]!, part!.index[4]!);
  const odd = Uint8Array.from([...span, 0xa0, 0x06, 0x01]);
  const withOdd = { ...part!, wire: odd, index: Int32Array.of(0, odd.length, 0) };
  const copied = decodeTraces(encodeTraces([withOdd]))[0]!;
  expect(copied.wire.slice(copied.index[0]!, copied.index[1]!)).toEqual(odd);
});

test("an edit replaces one record and leaves the part it came from alone", () => {
  const [part] = decodeTraces(encodeTraces([traces(["a", "b", "c"])]));
  const edited: TracesPart = { ...part!, edits: new Map([[1, { ...part!.record(1), name: "B" }]]) };
  expect([edited.record(1).name, part!.record(1).name]).toEqual(["B", "b"]);
  expect(namesOf(decodeTraces(encodeTraces([edited])))).toEqual([["a", "B", "c"]]);
  const twice: TracesPart = { ...edited, edits: new Map([...edited.edits!, [0, { ...edited.record(0), name: "A" }]]) };
  expect(namesOf(decodeTraces(encodeTraces([twice])))).toEqual([["A", "B", "c"]]);
  expect(namesOf(decodeTraces(encodeTraces([edited])))).toEqual([["a", "B", "c"]]);
});

test("a selection writes only its rows, and scopes only where they have some", () => {
  const part = traces(["a", "b"], ["c", "d"]);
  const chosen = decodeTraces(encodeTraces([select(part, Int32Array.of(3))]));
  expect(namesOf(chosen)).toEqual([["d"]]);
  expect(chosen[0]!.scopes).toEqual([scopes[1]]);
  expect(encodeTraces([select(part, Int32Array.of())]).length).toBe(0);
});

test("records and whole requests merge by standing behind each other", () => {
  const wire = wirePart("traces", encodeTraces([traces(["x"])]));
  const bytes = toOtlp(batchOf("traces", [traces(["a"]), wire, traces(["b"])]));
  expect(namesOf(decodeTraces(bytes))).toEqual([["a"], ["x"], ["b"]]);
});

test("nasty 12: a kept slice has the memory of the slice", () => {
  const many = Array.from({ length: 1000 }, (_, i) => `span ${i} ${"x".repeat(100)}`);
  const request = encodeTraces([traces(many)]);
  const [part] = decodeTraces(request);
  expect(part!.wire.buffer).toBe(request.buffer);
  const edits = new Map([[7, { ...part!.record(7), name: "edited" }]]);
  const kept = compactTraces(select({ ...part!, edits }, Int32Array.of(5, 7, 900)));
  expect(kept.wire.buffer.byteLength).toBe(kept.wire.byteLength);
  expect(ownBytes(kept)).toBeLessThan(1000);
  expect(namesOf([kept])).toEqual([[many[5], "edited", many[900]]]);
  expect(namesOf(decodeTraces(encodeTraces([kept])))).toEqual([[many[5], "edited", many[900]]]);
});

test("nasty 12: a kept record does not pin its request", () => {
  const request = encodeTraces([traces(["a"])]);
  const span = decodeTraces(request)[0]!.record(0);
  expect(span.traceId.buffer.byteLength).toBe(16);
  expect(span.spanId.buffer.byteLength).toBe(8);
  expect(Object.isFrozen(span)).toBe(true);
});

test("log records do all that", () => {
  const record: LogRecord = {
    time,
    observed: { ms: 2000, ns: 999_999 },
    severity: 9,
    severityText: "INFO",
    body: { map: [{ key: "k", value: [1n, 1, null, Uint8Array.of(1)] }] },
    attributes: attrs({ a: "b" }),
    droppedAttributes: 2,
    flags: 1,
    traceId: new Uint8Array(16).fill(3),
    spanId: NONE,
    eventName: "event",
  };
  const part = logsPart({
    resource: resourceOf(),
    scopes: [{ scope: testScope, records: [record, { ...record, body: null }] }],
  });
  const [decoded] = decodeLogs(toOtlp(batchOf("logs", [part])));
  expect(decoded!.record(0)).toEqual(record);
  expect(decoded!.record(1).body).toBeNull();
  expect(compactLogs(select(decoded!, Int32Array.of(1))).record(0)).toEqual({ ...record, body: null });
});

import {
  type BatchOf,
  batchOf,
  encodeTraces,
  type Span,
  select,
  type TracesPart,
  toOtlp,
  wirePart,
} from "@sluice/data";
import { tracesBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { editRecords, mapParts, type OpenPart } from "./parts.ts";

const spans = (...names: string[]): BatchOf<"traces"> => tracesBatch(names.map((name) => ({ name })));
const partOf = (batch: BatchOf<"traces">): TracesPart => batch.parts[0] as TracesPart;
const names = (part: TracesPart): string[] =>
  Array.from(
    part.rows ?? Array.from({ length: part.index.length / 3 }, (_, row) => row),
    (row) => part.record(row).name,
  );
const renamed = (from: string) => (span: Span) => (span.name === from ? { ...span, name: `${from}!` } : span);

test("edits only what changes, and keeps earlier edits", () => {
  const part = partOf(spans("a", "b", "c"));
  const first = editRecords(part, renamed("b"));
  expect([...first.edits!.keys()]).toEqual([1]);
  const second = editRecords(first, renamed("b!"));
  expect([names(part), names(first), names(second)]).toEqual([
    ["a", "b", "c"],
    ["a", "b!", "c"],
    ["a", "b!!", "c"],
  ]);
  expect([...editRecords(second, renamed("c")).edits!.keys()]).toEqual([1, 2]);
  expect(editRecords(second, renamed("z"))).toBe(second);
});

test("looks only at rows meant", () => {
  const part = select(partOf(spans("a", "b", "c")), Int32Array.of(0, 2));
  const seen: string[] = [];
  const same = editRecords(part, (span, { name }) => {
    seen.push(span.name + name);
    return span;
  });
  expect([same, seen]).toEqual([part, ["a", "c"]]);
});

const change = (batch: BatchOf<"traces">, edit: (part: OpenPart<"traces">) => OpenPart<"traces"> | undefined) =>
  mapParts(batch, edit);

test("gives the same batch when nothing changed, and none when nothing is left", () => {
  const batch = batchOf("traces", [...spans("a").parts, ...spans("b").parts]);
  expect(change(batch, (part) => part)).toBe(batch);
  expect(change(batch, () => undefined)).toBe(undefined);
  const left = change(batch, (part) => (names(part)[0] === "a" ? undefined : part));
  expect(left?.parts).toEqual([batch.parts[1]]);
});

test("opens a request, and keeps its bytes unless something changed", () => {
  const wire = wirePart("traces", encodeTraces(spans("a", "b").parts));
  const batch = batchOf("traces", [wire], new Map([["k", ["v"]]]));
  expect(change(batch, (part) => part)).toBe(batch);
  const edited = change(batch, (part) => editRecords(part, renamed("b")))!;
  expect(edited.parts.map((part) => part.form)).toEqual(["records"]);
  expect(edited.context).toBe(batch.context);
  expect(toOtlp(edited)).toEqual(encodeTraces(spans("a", "b!").parts));
});

/** What traces and logs share: parts that are wire bytes, an index, and edits on top. */
import type { LogsPart, RecordsPart, Resource, Scope, TracesPart, WirePart } from "./model.ts";
import { checkRecord } from "./otlp-check.ts";
import { readResourceFrame, readScopeFrame, writeResource, writeScope, writeText } from "./otlp-common.ts";
import { rowCount } from "./part.ts";
import { WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

/** How one record is read from the message that was entered, and written into the one that was begun. */
export interface RecordCodec<S extends "traces" | "logs", R> {
  readonly signal: S;
  read(reader: WireReader): R;
  write(writer: WireWriter, record: R): void;
}

/** A record while it is read: fields can be set, lists added to. */
export type Draft<R> = { -readonly [K in keyof R]: R[K] extends readonly (infer T)[] ? T[] : R[K] };

type Sources<S extends "traces" | "logs", R> = Omit<RecordsPart<S, R>, "signal" | "form" | "record">;

/** A records part over wire that has been checked. */
function recordsPart<S extends "traces" | "logs", R>(codec: RecordCodec<S, R>, from: Sources<S, R>): RecordsPart<S, R> {
  const { wire, index } = from;
  const decoded: (R | undefined)[] = [];
  return {
    signal: codec.signal,
    form: "records",
    resource: from.resource,
    scopes: from.scopes,
    wire,
    index,
    rows: from.rows,
    edits: from.edits,
    // Asks `this`, so that a part made by `{ ...part, edits }` shows its own edits over the shared memory of decoded records.
    record(row: number): R {
      const edited = this.edits?.get(row);
      if (edited !== undefined) return edited;
      while (decoded.length <= row) decoded.push(undefined);
      decoded[row] ??= codec.read(new WireReader(wire, index[3 * row]!, index[3 * row + 1]!));
      return decoded[row]!;
    },
  };
}

/** Decodes an Export*ServiceRequest of records: one part a resource, each with its window of `bytes`. Throws `WireError`. */
export function decodeRecords<S extends "traces" | "logs", R>(
  codec: RecordCodec<S, R>,
  bytes: Uint8Array,
): RecordsPart<S, R>[] {
  const reader = new WireReader(bytes);
  const parts: RecordsPart<S, R>[] = [];
  while (reader.find(0x0a)) {
    const outer = reader.enter();
    const wire = bytes.subarray(reader.pos, reader.end);
    const resource = readResourceFrame(reader);
    const { index, scopes } = readIndex(reader, codec.signal);
    if (index.length > 0)
      parts.push(recordsPart(codec, { resource, scopes, wire, index, rows: undefined, edits: undefined }));
    reader.leave(outer);
  }
  return parts;
}

/** Reads the scopes of a resource that was entered: where each record stands, from the start of the resource. */
function readIndex(reader: WireReader, signal: "traces" | "logs"): { index: Int32Array; scopes: Scope[] } {
  const origin = reader.pos;
  // Counted first: the smallest record takes two bytes, so a list that grows would be many times the request.
  const index = new Int32Array(3 * countRecords(reader));
  const scopes: Scope[] = [];
  let next = 0;
  while (reader.find(SCOPES_OR_RECORDS)) {
    const outer = reader.enter();
    const scope = readScopeFrame(reader);
    const before = next;
    while (reader.find(SCOPES_OR_RECORDS)) {
      const scopeEnd = reader.enter();
      index[next++] = reader.pos - origin;
      index[next++] = reader.end - origin;
      index[next++] = scopes.length;
      checkRecord(reader, signal);
      reader.leave(scopeEnd);
    }
    if (next > before) scopes.push(scope);
    reader.leave(outer);
  }
  return { index, scopes };
}

/** Counts the records of a resource that was entered, and goes back to its start. */
function countRecords(reader: WireReader): number {
  const start = reader.pos;
  let count = 0;
  while (reader.find(SCOPES_OR_RECORDS)) {
    const outer = reader.enter();
    while (reader.find(SCOPES_OR_RECORDS)) {
      reader.skip(SCOPES_OR_RECORDS);
      count++;
    }
    reader.leave(outer);
  }
  reader.pos = start;
  return count;
}

/** Field 2 holds the scopes of a resource and the records of a scope. */
const SCOPES_OR_RECORDS = 0x12;

/** Encodes an Export*ServiceRequest of all rows meant: edits are written, everything else is copied byte for byte. */
export function encodeRecords<S extends "traces" | "logs", R>(
  codec: RecordCodec<S, R>,
  parts: readonly (RecordsPart<S, R> | WirePart)[],
): Uint8Array {
  const writer = new WireWriter();
  for (const part of parts) {
    if (part.form === "wire") writer.raw(part.wire);
    else writePart(codec, writer, part);
  }
  return writer.finish();
}

function writePart<S extends "traces" | "logs", R>(
  codec: RecordCodec<S, R>,
  writer: WireWriter,
  part: RecordsPart<S, R>,
): void {
  const { rows, index, resource, scopes } = part;
  const count = rows?.length ?? index.length / 3;
  if (count === 0) return;
  writer.uint32(0x0a);
  const resourceMark = writer.begin();
  writeResource(writer, resource);
  let open = -1;
  let scopeMark = 0;
  for (let i = 0; i < count; i++) {
    const row = rows === undefined ? i : rows[i]!;
    const scope = index[3 * row + 2]!;
    if (scope !== open) {
      if (open >= 0) closeScope(writer, scopes[open]!, scopeMark);
      open = scope;
      writer.uint32(0x12);
      scopeMark = writer.begin();
      writeScope(writer, scopes[scope]!);
    }
    writer.uint32(0x12);
    const edited = part.edits?.get(row);
    if (edited === undefined) writer.blob(part.wire.subarray(index[3 * row]!, index[3 * row + 1]!));
    else {
      const mark = writer.begin();
      codec.write(writer, edited);
      writer.end(mark);
    }
  }
  closeScope(writer, scopes[open]!, scopeMark);
  writeText(writer, 0x1a, resource.schemaUrl);
  writer.end(resourceMark);
}

function closeScope(writer: WireWriter, scope: Scope, mark: number): void {
  writeText(writer, 0x1a, scope.schemaUrl);
  writer.end(mark);
}

/** Records to be written as they are given; there is no wire yet. For generators, translators and tests. */
export interface RecordsSpec<R> {
  readonly resource: Resource;
  readonly scopes: readonly { readonly scope: Scope; readonly records: readonly R[] }[];
}

/** Makes a part of new records: encodes them once, into wire of its own. */
export function recordsOf<S extends "traces" | "logs", R>(
  codec: RecordCodec<S, R>,
  spec: RecordsSpec<R>,
): RecordsPart<S, R> {
  const writer = new WireWriter();
  const index: number[] = [];
  const scopes = spec.scopes.map(({ scope }) => scope);
  for (const [place, { records }] of spec.scopes.entries()) {
    for (const record of records) {
      const start = writer.pos;
      codec.write(writer, record);
      index.push(start, writer.pos, place);
    }
  }
  const from = { resource: spec.resource, scopes, wire: writer.finish(), index: Int32Array.from(index) };
  return recordsPart(codec, { ...from, rows: undefined, edits: undefined });
}

/** A part of only the rows meant, with wire of its own: keeping it keeps nothing else of the request alive. Row numbers change. */
export function compactRecords<S extends "traces" | "logs", R>(
  codec: RecordCodec<S, R>,
  part: RecordsPart<S, R>,
): RecordsPart<S, R> {
  const count = rowCount(part as unknown as TracesPart | LogsPart);
  const index = new Int32Array(3 * count);
  const edits = new Map<number, R>();
  let length = 0;
  for (let i = 0; i < count; i++) {
    const row = part.rows === undefined ? i : part.rows[i]!;
    const edited = part.edits?.get(row);
    if (edited !== undefined) edits.set(i, edited);
    index[3 * i] = length;
    if (edited === undefined) length += part.index[3 * row + 1]! - part.index[3 * row]!;
    index[3 * i + 1] = length;
    index[3 * i + 2] = part.index[3 * row + 2]!;
  }
  const wire = new Uint8Array(length);
  for (let i = 0; i < count; i++) {
    const row = part.rows === undefined ? i : part.rows[i]!;
    if (!edits.has(i)) wire.set(part.wire.subarray(part.index[3 * row]!, part.index[3 * row + 1]!), index[3 * i]!);
  }
  const { resource, scopes } = part;
  return recordsPart(codec, {
    resource,
    scopes,
    wire,
    index,
    rows: undefined,
    edits: edits.size > 0 ? edits : undefined,
  });
}

/** Walks a remote-write 1.0 request without making objects: the sink reads every sample of every request. */

/** What a walk shows; labels come before the samples of their series. */
export interface WriteRequestVisitor {
  /** A series' labels are the bytes from `start` to `end`: the label messages with their tags. Returns a handle. */
  series(bytes: Uint8Array, start: number, end: number): number;
  /** One sample; `stale` stands for the staleness marker, whose `value` is then meaningless. */
  sample(series: number, value: number, timestamp: number, stale: boolean): void;
}

/** Bytes that are not a remote-write 1.0 request, or one with labels between samples. */
export class WriteRequestError extends Error {}

/** The cursor is module state: one walk runs at a time and none of it is asynchronous. */
const cursor: { bytes: Uint8Array; view: DataView; position: number } = {
  bytes: new Uint8Array(0),
  view: new DataView(new ArrayBuffer(0)),
  position: 0,
};

function varint(): number {
  let value = 0;
  let scale = 1;
  for (let count = 0; count < 10; count++) {
    const byte = cursor.bytes[cursor.position++];
    if (byte === undefined) throw new WriteRequestError("cannot read number: the request ends within it");
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  throw new WriteRequestError("cannot read number: longer than ten bytes");
}

/** End of the length-delimited field whose length comes next. */
function fieldEnd(limit: number): number {
  const length = varint();
  const end = cursor.position + length;
  if (end > limit) throw new WriteRequestError(`cannot read field of ${length} bytes: it ends outside its message`);
  return end;
}

function skip(tag: number, limit: number): void {
  const wire = tag & 7;
  if (wire === 0) varint();
  else if (wire === 1) cursor.position += 8;
  else if (wire === 2) cursor.position = fieldEnd(limit);
  else if (wire === 5) cursor.position += 4;
  else throw new WriteRequestError(`cannot read field with wire type ${wire}`);
  if (cursor.position > limit) throw new WriteRequestError("cannot read field: it ends outside its message");
}

/** Shows every series and sample of a request in wire order; exemplars, histograms and metadata are passed over. */
export function walkWriteRequest(bytes: Uint8Array, visitor: WriteRequestVisitor): void {
  cursor.bytes = bytes;
  cursor.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  cursor.position = 0;
  while (cursor.position < bytes.length) {
    const tag = varint();
    if (tag === 0x0a) walkSeries(fieldEnd(bytes.length), visitor);
    else skip(tag, bytes.length);
  }
}

function walkSeries(limit: number, visitor: WriteRequestVisitor): void {
  const labelsStart = cursor.position;
  let series = -1;
  while (cursor.position < limit) {
    const start = cursor.position;
    const tag = varint();
    if (tag === 0x0a) {
      if (series >= 0) throw new WriteRequestError("cannot read series: a label after a sample");
      cursor.position = fieldEnd(limit);
    } else if (tag === 0x12) {
      if (series < 0) series = visitor.series(cursor.bytes, labelsStart, start);
      walkSample(series, fieldEnd(limit), visitor);
    } else skip(tag, limit);
  }
}

function walkSample(series: number, limit: number, visitor: WriteRequestVisitor): void {
  let value = 0;
  let stale = false;
  let timestamp = 0;
  while (cursor.position < limit) {
    const tag = varint();
    if (tag === 0x09 && cursor.position + 8 <= limit) {
      value = cursor.view.getFloat64(cursor.position, true);
      stale = Number.isNaN(value) && isStaleMarker(cursor.position);
      cursor.position += 8;
    } else if (tag === 0x10) timestamp = varint();
    else skip(tag, limit);
  }
  visitor.sample(series, value, timestamp, stale);
}

function isStaleMarker(position: number): boolean {
  return cursor.view.getUint32(position, true) === 2 && cursor.view.getUint32(position + 4, true) === 0x7ff00000;
}

/** The labels in the bytes `series` was shown, as name and value. For the first sight of a series only. */
export function readLabels(bytes: Uint8Array, start: number, end: number): [name: string, value: string][] {
  const labels: [string, string][] = [];
  const saved = { bytes: cursor.bytes, position: cursor.position };
  cursor.bytes = bytes;
  cursor.position = start;
  while (cursor.position < end) {
    const tag = varint();
    if (tag === 0x0a) labels.push(readLabel(fieldEnd(end)));
    else skip(tag, end);
  }
  cursor.bytes = saved.bytes;
  cursor.position = saved.position;
  return labels;
}

function readLabel(limit: number): [string, string] {
  const label: [string, string] = ["", ""];
  while (cursor.position < limit) {
    const tag = varint();
    if (tag !== 0x0a && tag !== 0x12) {
      skip(tag, limit);
      continue;
    }
    const end = fieldEnd(limit);
    const text = Buffer.from(cursor.bytes.buffer, cursor.bytes.byteOffset + cursor.position, end - cursor.position);
    label[tag === 0x0a ? 0 : 1] = text.toString("utf8");
    cursor.position = end;
  }
  return label;
}

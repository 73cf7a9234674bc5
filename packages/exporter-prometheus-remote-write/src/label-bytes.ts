/** Writes label lists as the bytes of remote write 1.0's `TimeSeries`, up to where the sample begins. */

/** Bytes of a sample with a six-byte timestamp: tag and length, timestamp, value. */
export const sampleBytes = 18;
const encoder = new TextEncoder();

/** A growing buffer; `bytes` is replaced when it grows. */
export class Bytes {
  bytes: Uint8Array;
  at = 0;
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }
  reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.at + more, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
  }
  varint(value: number): void {
    let left = value;
    while (left >= 128) {
      this.bytes[this.at++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    this.bytes[this.at++] = left;
  }
  /** Appends `from[start..end)`, for which there is room. Short copies: `set` with a fresh subarray costs more than a loop. */
  append(from: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let { at } = this;
    for (let i = start; i < end; i++) bytes[at++] = from[i]!;
    this.at = at;
  }
}

const text = new Bytes(1024);

/** Length of a varint in bytes. */
export function varintLength(value: number): number {
  let length = 1;
  for (let left = value; left >= 128; left = Math.floor(left / 128)) length++;
  return length;
}

/** Appends a label: `0x0a, length, 0x0a, length, name, 0x12, length, value`. */
export function writeLabel(out: Bytes, name: string, value: string): void {
  const nameLength = utf8Length(name);
  const valueLength = utf8Length(value);
  out.reserve(nameLength + valueLength + 32);
  out.bytes[out.at++] = 0x0a;
  out.varint(2 + varintLength(nameLength) + varintLength(valueLength) + nameLength + valueLength);
  out.bytes[out.at++] = 0x0a;
  writeText(out, name, nameLength);
  out.bytes[out.at++] = 0x12;
  writeText(out, value, valueLength);
}

/** Appends a label whose name is given as it stands between the lengths: `0x0a, length, name, 0x12`. */
export function writeValue(out: Bytes, name: Uint8Array, value: string): void {
  const length = utf8Length(value);
  out.reserve(name.length + length + 32);
  out.bytes[out.at++] = 0x0a;
  out.varint(name.length + varintLength(length) + length);
  out.append(name, 0, name.length);
  writeText(out, value, length);
}

/** Appends `0x0a, length, labels...`: one series without its sample. The length counts a sample of `sample` bytes. */
export function writeSeriesHead(
  out: Bytes,
  labels: readonly (readonly [string, string])[],
  sample = sampleBytes,
): void {
  text.at = 0;
  for (const [name, value] of labels) writeLabel(text, name, value);
  out.reserve(text.at + 12);
  out.bytes[out.at++] = 0x0a;
  out.varint(text.at + sample);
  out.bytes.set(text.bytes.subarray(0, text.at), out.at);
  out.at += text.at;
}

function writeText(out: Bytes, value: string, length: number): void {
  out.varint(length);
  const { bytes, at } = out;
  if (length === value.length) for (let i = 0; i < length; i++) bytes[at + i] = value.charCodeAt(i);
  else encoder.encodeInto(value, bytes.subarray(at));
  out.at += length;
}

/** Length of the tag and the length with which a series begins. */
export function headerBytes(head: Uint8Array): number {
  let at = 1;
  while (head[at]! >= 128) at++;
  return at + 1;
}

/** Bytes of a string in UTF-8; a lone surrogate counts as U+FFFD, which is what TextEncoder writes. */
function utf8Length(value: string): number {
  let length = value.length;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) length++;
    else if (code >= 0xd800 && code < 0xdc00 && (value.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      length += 2;
      i++;
    } else length += 2;
  }
  return length;
}

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
}

const text = new Bytes(1024);

/** Length of a varint in bytes. */
export function varintLength(value: number): number {
  let length = 1;
  for (let left = value; left >= 128; left = Math.floor(left / 128)) length++;
  return length;
}

/** Appends `0x0a, length, labels...`: one series without its sample. The length counts a sample of `sample` bytes. */
export function writeSeriesHead(
  out: Bytes,
  labels: readonly (readonly [string, string])[],
  sample = sampleBytes,
): void {
  text.at = 0;
  for (const [name, value] of labels) {
    const nameLength = utf8Length(name);
    const valueLength = utf8Length(value);
    text.reserve(nameLength + valueLength + 32);
    text.bytes[text.at++] = 0x0a;
    text.varint(2 + varintLength(nameLength) + varintLength(valueLength) + nameLength + valueLength);
    text.bytes[text.at++] = 0x0a;
    writeText(name, nameLength);
    text.bytes[text.at++] = 0x12;
    writeText(value, valueLength);
  }
  out.reserve(text.at + 12);
  out.bytes[out.at++] = 0x0a;
  out.varint(text.at + sample);
  out.bytes.set(text.bytes.subarray(0, text.at), out.at);
  out.at += text.at;
}

function writeText(value: string, length: number): void {
  text.varint(length);
  if (length === value.length) for (let i = 0; i < length; i++) text.bytes[text.at + i] = value.charCodeAt(i);
  else encoder.encodeInto(value, text.bytes.subarray(text.at));
  text.at += length;
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

import type { Item } from "@sluice/lib-sending";

/** Joins items into one snappy block: the length before compression, then their fragments as they are. */
export function requestBody(items: readonly Item[]): Uint8Array {
  let raw = 0;
  let packed = 0;
  for (const item of items) {
    raw += item.rawBytes;
    packed += item.body.length;
  }
  const body = new Uint8Array(packed + 5);
  let at = 0;
  for (; raw >= 128; raw = Math.floor(raw / 128)) body[at++] = (raw % 128) | 128;
  body[at++] = raw;
  for (const item of items) {
    body.set(item.body, at);
    at += item.body.length;
  }
  return body.subarray(0, at);
}

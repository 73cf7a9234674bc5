import type { Item } from "@sluice/lib-sending";
import { BodyPool } from "./body-pool.ts";
import { varintLength } from "./label-bytes.ts";

/** Room in front of an item's bytes for the length before compression, so that an item that travels alone is not copied. */
export const lengthRoom = 5;

/** Joins items into one snappy block: the length before compression, then their fragments as they are. Several in a buffer of the pool. */
export function requestBody(items: readonly Item[], pool = new BodyPool(0)): Uint8Array {
  let raw = 0;
  let packed = 0;
  for (const item of items) {
    raw += item.rawBytes;
    packed += item.body.length - lengthRoom;
  }
  const body = items.length === 1 ? items[0]!.body : joined(items, pool.take(lengthRoom + packed));
  let at = lengthRoom - varintLength(raw);
  const start = at;
  for (; raw >= 128; raw = Math.floor(raw / 128)) body[at++] = (raw % 128) | 128;
  body[at++] = raw;
  return body.subarray(start);
}

function joined(items: readonly Item[], body: Uint8Array): Uint8Array {
  let at = lengthRoom;
  for (const { body: item } of items) {
    body.set(item.subarray(lengthRoom), at);
    at += item.length - lengthRoom;
  }
  return body;
}

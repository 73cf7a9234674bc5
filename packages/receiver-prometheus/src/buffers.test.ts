import { expect, test } from "vitest";
import { Buffers } from "./buffers.ts";

const sized = (buffers: Buffers, bytes: number) => {
  const buffer = buffers.take();
  buffer.bytes = new Uint8Array(bytes);
  return buffer;
};

test("what comes back is lent again, the last one first", () => {
  const buffers = new Buffers();
  const [a, b] = [sized(buffers, 10), sized(buffers, 20)];
  buffers.giveBack(a);
  buffers.giveBack(b);
  expect([buffers.take(), buffers.take(), buffers.take().bytes.length]).toEqual([b, a, 0]);
});

test("unused bytes are bounded", () => {
  const buffers = new Buffers();
  const all = Array.from({ length: 5 }, () => sized(buffers, 5 << 20));
  for (const buffer of all) buffers.giveBack(buffer);
  const lengths = all.map(() => buffers.take().bytes.length);
  expect(lengths.filter((length) => length > 0)).toHaveLength(3);
});

test("what a burst needed is let go in the end", () => {
  const buffers = new Buffers();
  const all = Array.from({ length: 8 }, () => sized(buffers, 100));
  for (const buffer of all) buffers.giveBack(buffer);
  for (let i = 0; i < 256 * 10; i++) buffers.giveBack(buffers.take());
  const kept = all.map(() => buffers.take()).filter(({ bytes }) => bytes.length > 0);
  expect(kept.length).toBeLessThanOrEqual(1);
});

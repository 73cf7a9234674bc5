import { expect, test } from "vitest";
import { BodyPool } from "./body-pool.ts";

const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i);

test("a released buffer is filled again, one that is in use never", () => {
  const pool = new BodyPool(1e6);
  const first = pool.copy(bytes, 20_000);
  const second = pool.copy(bytes, 21_000);
  expect(second.buffer).not.toBe(first.buffer);
  pool.release(first);
  const third = pool.copy(bytes.subarray(1), 22_000);
  expect(third.buffer).toBe(first.buffer);
  expect(third).toEqual(bytes.subarray(1, 22_001));
  expect(pool.copy(bytes, 23_000).buffer).not.toBe(first.buffer);
});

test("what lies unused is bounded, and a short body takes no more than its bytes", () => {
  const pool = new BodyPool(40_000);
  const bodies = [pool.copy(bytes, 30_000), pool.copy(bytes, 30_000)];
  for (const body of bodies) pool.release(body);
  const again = [pool.copy(bytes, 30_000), pool.copy(bytes, 30_000)];
  expect(again.filter(({ buffer }) => bodies.some((body) => body.buffer === buffer))).toHaveLength(1);
  const short = pool.copy(bytes, 100);
  expect(short.buffer.byteLength).toBe(100);
  pool.release(short);
  expect(pool.copy(bytes, 100).buffer).not.toBe(short.buffer);
});

import { expect, test } from "vitest";
import { SymbolPool } from "./symbol-pool.ts";

const entry = (text: string) => {
  const utf8 = new TextEncoder().encode(text);
  return Uint8Array.of(utf8.length, ...utf8);
};

test("texts with one hash are told apart, however many there are", () => {
  const pool = new SymbolPool(1);
  const texts = Array.from({ length: 300 }, (_, i) => "x".repeat(i % 7) + i);
  const put = (text: string) => pool.intern(entry(text), 0, entry(text).length, 42);
  const numbers = texts.map(put);
  expect(numbers).toEqual(texts.map((_, i) => i + 1));
  expect(texts.map(put)).toEqual(numbers);
  expect(pool.count).toBe(301);
});

test("pools of one seed agree, and a cleared one has only the empty text", () => {
  const [one, other] = [new SymbolPool(7), new SymbolPool(7)];
  const long = "é".repeat(300);
  for (const text of ["", "a", long]) one.internText(text);
  expect(other.internText(long)).toBe(1);
  expect([0, 1, 2].map((number) => other.internFrom(one, number))).toEqual([0, 2, 1]);
  one.clear();
  expect([one.count, one.used, one.internText("b"), one.internText("")]).toEqual([1, 2, 1, 0]);
});

import { expect, test } from "vitest";
import { read, targetPage } from "./page.testing.ts";
import { SharedWords } from "./shared-words.ts";

test("new targets share words up to a limit; renewed ones up to half of it", () => {
  const words = new SharedWords(false, "1.0.0", 20);
  const first = words.forNew();
  expect(words.forNew()).toBe(first);
  expect(words.forRenewed()).toBe(first);
  for (let i = 0; first.size < 10; i++) first.nameId(`name_${i}`);
  expect(words.forNew()).toBe(first);
  expect(words.forRenewed()).not.toBe(first);
  for (let i = 0; first.size < 20; i++) first.nameId(`other_${i}`);
  const second = words.forNew();
  expect(second).not.toBe(first);
  expect(words.forNew()).toBe(second);
  expect(words.forRenewed()).toBe(second);
});

test("a target that shows new names at each scrape keeps its words to itself in the end", () => {
  const words = new SharedWords(false, "1.0.0", 200);
  const page = targetPage({ words, slack: 10 });
  for (let round = 0; round < 50; round++) {
    const text = Array.from({ length: 20 }, (_, i) => `m_${round}_${i} 1\n`).join("");
    read(page, text, 1000 * round);
    page.taken();
  }
  expect(words.forNew().size).toBeLessThan(300);
});

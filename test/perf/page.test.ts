import { expect, test } from "vitest";
import { churnSlots, lineValue, pageLines, pageTemplate, replacedLines, revision, scrapeOf } from "./page.ts";

const stable = { series: 1000, churn: 0, churnEvery: 1, period: 1_000_000 };

function samples(page: Buffer): string[] {
  return page
    .toString()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

test.each([100, 1000, 10_000])("a page of %i lines has that many and weighs about 209 bytes a line", (series) => {
  const page = pageTemplate({ ...stable, series }).render(0, 0);
  expect(samples(page)).toHaveLength(series);
  expect(page.length / series).toBeGreaterThan(204);
  expect(page.length / series).toBeLessThan(214);
});

test("half of the lines are histogram lines and no line is there twice", () => {
  const lines = samples(pageTemplate(stable).render(0, 0));
  expect(lines.filter((line) => /_(bucket|sum|count)\{/.test(line)).length / lines.length).toBeCloseTo(0.5, 1);
  expect(new Set(lines.map((line) => line.slice(0, line.indexOf(" ")))).size).toBe(1000);
});

test.each([0, 1, 42, 99_999, 999_999])("the text of scrape %i reads as the promised values", (scrape) => {
  const lines = pageLines(1000);
  const read = samples(pageTemplate(stable).render(7, scrape)).map((line) => Number(line.slice(line.indexOf(" "))));
  expect(read).toEqual(lines.map((line) => lineValue(line, scrape)));
  expect(read.map((value, row) => scrapeOf(lines[row]!, value))).toEqual(lines.map(() => scrape));
});

test("the pod tells the targets apart, nothing else does", () => {
  const template = pageTemplate(stable);
  const [first, second] = [template.render(3, 5).toString(), template.render(4, 5).toString()];
  expect(first).not.toBe(second);
  expect(first.replaceAll("-00003", "-00004")).toBe(second);
});

test.each([
  [0.0001, 10_000, 1, 1],
  [0.01, 1000, 1, 10],
  [0.1, 1000, 5, 0],
  [0, 1000, 1, 0],
])("churn %f of %i lines every %i scrapes makes %i new", (churn, series, churnEvery, fresh) => {
  const template = pageTemplate({ ...stable, series, churn, churnEvery });
  const names = (scrape: number) => samples(template.render(0, scrape)).map((line) => line.slice(0, line.indexOf(" ")));
  const before = new Set(names(1));
  expect(names(2).filter((name) => !before.has(name))).toHaveLength(fresh);
});

test("a rare churn is spread over the targets", () => {
  const options = { ...stable, churn: 0.0001 };
  const targets = Array.from({ length: 100 }, (_, target) => target);
  const fresh = (scrape: number) =>
    targets.reduce((sum, t) => sum + replacedLines(options, t, scrape) - replacedLines(options, t, scrape - 1), 0);
  for (const scrape of [1, 2, 3, 50]) expect(Math.abs(fresh(scrape) - 10)).toBeLessThanOrEqual(2);
});

test("replacing goes round the lines one after the other", () => {
  const slots = churnSlots(pageLines(1000));
  expect([0, 1, slots - 1].map((slot) => revision(1, slot, slots))).toEqual([1, 0, 0]);
  expect([0, 1, slots - 1].map((slot) => revision(slots + 1, slot, slots))).toEqual([2, 1, 1]);
  expect(revision(5, -1, slots)).toBe(0);
});

test("more labels are on every line, in order", () => {
  const lines = pageLines(100, { moreLabels: 8 });
  expect(lines.every(({ labels }) => labels.filter(([name]) => name !== "le").length === 13)).toBe(true);
  const names = lines.map(({ labels }) => labels.map(([name]) => name));
  expect(names).toEqual(names.map((list) => list.toSorted()));
  expect(samples(pageTemplate({ ...stable, series: 100, moreLabels: 8 }).render(0, 0))[0]).toContain('tier="backend"');
});

test("every series is new at every scrape when all are replaced", () => {
  const template = pageTemplate({ ...stable, series: 100, churn: 1 });
  const series = [1, 2, 3].flatMap((scrape) => samples(template.render(0, scrape)).map((line) => line.split(" ")[0]));
  expect(new Set(series).size).toBe(300);
});

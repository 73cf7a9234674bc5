/** Explicit timestamps that go back, stand still or run ahead: nothing is handed on that a database would refuse. */
import { expect, test } from "vitest";
import { fail, read, targetPage } from "./page.testing.ts";
import type { PageResult } from "./page.ts";
import { reported, samplesOf, shortSeries, startScraping } from "./scraping.testing.ts";

const timed = ({ parts }: Pick<PageResult, "parts">): string[] =>
  parts.flatMap(samplesOf).map(({ series, value, ms }) => `${shortSeries(series)} ${value} ${ms}`);

test("a sample older than the last one of its series is dropped and counted", () => {
  const page = targetPage();
  expect(timed(read(page, "a 1 2000\nb 1 2000\nc 1\n", 5000))).toEqual(["a 1 2000", "b 1 2000", "c 1 5000"]);
  const back = read(page, "a 2 1000\nb 2 3000\nc 2\n", 6000);
  expect(timed(back)).toEqual(["b 2 3000", "c 2 6000"]);
  expect([back.outOfOrder, back.duplicates]).toEqual([1, 0]);
  expect([page.scraped, page.kept]).toEqual([3, 3]);
  expect(timed(read(page, "a 3 2001\nb 3 4000\nc 3\n", 7000))).toEqual(["a 3 2001", "b 3 4000", "c 3 7000"]);
});

test("a time that stands still: the very same sample is handed on, another value is not", () => {
  const page = targetPage();
  read(page, "a 1 2000\nb NaN 2000\n", 5000);
  expect(timed(read(page, "a 1 2000\nb NaN 2000\n", 6000))).toEqual(["a 1 2000", "b NaN 2000"]);
  const other = read(page, "a 2 2000\nb NaN 2000\n", 7000);
  expect(timed(other)).toEqual(["b NaN 2000"]);
  expect(other.duplicates).toBe(1);
});

test("within one page times of a series only grow", () => {
  const page = targetPage();
  const result = read(page, "a 1 2000\na 2 1000\na 3 3000\na 4 3000\na 5 2500\na 6\n", 5000);
  expect(timed(result)).toEqual(["a 1 2000", "a 3 3000", "a 6 5000"]);
  expect([result.outOfOrder, result.duplicates]).toEqual([2, 1]);
  expect(timed(read(page, "a 7 4000\n", 6000))).toEqual([]);
});

test("series that came without a time before, and stale markers, count as shown when they were", () => {
  const page = targetPage({ trackTimestampsStaleness: true });
  read(page, "a 1\n", 5000);
  expect(timed(read(page, "a 2 4000\n", 6000))).toEqual(["a stale 6000"]);
  expect(timed(read(page, "a 3 5500\n", 7000))).toEqual([]);
  expect(timed(read(page, "a 4 6500\n", 8000))).toEqual(["a 4 6500"]);
  expect(timed({ parts: fail(page, 9000) })).toEqual(["a stale 9000"]);
  expect(timed(read(page, "a 5 8500\n", 10_000))).toEqual([]);
});

test("a series that ran ahead gets neither a stale marker nor a sample before its time", () => {
  const page = targetPage({ trackTimestampsStaleness: true });
  read(page, "a 1 9000\nb 1\n", 5000);
  expect(timed(read(page, "b 2\n", 6000))).toEqual(["b 2 6000"]);
  expect(timed(read(page, "a 2\nb 3\n", 7000))).toEqual(["b 3 7000"]);
  expect(timed(read(page, "a 3\nb 4\n", 10_000))).toEqual(["a 3 10000", "b 4 10000"]);
});

test("a page that ends: no stale marker for what had its own time, nor for what goes on elsewhere", () => {
  const page = targetPage();
  read(page, "a 1 1000\nb 1\nc 1\n", 5000);
  const series = new Set<string>();
  page.addSeries(series);
  const b = '{__name__="b", instance="target:80", job="test"}';
  expect(series).toContain(b);
  expect(timed({ parts: fail(page, 6000, new Set([b])) })).toEqual(["c stale 6000"]);
});

test("a page that fails leaves nothing behind: its samples were not handed on", () => {
  const page = targetPage();
  read(page, "a 1 1000\n", 5000);
  expect(() => read(page, "a 2 3000\nb x\n", 6000)).toThrow();
  fail(page, 6000);
  expect(timed(read(page, "a 2 2000\n", 7000))).toEqual(["a 2 2000"]);
});

test("memory of times: nothing without timestamps, and it goes with rows that are gone", () => {
  const page = targetPage({ slack: 10 });
  const text = (round: number, time: string): string =>
    Array.from({ length: 20 }, (_, i) => `m_${round}_${i} 1 ${time}\n`).join("");
  let most = 0;
  for (let round = 0; round < 200; round++) {
    read(page, text(round, String(1000 + round)), 10_000 + round);
    most = Math.max(most, page.bytes);
  }
  expect(most).toBeLessThan(40_000);
});

test("what was dropped is counted and logged", async () => {
  const scraping = await startScraping({ page: "a 1 2000\n" });
  await scraping.scrape();
  scraping.answer = "a 1 1000\n";
  expect(reported(await scraping.scrape(), "up")).toBe(1);
  expect(scraping.context.meter.value("prometheus_target_scrapes_sample_out_of_order")).toBe(1);
  expect(scraping.context.log.records.at(-1)).toMatchObject({
    level: "warn",
    message: "samples older than one handed on before were dropped",
    fields: { count: 1 },
  });
  await scraping.stop();
});

/** What the pipeline refuses is not handed on again; but what vanished since it last took something gets its stale markers. */
import type { MetricsPart } from "@sluice/data";
import { protobufPage } from "@sluice/lib-prometheus";
import { expect, test } from "vitest";
import { fail, read, targetPage } from "./page.testing.ts";
import { linesOf, samplesOf, shortSeries, startReceiver } from "./scraping.testing.ts";

const encoder = new TextEncoder();
const lines = (parts: readonly MetricsPart[]): string[] =>
  parts.flatMap(samplesOf).map(({ series, value }) => `${shortSeries(series)} ${value}`);
/** Reads a page that is refused. */
function refused(page: ReturnType<typeof targetPage>, text: string, ms: number): string[] {
  const bytes = encoder.encode(text);
  return lines(page.read(bytes, bytes.length, "text", ms).parts);
}

test.each([1024, 0])("markers that were refused come with the next page, slack %d", (slack) => {
  const page = targetPage({ slack });
  read(page, "a 1\nb 1\nc 1\n", 1000);
  expect(refused(page, "a 2\nc 2\nd 2\n", 2000)).toEqual(["b stale", "a 2", "c 2", "d 2"]);
  expect(refused(page, "a 3\nb 3\n", 3000)).toEqual(["c stale", "a 3", "b 3"]);
  expect(lines(read(page, "a 4\n", 4000).parts)).toEqual(["b stale", "c stale", "a 4"]);
  expect(lines(read(page, "a 5\n", 5000).parts)).toEqual(["a 5"]);
});
test("those of a failed scrape come with the next failure, or for what the next page does not show", () => {
  const page = targetPage();
  read(page, "a 1\nb 1\n", 1000);
  expect(lines(page.fail(2000))).toEqual(["a stale", "b stale"]);
  expect(lines(page.fail(3000))).toEqual(["a stale", "b stale"]);
  expect(lines(read(page, "b 4\n", 4000).parts)).toEqual(["a stale", "b 4"]);
  expect(lines(fail(page, 5000))).toEqual(["b stale"]);
  expect(lines(fail(page, 6000))).toEqual([]);
});
test("what was never taken gets none", () => {
  const page = targetPage();
  expect(refused(page, "a 1\n", 1000)).toEqual(["a 1"]);
  expect(lines(read(page, "b 1\n", 2000).parts)).toEqual(["b 1"]);
});
test("native histograms, and a resource that changed meanwhile", () => {
  const page = targetPage({
    histograms: { native: true, classic: false, custom: false, bucketLimit: 0, maxSchema: 8 },
  });
  const native = protobufPage([
    { name: "h", type: "histogram", metrics: [{ histogram: { count: 0, sum: 0, zeroThreshold: 1 } }] },
    { name: "g", type: "gauge", metrics: [{ value: 1 }] },
  ]);
  page.read(native, native.length, "protobuf", 1000);
  page.taken();
  expect(refused(page, 'g 1\ntarget_info{x="y"} 1\n', 2000)).toEqual(["h stale", "g stale", "g 1"]);
  expect(lines(read(page, 'g 1\ntarget_info{x="y"} 1\n', 3000).parts)).toEqual(["h stale", "g stale", "g 1"]);
});
test("a pipeline that refuses for ever does not make the tables grow without bound", () => {
  const page = targetPage({ slack: 16 });
  read(page, "a 1\n", 1000);
  for (let round = 2; round < 3000; round++) refused(page, `s${round} 1\n`, round * 1000);
  expect(page.bytes).toBeLessThan(50_000);
});
test("a loop tells its page what the pipeline took", async () => {
  const state = { refuses: false };
  const scraping = await startReceiver(
    "config:\n  global: {scrape_interval: 1m}\n  scrape_configs:\n  - job_name: test\n    static_configs: [{targets: ['target:80']}]\n",
    {
      page: "a 1\nb 1\n",
      async next(batch, taken) {
        if (state.refuses) throw new Error("full");
        await taken(batch);
      },
    },
  );
  await scraping.scrape();
  state.refuses = true;
  scraping.answer = "a 2\n";
  await scraping.scrape();
  state.refuses = false;
  expect(linesOf(await scraping.scrape())).toEqual(["b stale", "a 2"]);
  await scraping.stop();
});

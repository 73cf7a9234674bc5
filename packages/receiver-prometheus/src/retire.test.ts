/** What a target that is gone leaves behind when its series go on elsewhere, or when it comes back late. */
import type { MetricsPart } from "@sluice/data";
import { expect, test } from "vitest";
import { linesOf, reported, type Scraping, samplesOfBatch, startReceiver } from "./scraping.testing.ts";

const job = "{job_name: test, scrape_interval: 10s, file_sd_configs: [{files: ['*.json']}]}";
const yaml = `config: {scrape_configs: [${job}]}`;
const targetFile = (path: string, address = "target:80"): string =>
  JSON.stringify([{ targets: [address], labels: { __metrics_path__: path, instance: "same" } }]);

type Options = NonNullable<Parameters<typeof startReceiver>[1]>;
async function start(options: Pick<Options, "next"> = {}): Promise<Scraping> {
  const scraping = await startReceiver(yaml, {
    ...options,
    setup: ({ files }) => files.write("targets.json", targetFile("/one")),
  });
  scraping.answer = ({ target }) => ({
    status: 200,
    headers: { "content-type": "text/plain" },
    body: target === "/one" ? "both 1\nold 1\n" : "both 2\nnew 2\n",
  });
  return scraping;
}
const stale = ({ sink }: Scraping): string[] =>
  sink.batches.flatMap((batch) => samplesOfBatch(batch).filter(({ value }) => value === "stale")).map((s) => s.series);

test("a target scraped by another way: what goes on elsewhere gets no stale marker", async () => {
  const scraping = await start();
  await scraping.scrape(20_000);
  scraping.simulation.files.write("targets.json", targetFile("/two"));
  await scraping.scrape(60_000);
  expect(stale(scraping)).toEqual(['old{instance="same",job="test"}']);
  // So that no sample of a series is older than the one before.
  const last = new Map<string, number>();
  for (const { series, ms } of scraping.sink.batches.flatMap(samplesOfBatch)) {
    expect(ms, series).toBeGreaterThan(last.get(series) ?? 0);
    last.set(series, ms);
  }
  await scraping.stop();
});

test("a target whose successor does not answer: its series end, its report does not", async () => {
  const scraping = await start();
  await scraping.scrape(20_000);
  scraping.simulation.files.write("targets.json", targetFile("/one", "nowhere:80"));
  await scraping.scrape(60_000);
  expect(stale(scraping)).toEqual(['both{instance="same",job="test"}', 'old{instance="same",job="test"}']);
  expect(reported(scraping.sink.batches.at(-1), "up")).toBe(0);
  await scraping.stop();
});

test("a target that comes back while its last scrape still waits: no stale markers, and one loop", async () => {
  let release = (): void => {};
  let isSlow = false;
  const scraping = await start({
    next: (batch, taken) =>
      new Promise((resolve) => {
        release = () => resolve(taken(batch));
        if (!isSlow) release();
      }),
  });
  await scraping.scrape(20_000);
  isSlow = true;
  await scraping.scrape(10_000);
  scraping.simulation.files.write("targets.json", "[]");
  await scraping.scrape(60_000);
  scraping.simulation.files.write("targets.json", targetFile("/one"));
  await scraping.scrape(6000);
  isSlow = false;
  release();
  const batch = await scraping.scrape(20_000);
  expect(stale(scraping)).toEqual([]);
  expect(linesOf(batch)).toEqual(["both 1", "old 1"]);
  await scraping.stop();
  expect(scraping.simulation.open()).toEqual([]);
});

test("a target that is gone while its last scrape waits: its stale markers come after it, and none at shutdown", async () => {
  for (const isStopped of [false, true]) {
    let release = (): void => {};
    const scraping = await start({
      next: (batch, taken) => new Promise((resolve) => (release = () => resolve(taken(batch)))),
    });
    await scraping.scrape(10_000);
    scraping.simulation.files.write("targets.json", "[]");
    await scraping.scrape(60_000);
    expect(scraping.sink.batches).toEqual([]);
    if (isStopped) {
      const stopped = scraping.stop();
      release();
      await stopped;
    } else {
      release();
      await scraping.simulation.settle();
      release();
      await scraping.simulation.settle();
    }
    const lines = scraping.sink.batches.map((batch) => linesOf(batch));
    expect(lines).toEqual(
      isStopped
        ? [["both 1", "old 1"]]
        : [
            ["both 1", "old 1"],
            ["both stale", "old stale"],
          ],
    );
    await scraping.stop();
  }
});

test("target_info changes: what the page shows and the report move to the new resource, and end in the old one", async () => {
  const scraping = await start();
  const page = (version: string) => `target_info{version="${version}"} 1\na 1\n`;
  const resources = () =>
    scraping.sink.batches.at(-1)!.parts.map((part) => {
      const { layout, states } = part as MetricsPart;
      const version = layout.catalog.resource.attributes.find(({ key }) => key === "version")?.value ?? "no";
      return `${version as string} ${layout.ids.length}${states === "stale" ? " stale" : ""}`;
    });
  scraping.answer = page("1");
  await scraping.scrape(10_000);
  expect(resources()).toEqual(["1 1", "1 5"]);
  for (const version of ["2", "3"]) {
    scraping.answer = page(version);
    await scraping.scrape(10_000);
    const former = Number(version) - 1;
    expect(resources()).toEqual([`${former} 1 stale`, `${version} 1`, `${former} 5 stale`, `${version} 5`]);
  }
  scraping.answer = "a 1\n";
  await scraping.scrape(10_000);
  expect(resources()).toEqual(["3 1 stale", "no 1", "3 5 stale", "no 5"]);
  await scraping.stop();
});

test("ten thousand targets: each is scraped once an interval, spread over it, and all are gone after a reload", async () => {
  const groups = (count: number): string =>
    JSON.stringify([{ targets: Array.from({ length: count }, (_, i) => `target${i}:80`) }]);
  const scraping = await startReceiver(
    "config: {scrape_configs: [{job_name: test, target_limit: 5, scrape_interval: 1m, file_sd_configs: [{files: ['*.json']}]}]}",
    { setup: ({ files }) => files.write("targets.json", groups(10_000)) },
  );
  await scraping.scrape(59_999);
  expect(scraping.sink.batches).toHaveLength(10_000);
  expect(new Set(scraping.sink.batches.map((batch) => samplesOfBatch(batch)[0]!.series)).size).toBe(10_000);
  scraping.simulation.files.write("targets.json", groups(0));
  await scraping.scrape(5000);
  const before = scraping.sink.batches.length;
  await scraping.scrape(300_000);
  expect(scraping.sink.batches).toHaveLength(before + 10_000);
  expect(scraping.context.meter.value("prometheus_target_scrape_pool_exceeded_target_limit")).toBe(1);
  await scraping.stop();
  expect(scraping.simulation.open()).toEqual([]);
});

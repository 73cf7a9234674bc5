/** When a target is scraped, and what happens when targets come and go. */
import { PermanentError } from "@sluice/component";
import { expect, test } from "vitest";
import { alignTime, firstTick, offsetOf } from "./clockwork.ts";
import {
  linesOf,
  MINUTE,
  reported,
  type Scraping,
  samplesOfBatch,
  startReceiver,
  startScraping,
} from "./scraping.testing.ts";

const timesOf = ({ sink }: Scraping): number[] =>
  sink.batches.map((batch) => samplesOfBatch(batch).find(({ series }) => series.startsWith("up{"))!.ms);

test("ticks stand at the same offset of every interval, whenever the start was", () => {
  const offset = offsetOf("key", "host", 15_000);
  expect(offset).toBe(offsetOf("key", "host", 15_000));
  expect(offset).not.toBe(offsetOf("key", "other host", 15_000));
  for (const now of [0, 1, 14_999.5, 1_700_000_000_123.25]) {
    const tick = firstTick(now, 15_000, offset);
    expect(tick).toBeGreaterThanOrEqual(now);
    expect(tick).toBeLessThan(now + 15_001);
    expect((tick - Math.floor(offset)) % 15_000).toBe(0);
  }
});

test("targets are spread over the interval", () => {
  const offsets = Array.from({ length: 1000 }, (_, i) => offsetOf(`target ${i}`, "host", 1000));
  const perTenth = Array.from({ length: 10 }, (_, i) => offsets.filter((at) => Math.floor(at / 100) === i).length);
  expect(Math.min(...perTenth)).toBeGreaterThan(60);
  expect(Math.max(...perTenth)).toBeLessThan(140);
});

test("timestamps are aligned when the scrape began near its tick", () => {
  expect(alignTime(1001.9, 1000, 60_000)).toBe(1000);
  expect(alignTime(1002.1, 1000, 60_000)).toBe(1002);
  expect(alignTime(1000.6, 1000, 50)).toBe(1000);
  expect(alignTime(1000.4, 1000, 10)).toBe(1000);
});

test("scrape_interval, of the job and of global", async () => {
  const job = await startScraping({ job: "scrape_interval: 10s", page: "a 1\n" });
  await job.scrape(MINUTE);
  expect(timesOf(job)).toHaveLength(6);
  const [first, second] = timesOf(job);
  expect(second! - first!).toBe(10_000);
  await job.stop();
  const global = await startScraping({ global: "scrape_interval: 20s", page: "a 1\n" });
  await global.scrape(MINUTE);
  expect(timesOf(global)).toHaveLength(3);
  await global.stop();
});

test("scrape_timeout: a target that does not answer fails the scrape", async () => {
  const scraping = await startScraping({ job: "scrape_timeout: 2s" });
  scraping.answer = () => new Promise(() => {});
  const batch = await scraping.scrape(MINUTE + 3000);
  expect(reported(batch, "up")).toBe(0);
  expect(reported(batch, "scrape_duration_seconds")).toBeCloseTo(2, 3);
  const [record] = scraping.context.log.records.filter(({ level }) => level === "warn");
  expect((record!.fields!.error as Error).message).toBe("context deadline exceeded");
  await scraping.stop();
});

test("a slow pipeline: ticks are skipped with a reason, scrapes never overlap", async () => {
  let release = (): void => {};
  const scraping = await startReceiver(
    "config: {scrape_configs: [{job_name: test, scrape_interval: 10s, static_configs: [{targets: ['target:80']}]}]}",
    {
      page: "a 1\n",
      next: (batch, taken) => new Promise((resolve) => (release = () => resolve(taken(batch)))),
    },
  );
  await scraping.scrape(MINUTE);
  expect(scraping.requests).toHaveLength(1);
  expect(scraping.context.meter.value("sluice_scrape_slots", { outcome: "skipped", reason: "pipeline" })).toBe(5);
  release();
  await scraping.scrape(10_000);
  expect(scraping.requests).toHaveLength(2);
  release();
  await scraping.stop();
});

test("a batch the pipeline refuses is logged, and the next scrape goes on", async () => {
  const scraping = await startScraping({ page: "a 1\n" });
  scraping.sink.fail(new PermanentError("no"));
  await scraping.scrape();
  expect(scraping.context.log.records.at(-1)).toMatchObject({
    level: "error",
    message: "scrape was not taken by the pipeline",
  });
  expect(linesOf(await scraping.scrape())).toEqual(["a 1"]);
  await scraping.stop();
});

test("target_limit, of the job and of global: no request, every target is down", async () => {
  for (const options of [{ job: "target_limit: 1" }, { global: "target_limit: 1" }]) {
    const scraping = await startScraping({
      ...options,
      job: `${options.job ?? ""}\nstatic_configs: [{targets: ['target:80', 'other:80']}]`,
      page: "a 1\n",
    });
    await scraping.scrape();
    expect(scraping.requests).toEqual([]);
    expect(scraping.sink.batches.map((batch) => reported(batch, "up"))).toEqual([0, 0]);
    expect(scraping.context.meter.value("prometheus_target_scrape_pool_exceeded_target_limit")).toBe(1);
    await scraping.stop();
  }
});

const fileSd = "file_sd_configs: [{files: ['*.json'], refresh_interval: 1m}]\nscrape_interval: 10s";
const withTarget = (address = "target:80") => `[{"targets": ["${address}"], "labels": {"from": "file"}}]`;
const startWithFile = () =>
  startScraping({ job: fileSd, page: "a 1\n", setup: ({ files }) => files.write("targets.json", withTarget()) });

test("file_sd_configs: a file's targets, labels and path", async () => {
  const scraping = await startScraping({
    job: `${fileSd}\nrelabel_configs: [{source_labels: [__meta_filepath], target_label: path}]`,
    page: "a 1\n",
    setup: ({ files }) => files.write("targets.json", withTarget()),
  });
  expect(linesOf(await scraping.scrape(10_000))).toEqual(['a{from="file",path="/sim/targets.json"} 1']);
  await scraping.stop();
});

test("a removed target: stale markers after two ticks and a tenth, at the time of the first", async () => {
  const scraping = await startWithFile();
  await scraping.scrape(15_000);
  const before = timesOf(scraping).at(-1)!;
  scraping.simulation.files.write("targets.json", "[]");
  await scraping.simulation.advance(6000);
  const count = scraping.sink.batches.length;
  const last = timesOf(scraping).at(-1)!;
  expect(last - before).toBeLessThanOrEqual(10_000);
  await scraping.simulation.advance(14_000 + 1000);
  const batches = scraping.sink.batches.slice(count);
  expect(batches).toHaveLength(1);
  expect(linesOf(batches[0])).toEqual(['a{from="file"} stale']);
  expect(reported(batches[0], "up")).toBe("stale");
  expect(samplesOfBatch(batches[0]!)[0]!.ms).toBe(last + 10_000);
  await scraping.scrape(MINUTE);
  expect(scraping.sink.batches).toHaveLength(count + 1);
  await scraping.stop();
});

test("a target that comes back in time gets none, and goes on as before", async () => {
  const scraping = await startWithFile();
  const before = await scraping.scrape(15_000);
  scraping.simulation.files.write("targets.json", "[]");
  await scraping.simulation.advance(6000);
  scraping.simulation.files.write("targets.json", withTarget());
  await scraping.scrape(MINUTE);
  expect(scraping.sink.batches.flatMap((batch) => linesOf(batch)).filter((line) => line.endsWith("stale"))).toEqual([]);
  const after = scraping.sink.batches.at(-1)!;
  expect(after.parts[0]).toHaveProperty("layout", (before!.parts[0] as { layout: unknown }).layout);
  const times = timesOf(scraping);
  expect(times.every((time, index) => index === 0 || (time - times[index - 1]!) % 10_000 === 0)).toBe(true);
  await scraping.stop();
});

test("no stale markers on shutdown, which waits for the scrape under way", async () => {
  const scraping = await startScraping({ page: "a 1\n" });
  await scraping.scrape();
  const count = scraping.sink.batches.length;
  await scraping.stop();
  await scraping.simulation.advance(10 * MINUTE);
  expect(scraping.sink.batches).toHaveLength(count);
  expect(scraping.simulation.open()).toEqual([]);
});

test("target files: what cannot be read stays as it was, what is gone is empty, refresh_interval", async () => {
  const scraping = await startWithFile();
  await scraping.scrape(10_000);
  const { files } = scraping.simulation;
  for (const broken of ["[", `[{"target": []}]`, "[null]", `[{"targets": [1]}]`]) {
    files.write("targets.json", broken);
    await scraping.simulation.advance(10_000);
    expect(reported(scraping.sink.batches.at(-1), "up")).toBe(1);
    expect(scraping.context.log.records.at(-1)!.message).toBe("cannot read target file, keeping its former targets");
  }
  files.remove("targets.json");
  const requests = scraping.requests.length;
  await scraping.scrape(MINUTE);
  expect(scraping.requests.length - requests).toBeLessThanOrEqual(1);
  await scraping.stop();
});

test("changes of targets are taken over at most every five seconds", async () => {
  const scraping = await startWithFile();
  await scraping.scrape(10_000);
  for (let i = 0; i < 8; i++) {
    scraping.simulation.files.write("targets.json", withTarget(i % 2 === 0 ? "target:80" : "other:80"));
    await scraping.simulation.advance(500);
  }
  // The last word counts.
  scraping.simulation.files.write("targets.json", withTarget());
  await scraping.scrape(30_000);
  expect(reported(scraping.sink.batches.at(-1), "up")).toBe(1);
  await scraping.stop();
});

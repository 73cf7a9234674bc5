/** Jobs, targets and discoveries that come and go with a new configuration; what is refused; the ledger of slots. */
import { expect, test } from "vitest";
import { linesOf, reported, type Scraping, samplesOfBatch, startReceiver } from "./scraping.testing.ts";

const job = (name: string, more = "static_configs: [{targets: ['target:80']}]"): string =>
  `{job_name: ${name}, scrape_interval: 10s, ${more}}`;
const yamlOf = (...jobs: string[]): string => `config: {scrape_configs: [${jobs.join(", ")}]}`;
const nothing = yamlOf(job("idle", ""));
async function start(yaml: string, options: Parameters<typeof startReceiver>[1] = {}): Promise<Scraping> {
  const scraping = await startReceiver(yaml, { page: "a 1\n", ...options });
  await scraping.scrape(15_000);
  return scraping;
}
/** The samples of `a` since the batch `from`, as `series value`, and whether times of each grow. */
function samplesOfA({ sink }: Scraping, from = 0): string[] {
  const samples = sink.batches.flatMap(samplesOfBatch).filter(({ series }) => series.startsWith("a{"));
  const last = new Map<string, number>();
  for (const { series, ms } of samples) {
    expect(ms, series).toBeGreaterThan(last.get(series) ?? 0);
    last.set(series, ms);
  }
  const batches = sink.batches.slice(from).flatMap(samplesOfBatch);
  return batches.filter(({ series }) => series.startsWith("a{")).map(({ series, value }) => `${series} ${value}`);
}
const slots = (scraping: Scraping, scrape_job: string): number[] =>
  ["scraped", "failed", "skipped"].map((outcome) =>
    scraping.context.meter.value("sluice_scrape_slots", { scrape_job, outcome }),
  );

test("a job that is gone: its targets end, and its connections", async () => {
  const scraping = await start(yamlOf(job("one")));
  const count = scraping.sink.batches.length;
  await scraping.update(nothing);
  await scraping.simulation.settle();
  expect(scraping.simulation.network.connections).toBe(0);
  await scraping.scrape(60_000);
  expect(samplesOfA(scraping, count)).toEqual(['a{instance="target:80",job="one"} stale']);
  await scraping.stop();
  expect(scraping.simulation.open()).toEqual([]);
});

test("a job that is gone while it is scraped: the scrape is handed on, and then its stale markers", async () => {
  const scraping = await start(yamlOf(job("one")));
  let release = (): void => {};
  const body = { status: 200, headers: { "content-type": "text/plain" }, body: "a 2\n" };
  scraping.answer = () => new Promise((resolve) => (release = () => resolve(body)));
  await scraping.scrape(10_000);
  const count = scraping.sink.batches.length;
  await scraping.update(nothing);
  release();
  await scraping.scrape(60_000);
  const series = 'a{instance="target:80",job="one"}';
  expect(samplesOfA(scraping, count)).toEqual([`${series} 2`, `${series} stale`]);
  await scraping.stop();
});

test("a job that comes back in time goes on where it was, whatever it is called", async () => {
  const labelled = "static_configs: [{targets: ['target:80'], labels: {job: same}}]";
  for (const second of ["one", "renamed"]) {
    const scraping = await start(yamlOf(job("one", labelled)));
    await scraping.update(nothing);
    await scraping.scrape(3000);
    await scraping.update(yamlOf(job(second, labelled)));
    await scraping.scrape(40_000);
    expect(new Set(samplesOfA(scraping))).toEqual(new Set(['a{instance="target:80",job="same"} 1']));
    await scraping.stop();
  }
});

test("a job that is renamed in place: no scrape is missed, and what goes on gets no stale marker", async () => {
  const labelled = "static_configs: [{targets: ['target:80'], labels: {job: same}}]";
  const scraping = await start(yamlOf(job("one", labelled)));
  for (const name of ["two", "three"]) {
    expect(await scraping.update(yamlOf(job(name, labelled)))).toHaveLength(2);
    await scraping.scrape(20_000);
  }
  const times = scraping.sink.batches.map((batch) => samplesOfBatch(batch)[0]!.ms);
  expect(times.every((at, i) => i === 0 || at - times[i - 1]! === 10_000)).toBe(true);
  expect(new Set(samplesOfA(scraping))).toEqual(new Set(['a{instance="target:80",job="same"} 1']));
  expect([...slots(scraping, "two"), ...slots(scraping, "three")]).toEqual([2, 0, 0, 2, 0, 0]);
  await scraping.stop();
});

test("a target that moves to another job that stays, earlier or later in the list: no scrape is missed or doubled", async () => {
  const labelled = "static_configs: [{targets: ['target:80'], labels: {job: same}}]";
  const first = yamlOf(job("one", labelled), job("two", ""));
  const second = yamlOf(job("one", ""), job("two", labelled));
  const scraping = await start(first);
  for (const yaml of [second, first, second]) {
    await scraping.update(yaml);
    expect(reported(await scraping.scrape(10_000), "scrape_series_added")).toBe(0);
    await scraping.scrape(10_000);
  }
  const times = scraping.sink.batches.map((batch) => samplesOfBatch(batch)[0]!.ms);
  expect(times.every((at, i) => i === 0 || at - times[i - 1]! === 10_000)).toBe(true);
  expect(new Set(samplesOfA(scraping))).toEqual(new Set(['a{instance="target:80",job="same"} 1']));
  await scraping.stop();
});

test("two addresses under the same labels: each goes on with what it showed itself", async () => {
  const at = (path: string) => `{targets: ['target:80'], labels: {__metrics_path__: ${path}}}`;
  const both = yamlOf(job("one", `static_configs: [${at("/1")}, ${at("/2")}]`));
  const scraping = await start(both);
  scraping.answer = ({ target }) => ({
    status: 200,
    headers: { "content-type": "text/plain" },
    body: target === "/1" ? "a 1\n" : "b 1\n",
  });
  await scraping.scrape(20_000);
  const count = scraping.sink.batches.length;
  await scraping.update(nothing);
  await scraping.update(both);
  await scraping.scrape(20_000);
  const lines = scraping.sink.batches.slice(count).flatMap((batch) => linesOf(batch));
  expect(new Set(lines)).toEqual(new Set(["a 1", "b 1"]));
  await scraping.stop();
});

test("two jobs with the same series, one of them gone: the other's go on", async () => {
  const labelled = (path: string) =>
    `metrics_path: ${path}, static_configs: [{targets: ['target:80'], labels: {job: same}}]`;
  const both = [job("one", labelled("/1")), job("two", labelled("/2"))];
  const scraping = await start(yamlOf(...both));
  await scraping.update(yamlOf(both[1]!));
  await scraping.scrape(60_000);
  expect(samplesOfA(scraping).filter((line) => line.endsWith("stale"))).toEqual([]);
  await scraping.stop();
});

test("a target moves to another address under its labels: what only the former showed ends at the next scrape", async () => {
  const at = (address: string) => job("one", `static_configs: [{targets: ['${address}'], labels: {instance: same}}]`);
  const scraping = await start(yamlOf(at("target:80")), {
    async setup({ network }) {
      const options = { address: { host: "other", port: 80 }, maxBodyBytes: 0 };
      const headers = { "content-type": "text/plain" };
      await network.serveHttp(options, () => ({ status: 200, headers, body: "b 1\n" }));
    },
  });
  const count = scraping.sink.batches.length;
  await scraping.update(yamlOf(at("other:80")));
  await scraping.scrape(40_000);
  expect(scraping.sink.batches.slice(count).map((batch) => linesOf(batch))[0]).toEqual(["a stale", "b 1"]);
  expect(samplesOfA(scraping).filter((line) => line.endsWith("stale"))).toHaveLength(1);
  await scraping.stop();
});

const fileSd = (files = "'*.json'", more = "") => job("one", `file_sd_configs: [{files: [${files}]}], ${more}`);
const targetFile = (...targets: string[]): string => JSON.stringify([{ targets }]);

test("files of targets: the discovery goes on, and finds more as before", async () => {
  const scraping = await start(yamlOf(fileSd()), {
    setup: ({ files }) => files.write("targets.json", targetFile("target:80")),
  });
  const watches = scraping.simulation.open().filter((line) => line.includes("watch"));
  await scraping.update(yamlOf(fileSd("'*.json'", "honor_labels: true")));
  expect(scraping.simulation.open().filter((line) => line.includes("watch"))).toEqual(watches);
  scraping.simulation.files.write("targets.json", targetFile("target:80", "target:80/none", "more:80"));
  await scraping.scrape(20_000);
  expect(scraping.context.meter.value("prometheus_target_scrape_pool_targets")).toBe(2);
  await scraping.stop();
  expect(scraping.simulation.open()).toEqual([]);
});

test("files of targets: another list of files drops no target that both name, not even one that is broken just now", async () => {
  const scraping = await start(yamlOf(fileSd("first.json")), {
    setup({ files }) {
      files.write("first.json", targetFile("target:80"));
      files.write("second.json", targetFile("more:80"));
    },
  });
  scraping.simulation.files.write("first.json", "[");
  expect(await scraping.update(yamlOf(fileSd("first.json, second.json")))).toEqual([
    `job "one" changed: file_sd_configs`,
  ]);
  const targets = () => scraping.context.meter.value("prometheus_target_scrape_pool_targets");
  expect(targets()).toBe(2);
  await scraping.update(yamlOf(fileSd("second.json")));
  expect(targets()).toBe(1);
  await scraping.stop();
  expect(scraping.simulation.open()).toEqual([]);
});

test("jobs of other files are read again, and a file that is broken keeps what is in force", async () => {
  const yaml = "config: {scrape_config_files: ['jobs.yml']}";
  const jobs = (...all: string[]) => `scrape_configs: [${all.join(", ")}]`;
  const scraping = await start(yaml, { setup: ({ files }) => files.write("jobs.yml", jobs(job("one"))) });
  expect(await scraping.update(yaml)).toEqual([]);
  scraping.simulation.files.write("jobs.yml", jobs(job("one"), job("two", "")));
  expect(await scraping.update(yaml)).toEqual([`job "two" added`]);
  scraping.simulation.files.write("jobs.yml", "scrape_configs: [{job_nam: x}]");
  await expect(scraping.update(yaml)).rejects.toThrow("job_nam");
  await scraping.scrape(10_000);
  expect(slots(scraping, "one")).toEqual([3, 0, 0]);
  await scraping.stop();
});

test("what cannot be used is refused by name, and nothing changes", async () => {
  const scraping = await start(yamlOf(job("one")));
  const check = async (more: string, message: string): Promise<void> => {
    const open = scraping.simulation.open().length;
    const update = scraping.update(yamlOf(fileSd(), job("two", more)));
    await expect(update, more).rejects.toThrow(message);
    expect(scraping.simulation.open(), more).toHaveLength(open);
  };
  await check("relabel_configs: [{regex: '('}]", "config::scrape_configs::1::relabel_configs::0: ");
  await check("tls_config: {ca_file: missing.pem}", 'cannot read CA file "/sim/missing.pem" of job "two"');
  await check(
    "authorization: {credentials_file: missing}",
    'authorization credentials file "/sim/missing": no such file',
  );
  await check("proxy_url: 'ftp://proxy'", "proxy_url: ");
  await check("scrape_timeout: 11s", "scrape timeout greater than scrape interval");
  const twice = scraping.update(yamlOf(job("one"), job("one")));
  await expect(twice).rejects.toThrow('found multiple scrape configs with job name "one"');
  await scraping.scrape(20_000);
  expect(slots(scraping, "one")).toEqual([4, 0, 0]);
  await scraping.stop();
});

test("an update that is discarded, or applied after shutdown, leaves nothing behind", async () => {
  for (const isDiscarded of [true, false]) {
    const scraping = await start(yamlOf(job("one")), {
      setup: ({ files }) => files.write("targets.json", targetFile("more:80")),
    });
    const update = await scraping.prepare(yamlOf(job("one", "honor_labels: true"), fileSd().replace("one", "two")));
    if (isDiscarded) await update.discard!();
    await scraping.scrape(20_000);
    expect(slots(scraping, "one")).toEqual([4, 0, 0]);
    await scraping.stop();
    if (!isDiscarded) update.apply();
    expect(scraping.simulation.open()).toEqual([]);
  }
});

test("a reload while the pipeline is stuck, and shutdown after it, leave nothing behind", async () => {
  let release = (): void => {};
  const scraping = await start(yamlOf(job("one")), {
    next: (batch, taken) => new Promise((resolve) => (release = () => resolve(taken(batch)))),
  });
  await scraping.update(yamlOf(job("one", "bearer_token: x, static_configs: [{targets: ['target:80']}]")));
  await scraping.update(nothing);
  const stopped = scraping.stop();
  release();
  await stopped;
  expect(scraping.simulation.open()).toEqual([]);
});

/** What becomes of each tick, and what is said of targets that are down. */
import { expect, test } from "vitest";
import { MINUTE, type Scraping, startReceiver, startScraping } from "./scraping.testing.ts";

const job = "scrape_interval: 10s";
/** The slots of job `test`: `{scraped, failed, ...reasons}`, without those that are 0. */
function slotsOf({ context }: Scraping): Record<string, number> {
  const value = (labels: Record<string, string>): number =>
    context.meter.value("sluice_scrape_slots", { scrape_job: "test", ...labels });
  const all = { scraped: value({ outcome: "scraped" }), failed: value({ outcome: "failed" }) };
  const reasons = ["scraping", "pipeline", "late", "shutdown"].map((reason) => [reason, value({ reason })] as const);
  return Object.fromEntries([...Object.entries(all), ...reasons].filter(([, count]) => count > 0));
}

test("each tick is scraped or failed", async () => {
  const scraping = await startScraping({ job, page: "a 1\n" });
  await scraping.scrape(MINUTE);
  expect(slotsOf(scraping)).toEqual({ scraped: 6 });
  scraping.answer = { status: 500 };
  await scraping.scrape(MINUTE);
  expect(slotsOf(scraping)).toEqual({ scraped: 6, failed: 6 });
  await scraping.stop();
  expect(slotsOf(scraping)).toEqual({ scraped: 6, failed: 6 });
});

test("a tick while the scrape before is still fetching, or being handed on", async () => {
  const slow = await startScraping({ job: "scrape_interval: 10s\nscrape_timeout: 10s" });
  slow.answer = () => new Promise(() => {});
  while (slow.requests.length === 0) await slow.scrape(500);
  await slow.update(
    "config: {scrape_configs: [{job_name: test, scrape_interval: 1s, static_configs: [{targets: ['target:80']}]}]}",
  );
  await slow.scrape(3000);
  expect(slotsOf(slow)).toEqual({ scraping: 3 });
  await slow.stop();
  const stuck = await startReceiver(
    "config: {scrape_configs: [{job_name: test, scrape_interval: 10s, static_configs: [{targets: ['target:80']}]}]}",
    { page: "a 1\n", next: () => new Promise(() => {}) },
  );
  await stuck.scrape(MINUTE);
  expect(slotsOf(stuck)).toEqual({ scraped: 1, pipeline: 5 });
});

test("ticks that come too late: all slots that passed are booked, also those until a target is gone", async () => {
  const late = { ms: 0 };
  const scraping = await startScraping({
    job,
    page: "a 1\n",
    setup({ env }) {
      const after = env.timers.after.bind(env.timers);
      env.timers.after = (ms, fn) => after(ms + late.ms, fn);
    },
  });
  await scraping.scrape(10_000);
  expect(slotsOf(scraping)).toEqual({ scraped: 1 });
  late.ms = 25_000;
  await scraping.scrape(20_000);
  expect(slotsOf(scraping)).toEqual({ scraped: 2 });
  // The tick after that comes 25 s late, and two more are past then.
  await scraping.scrape(26_000);
  expect(slotsOf(scraping)).toEqual({ scraped: 3, late: 2 });
  late.ms = 0;
  await scraping.scrape(24_000);
  await scraping.update("config: {scrape_configs: [{job_name: other}]}");
  const { scraped = 0, late: skipped = 0 } = slotsOf(scraping);
  expect(scraped + skipped).toBe(8);
  await scraping.stop();
});

test("a scrape that shutdown cuts off", async () => {
  const scraping = await startScraping({ job });
  scraping.answer = () => new Promise(() => {});
  await scraping.scrape(10_000);
  await scraping.stop();
  expect(slotsOf(scraping)).toEqual({ shutdown: 1 });
});

test("a target that goes down is told once, again when the reason changes, and when it is up again", async () => {
  const scraping = await startScraping({ job, page: "a 1\n" });
  const said = (): unknown[] =>
    scraping.context.log.records
      .filter(({ level }) => level === "warn" || level === "info")
      .map(({ message, fields }) => [message, (fields!.error as Error | undefined)?.message ?? fields!.down_for]);
  await scraping.scrape(MINUTE);
  expect(said()).toEqual([]);
  const down = "failed to scrape Prometheus endpoint";
  scraping.answer = { status: 500 };
  await scraping.scrape(30_000);
  const first = [down, "server returned HTTP status 500 Internal Server Error"];
  expect(said()).toEqual([first]);
  scraping.answer = { status: 404 };
  await scraping.scrape(30_000);
  const second = [down, "server returned HTTP status 404 Not Found"];
  expect(said()).toEqual([first, second]);
  scraping.answer = "a 1\n";
  await scraping.scrape(30_000);
  const third = ["target is up again", "1m0s"];
  expect(said()).toEqual([first, second, third]);
  scraping.answer = { status: 404 };
  await scraping.scrape(30_000);
  expect(said()).toEqual([first, second, third, second]);
  await scraping.stop();
});

test("the failure log has every failure", async () => {
  const scraping = await startScraping({ job: `${job}\nscrape_failure_log_file: failures.log` });
  scraping.answer = { status: 500 };
  await scraping.scrape(MINUTE);
  const text = await scraping.simulation.env.files.readText("/sim/failures.log");
  expect(text.trim().split("\n")).toHaveLength(6);
  await scraping.stop();
});

import { expect, test } from "vitest";
import { linesOf, reported, startScraping } from "./scraping.testing.ts";

test("scrapes a target and hands on what it shows", async () => {
  const scraping = await startScraping({
    page: `# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{path="/"} 3
requests_total{path="/x"} 4
# TYPE latency histogram
latency_bucket{le="0.5"} 1
latency_bucket{le="+Inf"} 2
latency_sum 1.5
latency_count 2
temperature 21.5
`,
  });
  const first = await scraping.scrape();
  expect(linesOf(first)).toEqual([
    'requests_total{path="/"} 3',
    'requests_total{path="/x"} 4',
    'latency_bucket{le="0.5"} 1',
    'latency_bucket{le="+Inf"} 2',
    "latency_sum 1.5",
    "latency_count 2",
    "temperature 21.5",
  ]);
  expect(reported(first, "up")).toBe(1);
  expect(reported(first, "scrape_samples_scraped")).toBe(7);
  scraping.answer = "temperature 22\n";
  expect(linesOf(await scraping.scrape())).toEqual([
    'requests_total{path="/"} stale',
    'requests_total{path="/x"} stale',
    'latency_bucket{le="0.5"} stale',
    'latency_bucket{le="+Inf"} stale',
    "latency_sum stale",
    "latency_count stale",
    "temperature 22",
  ]);
  scraping.answer = { status: 500 };
  const failed = await scraping.scrape();
  expect(linesOf(failed)).toEqual(["temperature stale"]);
  expect(reported(failed, "up")).toBe(0);
  await scraping.stop();
  expect(scraping.simulation.open()).toEqual([]);
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { oursBy } from "./collectors.ts";
import { plainLoad } from "./load.ts";
import { measureScrape } from "./scrape.ts";

const launcher = join(import.meta.dirname, "../../distributions/core/bin/sluice.mjs");

test("a small run of ours: every sample comes, the account is right, there are figures", { retry: 2 }, async () => {
  const load = { ...plainLoad, targets: 3, series: 100, intervalMs: 500 };
  const { figures, problems } = await measureScrape(oursBy(launcher, []), load, { warmUp: 1, window: 2, holdMb: 1 });
  expect(problems.filter((problem) => !problem.startsWith("fell behind"))).toEqual([]);
  expect(figures.lost).toBe(0);
  expect(figures.cpuPerMillion).toBeGreaterThan(0);
  expect(figures.rssMax).toBeGreaterThan(30e6);
});

test("a collector that cannot be started says why", async () => {
  const course = { warmUp: 0, window: 1 };
  await expect(measureScrape(oursBy("no-such-launcher.mjs", []), plainLoad, course)).rejects.toThrow(
    /the collector ended with code 1: Error: .*no-such-launcher/,
  );
  const gone = { ...oursBy(launcher, []), command: "no-such-program" };
  await expect(measureScrape(gone, plainLoad, course)).rejects.toThrow("the collector could not be started");
});

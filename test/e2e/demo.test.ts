/** The demo as `npm start` runs it: it checks itself, and ends when it is asked to. */
import { join } from "node:path";
import { startProcess, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";

const demo = join(import.meta.dirname, "../../distributions/core/demo/main.ts");

/** What one look at the output must be made of, line by line. */
const block = [
  /^Sluice demo, \d+ s; Ctrl-C drains and ends$/,
  /^ {2}scrapes itself and a sample shop each second, writes to an embedded backend$/,
  /^ {2}account {3}accepted (\d+) = delivered (\d+) \+ rejected 0 \+ dropped 0 \+ queued (\d+)$/,
  /^ {2}backend {3}\d+ samples of \d+ live series in \d+ requests, [\d.]+ bytes a sample$/,
  /^ {2}checked {3}(\d+) scrapes of the shop, \d+ stale markers: all samples as exposed$/,
  /^ {2}memory {4}\d+ MB for everything$/,
  /^ {2}chart {5}(?:[▁▂▃▄▅▆▇█]+ shop_queue_length|waiting for the first scrape)$/,
  /^ {2}shop {6}http:\S+\/metrics$/,
  /^ {2}expected {2}http:\S+\/expected_metrics$/,
  /^ {2}own {7}http:\S+\/metrics$/,
];

test("runs, shows what happens, and ends with 0 problems", { timeout: 60_000 }, async () => {
  const process = await startProcess({
    command: globalThis.process.execPath,
    args: [demo],
    ready: /expected {2}http:\S+\/expected_metrics/,
    timeoutMs: 30_000,
  });
  const [, expected = ""] = /expected {2}(http:\S+\/expected_metrics)/.exec(process.stdout) ?? [];
  // Once it says that it checked some scrapes, several were made.
  await waitFor(() => /checked {3}(?:[3-9]|[1-9]\d)/.test(process.stdout), {
    what: "checked scrapes",
    timeoutMs: 20_000,
  });
  const page = await fetch(expected);
  expect(page.status).toBe(200);
  const { scrapes, result } = (await page.json()) as {
    scrapes: number[];
    result: { metric: Record<string, string>; values: [number, string][] }[];
  };
  expect(scrapes.length).toBeGreaterThanOrEqual(3);
  expect(result.length).toBeGreaterThan(20);
  for (const { metric } of result) expect(metric.__name__).toMatch(/^shop_/);
  const counted = result.find(({ metric }) => metric.__name__ === "shop_scrapes_total");
  expect(counted?.values.map(([seconds]) => seconds)).toEqual(scrapes);
  process.signal("SIGINT");
  expect(await process.exited).toBe(0);
  expect(process.stderr).toBe("");

  const lines = process.stdout.trimEnd().split("\n");
  const [draining, done] = lines.splice(-2);
  expect(draining).toBe("draining...");
  const [, stored, checked] =
    /^done: the backend holds (\d+) samples, (\d+) scrapes checked, 0 problems$/.exec(done ?? "") ?? [];
  expect(Number(stored)).toBeGreaterThan(100);
  expect(Number(checked)).toBeGreaterThanOrEqual(3);
  expect(lines.length).toBeGreaterThanOrEqual(2 * block.length);
  for (const [at, line] of lines.entries()) expect(line).toMatch(block[at % block.length]!);
  for (const [, accepted, delivered, queued] of process.stdout.matchAll(new RegExp(block[2]!, "gm"))) {
    expect(Number(accepted)).toBe(Number(delivered) + Number(queued));
  }
});

import { expect, test } from "vitest";
import { runTiers } from "./tiers.ts";

test("what the pages say, straight through both tiers and through OTLP: the same samples", async () => {
  const { samples, stale, steady } = await runTiers(60_000, 7, 300);
  expect(samples).toBeGreaterThanOrEqual(60_000);
  expect(stale).toBeGreaterThan(100);
  // Pages that repeat take the prepared way, and those that change leave it.
  expect(steady).toBeGreaterThan(samples / 10);
  expect(steady).toBeLessThan(samples);
});

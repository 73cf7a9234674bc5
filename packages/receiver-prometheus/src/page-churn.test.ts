import { expect, test } from "vitest";
import { identitiesOf, read, targetPage } from "./page.testing.ts";

/** 200 series that stay (half of them lines of histograms), and `fresh` that no page shows twice. */
function churningPage(round: number, fresh: number): string {
  const out = ["# TYPE stays counter"];
  for (let i = 0; i < 100; i++) out.push(`stays{id="${i}"} ${round * 1000 + i}`);
  out.push("# HELP latency Time.", "# TYPE latency histogram");
  for (let i = 0; i < 20; i++) {
    for (const le of ["1", "2", "+Inf"]) out.push(`latency_bucket{id="${i}",le="${le}"} ${round + i}`);
    out.push(`latency_sum{id="${i}"} ${round}`, `latency_count{id="${i}"} ${round + i}`);
  }
  out.push(`# TYPE churn_${round} histogram`);
  for (let i = 0; i < fresh; i += 2) {
    out.push(`churn_${round}_bucket{id="${i}",le="+Inf"} ${i}`, `churn_${round}_count{id="${i}"} ${i}`);
  }
  return `${out.join("\n")}\n`;
}

test("new series at every scrape: what is held stays bounded, values and stale markers stay right", () => {
  const page = targetPage();
  const held: number[] = [];
  let lastKey = "";
  for (let round = 1; round <= 60; round++) {
    const result = read(page, churningPage(round, 400), round);
    held.push(page.bytes);
    const stale = result.parts.flatMap(identitiesOf).filter(({ value }) => value === "stale");
    expect(stale).toHaveLength(round === 1 ? 0 : 400);
    expect(result.added).toBe(round === 1 ? 600 : 400);
    const values = new Map(
      result.parts
        .flatMap(identitiesOf)
        .filter(({ value }) => value !== "stale")
        .map(({ identity, value }) => [identity, value]),
    );
    expect(values.size).toBe(600);
    expect(values.get('stays{id="7"} counter')).toBe(round * 1000 + 7);
    expect(values.get('latency_bucket{id="3",le="2"} histogram')).toBe(round + 3);
    expect(values.get(`churn_${round}_count{id="8"} histogram`)).toBe(8);
    // A point keeps its key when the catalog is renewed.
    const { catalog, ids } = result.parts.at(-1)!.layout;
    const key = catalog.key(ids[5]!);
    if (round > 1) expect(key).toBe(lastKey);
    lastKey = key;
  }
  const early = Math.max(...held.slice(0, 20));
  expect(Math.max(...held)).toBeLessThanOrEqual(early);
  expect(held.at(-1)!).toBeLessThan(1_000_000);
});

test("a catalog is renewed when most of its lines are gone, and not for one short page", () => {
  const page = targetPage();
  const big = churningPage(1, 8000);
  const small = churningPage(2, 10);
  read(page, big, 1);
  const full = page.bytes;
  read(page, small, 2);
  const again = read(page, big, 3);
  expect(again.added).toBe(8000);
  expect(page.bytes).toBeLessThan(full * 1.3);
  for (let round = 4; round < 12; round++) read(page, small, round);
  expect(page.bytes).toBeLessThan(full / 4);
  const before = read(page, small, 12);
  expect(read(page, small, 13).parts[0]!.layout).toBe(before.parts[0]!.layout);
});

test("what a renewed table no longer knows is a new series when it comes back", () => {
  const page = targetPage();
  read(page, churningPage(1, 8000), 1);
  for (let round = 2; round < 12; round++) read(page, churningPage(2, 10), round);
  const result = read(page, churningPage(1, 8000), 12);
  expect(result.added).toBe(8000);
  expect(result.parts.flatMap(identitiesOf).filter(({ value }) => value === "stale")).toHaveLength(10);
});

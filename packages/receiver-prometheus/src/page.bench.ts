/**
 * What a sample costs in the receiver: a page that repeats, a page with one new line of all, a page never seen.
 *
 *     node packages/receiver-prometheus/src/page.bench.ts
 */
import { targetPage } from "./page.testing.ts";

const encoder = new TextEncoder();
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, "+Inf"];

/** Half counters, half lines of histograms, some 175 bytes a line; values change with `round`. */
function servicePage(lines: number, round: number, id: number): Uint8Array {
  const out = ["# TYPE one gauge", `one{id="${id}"} 1`];
  for (let family = 0; out.length < lines; family++) {
    const labels = `method="GET",region="eu-central-1",cluster="production-${family % 7}",namespace="default",pod="frontend-7c9d8b6f5-x${family}"`;
    out.push(`# HELP requests_${family}_total Requests.`, `# TYPE requests_${family}_total counter`);
    for (let i = 0; i < 14; i++) {
      out.push(`requests_${family}_total{${labels},path="/api/v1/users/${i}"} ${(i * 17 + round * 3) % 100_000}`);
    }
    out.push(`# TYPE latency_${family} histogram`);
    for (const [i, bound] of BOUNDS.entries())
      out.push(`latency_${family}_bucket{${labels},le="${bound}"} ${round * 5 + i}`);
    out.push(
      `latency_${family}_sum{${labels}} ${round * 7.125}`,
      `latency_${family}_count{${labels}} ${round * 5 + 11}`,
    );
  }
  return encoder.encode(`${out.join("\n")}\n`);
}

/** Reads the pages in turn, twice: the first time to warm up. Nanoseconds a sample. */
function measure(pages: readonly Uint8Array[], rounds: number): number {
  const page = targetPage();
  let begun = 0;
  for (let round = 0; round < 2 * rounds; round++) {
    if (round === rounds) begun = performance.now();
    const bytes = pages[round % pages.length]!;
    page.read(bytes, bytes.length, "text", round);
    page.taken();
  }
  return ((performance.now() - begun) * 1e6) / rounds / page.scraped;
}

for (const lines of [1000, 10_000]) {
  const pages = Array.from({ length: 32 }, (_, round) => servicePage(lines, round, 0));
  const changing = Array.from({ length: 32 }, (_, round) => servicePage(lines, round, round));
  const first = targetPage();
  const begun = performance.now();
  first.read(pages[0]!, pages[0]!.length, "text", 1);
  first.taken();
  const anew = ((performance.now() - begun) * 1e6) / first.scraped;
  const stable = measure(pages, 2_000_000 / lines);
  const churn = measure(changing, 2_000_000 / lines);
  const held = (first.bytes / first.series).toFixed(0);
  process.stdout.write(
    `${lines} lines: ${stable.toFixed(0)} ns a sample of a page that repeats, ${churn.toFixed(0)} with one new line, ${anew.toFixed(0)} never seen; ${held} B held a series\n`,
  );
}

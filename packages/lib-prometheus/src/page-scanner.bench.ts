/**
 * Nanoseconds a line for both formats, for a line read anew and for one that the page before predicts.
 *
 *     node packages/lib-prometheus/src/page-scanner.bench.ts
 */
import { END, type PageFormat, PageScanner, SERIES } from "./index.ts";
import { testdata } from "./pages.testing.ts";

/** Lines of some 200 bytes, as exporters of services write them; values change from page to page. */
function servicePage(format: PageFormat, seed: number): Uint8Array {
  let text = "";
  for (let i = 0; i < 1000; i++) {
    const labels = `service="checkout-api",namespace="production",pod="checkout-api-7d9f8b6c5d-x${i}",method="GET",path="/api/v1/orders/${i % 50}",le="${i % 12}.5"`;
    const value = i % 3 === 0 ? `${((i * 7919 + seed * 104729) % 1e6) / 1000}` : `${(i * 7919 + seed * 104729) % 1e7}`;
    text += `http_request_duration_seconds_bucket{${labels}} ${value}\n`;
  }
  return new TextEncoder().encode(format === "text" ? text : `${text}# EOF\n`);
}

function readAnew(scanner: PageScanner): number {
  let lines = 0;
  while (scanner.next() !== END) lines++;
  return lines;
}

/** As a scraper does: the page before is the prediction. */
function readPredicted(scanner: PageScanner, before: Uint8Array, ranges: Int32Array): number {
  let lines = 0;
  for (; lines < ranges.length / 2; lines++) {
    const from = ranges[2 * lines]!;
    const to = ranges[2 * lines + 1]!;
    if (!scanner.tryKnown(before, from, to) && !scanner.tryKnownLine(before, from, to))
      throw new Error("not predicted");
  }
  return lines;
}

function rangesOf(format: PageFormat, page: Uint8Array): Int32Array {
  const scanner = new PageScanner(format);
  scanner.reset(page, page.length);
  const ranges: number[] = [];
  for (let from = 0; ; from = scanner.at) {
    const kind = scanner.next();
    if (kind === END) return Int32Array.from(ranges);
    if (kind === SERIES) ranges.push(scanner.seriesFrom, scanner.seriesTo);
    else ranges.push(from, scanner.at);
  }
}

function measure(name: string, format: PageFormat, pages: Uint8Array[]): void {
  const scanner = new PageScanner(format);
  const ranges = rangesOf(format, pages[0]!);
  const time = (read: () => number): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 8; round++) {
      let lines = 0;
      const start = process.hrtime.bigint();
      for (let i = 0; lines < 200_000; i++) {
        const page = pages[i % pages.length]!;
        scanner.reset(page, page.length);
        lines += read();
      }
      best = Math.min(best, Number(process.hrtime.bigint() - start) / lines);
    }
    return best;
  };
  const anew = time(() => readAnew(scanner));
  const predicted = time(() => readPredicted(scanner, pages[0]!, ranges));
  process.stdout.write(
    `${name.padEnd(34)} anew ${anew.toFixed(0).padStart(4)} ns a line   predicted ${predicted.toFixed(0).padStart(4)} ns a line\n`,
  );
}

for (const format of ["text", "openmetrics"] satisfies PageFormat[]) {
  const pages = Array.from({ length: 8 }, (_, seed) => servicePage(format, seed));
  measure(`${format}, 200 bytes a line`, format, pages);
}
measure("text, a sample server's page", "text", [testdata("pages/alltypes.237mfs.prom.txt")]);
measure("openmetrics, a sample page", "openmetrics", [testdata("pages/alltypes.5mfs.om.txt")]);

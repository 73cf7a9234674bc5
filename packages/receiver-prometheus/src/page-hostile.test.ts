/** Hostile pages: typed errors only, and the page after them is read as if nothing had been. Pages with timestamps at random. */
import { ParseError } from "@sluice/lib-prometheus";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fail, identitiesOf, read, targetPage } from "./page.testing.ts";
import { change, readPlain, startModel, textOf } from "./plain-page.testing.ts";
import { samplesOf, shortSeries } from "./scraping.testing.ts";
import { ScrapeError } from "./series.ts";

const encoder = new TextEncoder();
const edit = fc.record({ at: fc.nat(2000), remove: fc.nat(12), insert: fc.uint8Array({ maxLength: 6 }) });

test("mutated pages in both formats", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(edit, { maxLength: 4 }), { maxLength: 6 }),
      fc.boolean(),
      (mutations, openMetrics) => {
        const page = targetPage({ sampleLimit: 200 });
        const model = startModel();
        mutations.forEach((edits, round) => {
          change(model, round * 5, round * 3, round);
          let bytes: number[] = [...encoder.encode(textOf(model, round) + (openMetrics ? "# EOF\n" : ""))];
          for (const { at, remove, insert } of edits) bytes = bytes.toSpliced(at % bytes.length, remove, ...insert);
          try {
            page.read(Uint8Array.from(bytes), bytes.length, openMetrics ? "openmetrics" : "text", round + 1);
            page.taken();
          } catch (error) {
            expect(error instanceof ParseError || error instanceof ScrapeError, String(error)).toBe(true);
            fail(page, round + 1);
          }
        });
        const text = textOf(model, 4);
        const values = new Map(
          read(page, text, 100)
            .parts.flatMap(identitiesOf)
            .filter(({ value }) => value !== "stale")
            .map(({ identity, value }) => [identity, value]),
        );
        expect(values).toEqual(readPlain(text).samples);
      },
    ),
    { numRuns: 150 },
  );
});

test("pages that fail at every scrape with new series hold no more than a page needs", () => {
  const page = targetPage({ sampleLimit: 300 });
  let most = 0;
  for (let round = 0; round < 200; round++) {
    const lines = Array.from({ length: 500 }, (_, i) => `# TYPE m_${round}_${i} gauge\nm_${round}_${i} 1\n`);
    expect(() => read(page, lines.join(""), round + 1)).toThrow("sample limit exceeded");
    expect([page.scraped, page.kept]).toEqual([500, 500]);
    fail(page, round + 1);
    most = Math.max(most, page.bytes);
  }
  expect(most).toBeLessThan(1_000_000);
});

test("one name declared again and again far apart costs no more than a line each", () => {
  const names = Array.from({ length: 3000 }, (_, i) => `n${i}`);
  const declared = (type: string): string => names.map((name) => `# TYPE ${name} ${type}\n`).join("");
  const samples = names.map((name) => `${name} 1\n`).join("");
  const page = targetPage();
  read(page, declared("counter") + samples + declared("gauge"), 1);
  // Nothing comes as predicted: every name is declared otherwise.
  const result = read(page, declared("untyped") + samples + declared("counter"), 2);
  const kinds = new Set(
    result.parts.flatMap(identitiesOf).map(({ identity, value }) => `${identity.split(" ")[1]} ${value}`),
  );
  expect(kinds).toEqual(new Set(["counter stale", "unknown 1"]));
});

const timed = fc.record({
  series: fc.nat(4),
  time: fc.option(
    fc.integer({ min: 1, max: 8 }).map((n) => n * 800),
    { nil: undefined },
  ),
  value: fc.nat(9),
});
test.each([1024, Number.NEGATIVE_INFINITY])("timestamps on the page, at random, slack %d", (slack) => {
  fc.assert(
    fc.property(fc.array(fc.array(timed, { maxLength: 12 }), { maxLength: 8 }), (pages) => {
      const page = targetPage({ slack });
      const former = new Map<string, boolean>();
      // What a database would hold last of each series.
      const latest = new Map<string, { time: number; value: number | "stale" }>();
      pages.forEach((lines, index) => {
        const scrapeMs = 1000 * (index + 1);
        const expected = new Map<string, number>();
        const explicit = new Map<string, boolean>();
        let dropped = 0;
        for (const { series, time: own, value } of lines) {
          const name = `s${series}`;
          const time = own ?? scrapeMs;
          const last = latest.get(name);
          const isRepeat = last?.time === time && (last.value !== value || expected.has(`${name} ${time}`));
          if (last !== undefined && (time < last.time || isRepeat)) dropped++;
          else {
            latest.set(name, { time, value });
            expected.set(`${name} ${time}`, value);
            if (!explicit.has(name)) explicit.set(name, own !== undefined);
          }
        }
        const text = lines.map(({ series, time, value }) => `s${series} ${value} ${time ?? ""}\n`).join("");
        const { parts, duplicates, outOfOrder } = read(page, text, scrapeMs);
        const samples = parts.flatMap(samplesOf);
        expect(duplicates + outOfOrder).toBe(dropped);
        const values = samples.filter(({ value }) => value !== "stale");
        expect(new Map(values.map(({ series, value, ms }) => [`${shortSeries(series)} ${ms}`, value]))).toEqual(
          expected,
        );
        expect(values).toHaveLength(expected.size);
        const stale = samples.filter(({ value }) => value === "stale").map(({ series }) => shortSeries(series));
        const ended = [...former].filter(([name, own]) => !own && !explicit.has(name)).map(([name]) => name);
        const gone = ended.filter((name) => latest.get(name)!.time <= scrapeMs);
        expect(stale.sort()).toEqual(gone.sort());
        for (const name of gone) latest.set(name, { time: scrapeMs, value: "stale" });
        // Renewed tables know only what the last page showed.
        const isKnown = (name: string): boolean => slack > 0 || lines.some(({ series }) => name === `s${series}`);
        for (const name of latest.keys()) if (!isKnown(name)) latest.delete(name);
        former.clear();
        for (const [name, own] of explicit) former.set(name, own);
      });
    }),
    { numRuns: 300 },
  );
});

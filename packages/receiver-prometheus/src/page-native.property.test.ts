/** Random pages in protobuf and text in turn, through one target: values and stale markers are those of a plain reading. */
import { type PageFamily, type PageMetric, protobufPage } from "@sluice/lib-prometheus";
import fc from "fast-check";
import { expect, test } from "vitest";
import { read, targetPage } from "./page.testing.ts";
import { samplesOf, shortSeries } from "./scraping.testing.ts";

const label = fc.constantFrom("1", "2", "3");
const count = fc.nat(9);
/** A family's kind by its name, so that it is the same on all pages but one: "x" is a histogram of either kind. */
const kinds = fc.constantFrom("native", "classic", "custom", "gauge", "x");

/** One metric: its name, its label, what it counts, and whether "x" is native. */
interface Shown {
  readonly kind: string;
  readonly id: string;
  readonly count: number;
  readonly isNative: boolean;
}
const pageArbitrary = fc.uniqueArray(fc.record({ kind: kinds, id: label, count, isNative: fc.boolean() }), {
  selector: ({ kind, id }) => `${kind} ${id}`,
  maxLength: 12,
});

function familyOf(kind: string, all: readonly Shown[]): PageFamily {
  const metrics = all.map(({ id, count: n, isNative }): PageMetric => {
    const labels = { id };
    if (kind === "gauge") return { labels, value: n };
    const positive = { spans: [[n, 1] as const], deltas: [n] };
    if (kind === "native" || (kind === "x" && isNative)) return { labels, histogram: { count: n, sum: n, positive } };
    const buckets = [{ le: kind === "custom" ? n + 1 : 1, count: n }];
    return { labels, histogram: { count: n, sum: n, buckets } };
  });
  return { name: kind, type: kind === "gauge" ? "gauge" : "histogram", metrics };
}
function familiesOf(page: readonly Shown[]): PageFamily[] {
  const names = [...new Set(page.map(({ kind }) => kind))];
  return names.map((kind) =>
    familyOf(
      kind,
      page.filter((shown) => shown.kind === kind),
    ),
  );
}
/** What it means, by series; `custom` = classic histograms are one sample. */
function plain(page: readonly Shown[], custom: boolean): Map<string, number> {
  const samples = new Map<string, number>();
  for (const { kind, id, count: n, isNative } of page) {
    const isWhole = kind === "native" || (kind === "x" && isNative);
    if (kind === "gauge" || isWhole || custom) samples.set(`${kind}{id="${id}"}`, n);
    else {
      const le = kind === "custom" ? n + 1 : 1;
      samples.set(`${kind}_bucket{id="${id}",le="${le}"}`, n);
      samples.set(`${kind}_bucket{id="${id}",le="+Inf"}`, n);
      samples.set(`${kind}_sum{id="${id}"}`, n);
      samples.set(`${kind}_count{id="${id}"}`, n);
    }
  }
  return samples;
}

const rounds = fc.record({
  custom: fc.boolean(),
  slack: fc.constantFrom(1024, Number.NEGATIVE_INFINITY),
  pages: fc.array(fc.record({ page: pageArbitrary, isTaken: fc.boolean(), isText: fc.nat(5) }), {
    minLength: 1,
    maxLength: 8,
  }),
});

test("values, and stale markers of what vanished since the pipeline last took a page", () => {
  fc.assert(
    fc.property(rounds, ({ custom, slack, pages }) => {
      const settings = { native: true, classic: false, custom, bucketLimit: 0, maxSchema: 8 };
      const page = targetPage({ slack, histograms: settings });
      let taken = new Map<string, number>();
      pages.forEach(({ page: shown, isTaken: wanted, isText }, round) => {
        // Tables that are renewed on each page know nothing of pages that were refused.
        const isTaken = wanted || slack < 0;
        const ms = (round + 1) * 1000;
        const isPlain = isText === 0;
        const expected = isPlain ? new Map([["text", round]]) : plain(shown, custom);
        const bytes = isPlain ? new TextEncoder().encode(`text ${round}\n`) : protobufPage(familiesOf(shown));
        const { parts } = page.read(bytes, bytes.length, isPlain ? "text" : "protobuf", ms);
        const values = new Map<string, number>();
        const stale = new Set<string>();
        for (const { series, value } of parts.flatMap(samplesOf)) {
          if (value === "stale") stale.add(shortSeries(series));
          else values.set(shortSeries(series), value);
        }
        expect(values).toEqual(expected);
        // A histogram that is of the other kind now is another point: its marker goes before the new one, and is superseded.
        for (const series of stale) if (series.startsWith("x{") && expected.has(series)) stale.delete(series);
        expect(stale).toEqual(new Set([...taken.keys()].filter((series) => !expected.has(series))));
        if (!isTaken) return;
        page.taken();
        taken = expected;
      });
    }),
    { numRuns: 300 },
  );
});
test("a page of text after one in protobuf is read as ever", () => {
  const page = targetPage();
  const bytes = protobufPage([{ name: "a", type: "gauge", metrics: [{ value: 1 }] }]);
  page.read(bytes, bytes.length, "protobuf", 1000);
  page.taken();
  expect(
    read(page, "# TYPE a gauge\na 2\n", 2000)
      .parts.flatMap(samplesOf)
      .map(({ value }) => value),
  ).toEqual([2]);
});

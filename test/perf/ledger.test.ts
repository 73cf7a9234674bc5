import { expect, test } from "vitest";
import type { TestSeries } from "./encode.ts";
import { encodeWriteRequest } from "./encode.ts";
import { createFreshLedger } from "./fresh-ledger.ts";
import type { LedgerStats } from "./ledger.ts";
import { createLedger, samplesSent } from "./ledger.ts";
import type { PageOptions } from "./page.ts";
import { lineValue, maxPeriod, pageLines, pageTemplate } from "./page.ts";
import { processedLabels } from "./processing.ts";
import { walkWriteRequest } from "./write-request.ts";

const stable: PageOptions = { series: 60, churn: 0, churnEvery: 1, period: maxPeriod };

/** What a collector sends for a page: the generator's own text, read in the slowest possible way. */
function scraped(options: PageOptions, target: number, scrape: number, timestamp: number): TestSeries[] {
  const lines = pageTemplate(options).render(target, scrape).toString().split("\n");
  return lines.flatMap((line) => {
    const [, name, labels, value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels!.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key!, text!] as const);
    const added = [["__name__", name] as const, ["instance", "x"] as const, ["job", "bench"] as const];
    return { labels: [...added, ...pairs].reverse(), samples: [[Number(value), timestamp] as const] };
  });
}

/** The same when every series is new at every scrape. */
function bookedFresh(...requests: readonly (readonly TestSeries[])[]): Partial<LedgerStats> {
  const ledger = createFreshLedger(fresh, 3);
  for (const request of requests) walkWriteRequest(encodeWriteRequest(request), ledger);
  return Object.fromEntries(Object.entries(ledger.stats).filter(([, count]) => count > 0));
}

const fresh: PageOptions = { ...stable, churn: 1 };

function booked(options: PageOptions, ...requests: readonly (readonly TestSeries[])[]): Partial<LedgerStats> {
  const ledger = createLedger(options, 3);
  for (const request of requests) walkWriteRequest(encodeWriteRequest(request), ledger);
  return Object.fromEntries(Object.entries(ledger.stats).filter(([, count]) => count > 0));
}

const line = pageLines(stable.series)[0]!;

/** The first series of the page with other samples. */
function first(...samples: readonly (readonly [scrape: number | "stale", timestamp: number])[]): TestSeries[] {
  const { labels } = scraped(stable, 0, 0, 0)[0]!;
  return [
    {
      labels,
      samples: samples.map(([scrape, time]) => [scrape === "stale" ? scrape : lineValue(line, scrape), time] as const),
    },
  ];
}

test("scrapes in order are right", () =>
  expect(booked(stable, scraped(stable, 0, 0, 1000), scraped(stable, 1, 0, 1100), scraped(stable, 0, 1, 2000))).toEqual(
    {
      samples: 180,
      series: 120,
    },
  ));
test("pages in turn are right", () => {
  const options = { ...stable, period: 2 };
  const pages = [0, 1, 0, 1].map((scrape, index) => scraped(options, 0, scrape, 1000 * (index + 1)));
  expect(booked(options, ...pages)).toEqual({ samples: 240, series: 60 });
});
test("churned lines are right and counted as series", () => {
  const options = { ...stable, churn: 0.1 };
  const pages = [0, 1, 2].map((scrape) => scraped(options, 0, scrape, 1000 * (scrape + 1)));
  expect(booked(options, ...pages)).toEqual({ samples: 180, series: 72 });
});
test("a line that should have been replaced is wrong", () => {
  const options = { ...stable, churn: 0.1 };
  expect(booked(options, scraped(stable, 0, 1, 1000))).toEqual({ samples: 54, wrongValues: 6, series: 60 });
});
test("the order of labels does not matter", () => {
  const [series] = first([1, 2000]);
  const turned = { ...series!, labels: series!.labels.toReversed() };
  expect(booked(stable, first([0, 1000]), [turned])).toEqual({ samples: 2, series: 1 });
});
test("a value of another scrape in one request is torn", () =>
  expect(booked(stable, [...scraped(stable, 0, 5, 1000).slice(1), ...first([6, 1000])])).toMatchObject({
    samples: 59,
    torn: 1,
  }));
test("one scrape at two times is torn", () =>
  expect(booked(stable, [...scraped(stable, 0, 5, 1000).slice(1), ...first([5, 1001])])).toMatchObject({
    samples: 59,
    torn: 1,
  }));
test("missing scrapes", () =>
  expect(booked(stable, first([0, 1], [3, 4000]))).toMatchObject({ samples: 2, missing: 2 }));
test("out of order", () => expect(booked(stable, first([1, 2000], [0, 1000]))).toMatchObject({ outOfOrder: 1 }));
test("duplicates", () => expect(booked(stable, first([1, 2000]), first([1, 2000]))).toMatchObject({ duplicates: 1 }));
test("stale", () => expect(booked(stable, first([1, 2000], ["stale", 3000]))).toMatchObject({ samples: 1, stale: 1 }));
test("a value that is none of the line's", () => {
  const [series] = first([1, 2000]);
  expect(booked(stable, [{ ...series!, samples: [[12.5, 1000]] }])).toEqual({ wrongValues: 1, series: 1 });
});
test("other series are unknown, a scrape's own are reports", () => {
  const samples = [[1, 1000]] as const;
  const named = (name: string): TestSeries => ({ labels: [["__name__", name]], samples });
  expect(booked(stable, ["up", "scrape_duration_seconds", "target_info", "nobody"].map(named))).toEqual({
    reports: 3,
    unknown: 1,
  });
});
test("a changed label makes a series unknown", () => {
  const [series] = first([1, 2000]);
  const labels = series!.labels.map(([name, value]) => [name, name === "method" ? "PATCH" : value] as const);
  expect(booked(stable, [{ ...series!, labels }])).toEqual({ unknown: 1 });
});
test("more series than the table holds at first", () => {
  const options = { ...stable, series: 9000 };
  expect(booked(options, scraped(options, 0, 0, 1000), scraped(options, 0, 1, 2000))).toEqual({
    samples: 18_000,
    series: 9000,
  });
});

/** As collectors write: `__name__` comes first. */
function inOrder(series: readonly TestSeries[]): TestSeries[] {
  return series.map(({ labels, samples }) => ({ labels: labels.toSorted(([a], [b]) => (a < b ? -1 : 1)), samples }));
}

test("series that are always new are counted", () =>
  expect(bookedFresh(inOrder(scraped(fresh, 0, 1, 1000)), inOrder(scraped(fresh, 0, 2, 2000)))).toEqual({
    samples: 120,
  }));
test("whatever the order of their labels", () =>
  expect(bookedFresh(scraped(fresh, 0, 1, 1000))).toEqual({ samples: 60 }));
test("one of 64 of them is checked", () =>
  expect(bookedFresh(inOrder(scraped({ ...fresh, churn: 0 }, 0, 1, 1000)))).toEqual({ samples: 59, wrongValues: 1 }));
test("their stale markers, a scrape's own series and strangers are told apart", () => {
  const gone = inOrder(scraped(fresh, 0, 1, 1000)).map((series) => ({
    ...series,
    samples: [["stale", 2000]] as const,
  }));
  const named = (name: string): TestSeries => ({ labels: [["__name__", name]], samples: [[1, 1000]] });
  expect(bookedFresh(gone, ["up", "scrape_duration_seconds", "stranger"].map(named))).toEqual({
    stale: 60,
    reports: 2,
    unknown: 1,
  });
});

test("processed lines are right only with the labels they must have", () => {
  const [kept] = pageLines(60).flatMap((one) => processedLabels(one) ?? []);
  expect(kept).toBeDefined();
  const series = pageLines(60).flatMap((one): TestSeries[] => {
    const labels = processedLabels(one);
    if (labels === undefined) return [];
    return [
      {
        labels: [["__name__", one.name], ["job", "bench"], ...labels, ["pod", "shop-5c6d8f9b7-00000"]],
        samples: [[lineValue(one, 0), 1000]],
      },
    ];
  });
  const ledger = createLedger(stable, 1, processedLabels);
  walkWriteRequest(encodeWriteRequest(series), ledger);
  walkWriteRequest(encodeWriteRequest(scraped(stable, 0, 1, 2000)), ledger);
  expect(ledger.stats).toMatchObject({ samples: series.length, unknown: 60 });
  expect(series.length).toBe(60 - pageLines(60).filter((one) => processedLabels(one) === undefined).length);
});

test("samples sent are all, right or not", () => {
  const ledger = createLedger(stable, 3);
  const page = scraped(stable, 0, 1, 1000);
  for (const request of [page, page, first(["stale", 3000])]) walkWriteRequest(encodeWriteRequest(request), ledger);
  expect(samplesSent(ledger.stats)).toBe(121);
});

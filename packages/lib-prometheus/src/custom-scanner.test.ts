import { describe, expect, test } from "vitest";
import { CustomScanner, type PageFormat, ParseError } from "./index.ts";
import { testvectors } from "./pages.testing.ts";
import { byText, entriesOf, type PlainEntry } from "./protobuf.testing.ts";

interface Answer {
  readonly error?: string;
  readonly entries?: PlainEntry[];
}
interface Vector {
  readonly format: PageFormat;
  readonly page: string;
  readonly custom: Answer;
  readonly customClassic: Answer;
}

const encoder = new TextEncoder();

function scanned(page: string, format: PageFormat, keep: boolean): PlainEntry[] | string {
  const scanner = new CustomScanner(format);
  const bytes = encoder.encode(page);
  scanner.reset(bytes, bytes.length, keep);
  try {
    return entriesOf(scanner, ({ exemplarFrom, exemplarTo }) => scanner.exemplars.slice(exemplarFrom, exemplarTo));
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return error.message;
  }
}

const isCreated = ({ labels }: PlainEntry): boolean => labels?.some(([, value]) => value.endsWith("_created")) === true;

/**
 * Bounds are written as Prometheus writes them one step later, and exemplars have no order. By accident, Prometheus loses here the
 * `_created` lines, and the exemplars of lines that are kept beside the histogram.
 */
function plain({ entries, error }: Answer): unknown {
  if (error !== undefined) return expect.any(String);
  const kept = entries!.filter((entry) => !isCreated(entry));
  return kept.map(({ exemplars, ...entry }) => ({
    ...entry,
    created: undefined,
    ...(entry.histogram && exemplars && { exemplars: exemplars.toSorted(byText) }),
    ...(entry.labels && {
      labels: entry.labels
        .map(([name, value]) => [name, name === "le" && Number.isFinite(Number(value)) ? String(Number(value)) : value])
        .sort(([a], [b]) => (a! < b! ? -1 : 1)),
    }),
  }));
}

describe("histograms on pages of text, as Prometheus makes them native ones", () => {
  for (const { page, format, custom, customClassic } of testvectors<Vector[]>("custom.json")) {
    test(JSON.stringify(page), () => {
      for (const [keep, answer] of [
        [false, custom],
        [true, customClassic],
      ] as const) {
        const own = scanned(page, format, keep);
        expect(typeof own === "string" ? own : plain({ entries: own })).toEqual(plain(answer));
      }
    });
  }
});

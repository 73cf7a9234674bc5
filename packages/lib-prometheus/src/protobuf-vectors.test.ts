import { describe, expect, test } from "vitest";
import { ParseError, type ProtobufOptions, ProtobufScanner } from "./index.ts";
import { testvectors } from "./pages.testing.ts";
import { byText, entriesOf, type PlainEntry } from "./protobuf.testing.ts";

interface Vector {
  readonly page: string;
  readonly answers: readonly {
    readonly modes: readonly number[];
    readonly error?: string;
    readonly entries?: PlainEntry[];
  }[];
}

/** The modes that `protobuf.go` asks for. */
const MODES: readonly ProtobufOptions[] = [
  { native: false, classic: false, custom: false },
  { native: true, classic: false, custom: false },
  { native: true, classic: true, custom: false },
  { native: true, classic: false, custom: true },
  { native: true, classic: true, custom: true },
];
/** Pages that only we refuse while we read them. */
const REFUSED_ONLY_HERE = new Map([
  ["FwoBYRgBIhAKAxIBeBIJCQAAAAAAAPA/", "a label without a name, which Prometheus refuses a step later"],
  ["FAoBaBgEIg06CwgBKGliAhABagEC", "schema -53: no client writes it, and it has no bounds"],
]);

/** Everything but what has no order or no meaning: metadata comes first, in any order; labels sorted by bytes. */
function ordered(entries: readonly PlainEntry[]): unknown[] {
  return entries.map((entry) => ({
    ...entry,
    ...(entry.labels && { labels: entry.labels.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) }),
    ...(entry.exemplars && { exemplars: entry.exemplars.toSorted(byText) }),
    ...(entry.kind === "series" ? {} : { kind: "metadata" }),
    ...(entry.histogram && { histogram: withoutHint(entry) }),
  }));
}
/** Of a histogram with custom buckets its family's type says whether it is a gauge. */
function withoutHint({ histogram }: PlainEntry): unknown {
  return histogram!.schema === -53 ? { ...histogram, gauge: false } : histogram;
}
const metadataOf = (entries: readonly PlainEntry[]): string[] =>
  entries
    .filter(({ kind }) => kind !== "series")
    .map(({ kind, name, text }) => `${kind} ${name} ${text}`)
    .sort();

function scanned(page: Uint8Array, options: ProtobufOptions): { entries: PlainEntry[] } | { error: string } {
  const scanner = new ProtobufScanner();
  scanner.reset(page, page.length, options);
  try {
    return {
      entries: entriesOf(scanner, ({ exemplarFrom, exemplarTo }) => scanner.exemplars.slice(exemplarFrom, exemplarTo)),
    };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { error: error.message };
  }
}

describe("pages in protobuf that Prometheus has judged", () => {
  // NaNs are one here: which one a page shows is kept by Prometheus, and means nothing.
  const text = JSON.stringify(testvectors<Vector[]>("protobuf.json"));
  const vectors = JSON.parse(text.replaceAll(/"[7f]ff(?!0{13})[0-9a-f]{13}"/g, '"7ff8000000000001"')) as Vector[];
  for (const [index, { page, answers }] of vectors.entries()) {
    test(`${index} ${page.slice(0, 60)}`, () => {
      const bytes = new Uint8Array(Buffer.from(page, "base64"));
      for (const { modes, error, entries } of answers) {
        for (const mode of modes) {
          const found = scanned(bytes, MODES[mode]!);
          if (REFUSED_ONLY_HERE.has(page) && error === undefined && "error" in found) continue;
          expect("error" in found ? found.error : undefined, `mode ${mode}: ${error}`).toEqual(
            error === undefined ? undefined : expect.any(String),
          );
          if (!("entries" in found) || entries === undefined) continue;
          expect(metadataOf(found.entries)).toEqual(metadataOf(entries));
          const series = (all: readonly PlainEntry[]) => ordered(all.filter(({ kind }) => kind === "series"));
          expect(series(found.entries)).toEqual(series(entries));
        }
      }
    });
  }
});

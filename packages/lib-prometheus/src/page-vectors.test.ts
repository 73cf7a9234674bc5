import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type PageFormat, parsePage } from "./index.ts";
import { type Entry, scan, testdata, testvectors } from "./pages.testing.ts";

interface PageVector {
  readonly format: PageFormat;
  readonly page?: string;
  readonly base64?: string;
  readonly error?: string;
  readonly entries: readonly VectorEntry[];
}
type VectorEntry =
  | { kind: "help" | "type" | "unit"; name: string; text: string }
  | { kind: "series"; bits: string; labels: [string, string][]; timestamp?: number; exemplar?: object };

/** Where we do not judge as Prometheus does, which takes these pages by accident. */
const REFUSED_ONLY_HERE = new Map([
  ["openmetrics foo 1 1e30\n# EOF", "a time beyond int64: Prometheus takes the least int64"],
  ["openmetrics foo 1 1e19\n# EOF", "the same"],
  ["openmetrics foo 1 9223372036854775.807\n# EOF", "the same"],
  ["text eyL/In0gMQo=", "a name that is not UTF-8, which Prometheus refuses a step later"],
  ["text Zm9veyL/Ij0ieCJ9IDEK", "the same"],
]);
/** There, blanks before a name belong to it, a NUL in a comment ends the page, and a quoted name in metadata keeps its escapes. */
const READ_DIFFERENTLY = ["text   foo 1\n", "text #\0b\nfoo 1\n", 'text # TYPE "foo\\"x" counter\n'];

const sorted = (pairs: readonly (readonly string[])[]): string[] => pairs.map((pair) => pair.join("=")).sort();
const plain = (entry: Entry): unknown => {
  if (entry.kind === "type") return { ...entry, text: entry.text === "untyped" ? "unknown" : entry.text };
  if (entry.kind !== "series") return entry;
  const { name, labels, ...rest } = entry;
  return { ...rest, labels: sorted([["__name__", name], ...labels]) };
};
const expected = (entry: VectorEntry): unknown => {
  if (entry.kind !== "series") return entry;
  const { bits, labels, timestamp, exemplar } = entry;
  const times = timestamp !== undefined && { timestamp };
  return { kind: "series", bits, ...times, ...(exemplar && { exemplar }), labels: sorted(labels) };
};

describe("pages that Prometheus has judged", () => {
  for (const vector of testvectors<PageVector[]>("pages.json")) {
    const id = `${vector.format} ${vector.page ?? vector.base64}`;
    const bytes = vector.base64 === undefined ? undefined : Buffer.from(vector.base64, "base64");
    const { entries, error } = scan(bytes ?? vector.page!, vector.format);
    test(JSON.stringify(id), () => {
      if (READ_DIFFERENTLY.includes(id)) {
        expect(entries).toHaveLength(1);
      } else if (REFUSED_ONLY_HERE.has(id)) {
        expect([vector.error, error]).toEqual([undefined, expect.any(String)]);
      } else {
        expect(error === undefined).toBe(vector.error === undefined);
        if (error === undefined) expect(entries.map(plain)).toEqual(vector.entries.map(expected));
      }
    });
  }
});

test("most errors read as Prometheus words them", () => {
  const refused = testvectors<PageVector[]>("pages.json").filter(
    ({ page, error }) => page !== undefined && error !== undefined,
  );
  const same = refused.filter(({ page, format, error }) => scan(page!, format).error === error);
  expect(same.length / refused.length).toBeGreaterThan(0.7);
});

describe("the OpenMetrics cases", () => {
  const verdicts = testvectors<{ case: string; error?: string }[]>("openmetrics.json");
  test("all are judged", () => {
    const folders = readdirSync(new URL("../testdata/openmetrics", import.meta.url)).filter(
      (name) => name !== "LICENSE",
    );
    expect(verdicts.map((verdict) => verdict.case)).toEqual(folders.sort());
  });
  for (const { case: name, error } of verdicts) {
    test(name, () => {
      const page = testdata(`openmetrics/${name}/metrics`);
      const { shouldParse } = JSON.parse(new TextDecoder().decode(testdata(`openmetrics/${name}/test.json`)));
      const own = scan(page, "openmetrics").error;
      // A scraper is more lenient than a validator, and exactly as lenient as Prometheus.
      expect(own === undefined).toBe(error === undefined);
      if (shouldParse) expect(own).toBeUndefined();
    });
  }
  test("what a scraper takes although it is bad", () => {
    const bad = verdicts.filter((verdict) => verdict.case.startsWith("bad_"));
    const taken = bad.filter(
      ({ case: name }) => scan(testdata(`openmetrics/${name}/metrics`), "openmetrics").error === undefined,
    );
    expect([bad.length, taken.length]).toEqual([108, 52]);
    expect(taken.map((verdict) => verdict.case)).toMatchSnapshot();
  });
});

describe("sample pages", () => {
  const check = (file: string, format: PageFormat, families: number, samples: number, exemplars: number): void => {
    const page = parsePage(testdata(`pages/${file}`), format);
    const all = page.flatMap((family) => family.samples);
    const withExemplar = all.filter((sample) => sample.exemplar !== undefined);
    expect([page.length, all.length, withExemplar.length]).toEqual([families, samples, exemplars]);
  };
  test("of every type", () => {
    check("alltypes.237mfs.prom.txt", "text", 237, 1857, 0);
    check("alltypes.237mfs.nometa.prom.txt", "text", 268, 1857, 0);
    check("alltypes.5mfs.om.txt", "openmetrics", 5, 53, 6);
    check("1histogram.om.txt", "openmetrics", 1, 42, 0);
  });
});

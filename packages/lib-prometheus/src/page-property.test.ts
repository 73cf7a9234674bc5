import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { END, formatFloat, formatFloatG, type LabelPairs, type PageFormat, PageScanner, SERIES } from "./index.ts";
import { bitsOf, type Entry, entryAt, scan, testdata } from "./pages.testing.ts";
import { Refused, referenceEntries } from "./reference.testing.ts";

const text = fc
  .string({ unit: "binary", maxLength: 12 })
  .filter((value) => value.isWellFormed() && !value.includes("\0"));
const bareName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);
const value = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 2 ** 53 + 2),
);
const number = value.chain((it) =>
  fc
    .constantFrom(
      formatFloat(it),
      formatFloatG(it),
      Number.isFinite(it) && !Object.is(it, -0) ? `${it}` : formatFloatG(it),
    )
    .map((shown) => ({ value: it, shown })),
);
const label = fc.tuple(fc.oneof(bareName, text), text);

const escapeAll = (it: string): string => it.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
const quoted = (it: string): string => `"${escapeAll(it)}"`;
const isBare = (name: string): boolean => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
const showLabels = (labels: LabelPairs): string =>
  labels.map(([name, it]) => `${isBare(name) ? name : quoted(name)}=${quoted(it)}`).join(",");

interface Line {
  readonly shown: string;
  readonly entry: Entry;
}
const sample = (format: PageFormat): fc.Arbitrary<Line> =>
  fc
    .record({
      name: fc.oneof(
        bareName,
        text.filter((it) => it !== ""),
      ),
      labels: fc.array(label, { maxLength: 4 }),
      number,
      time: fc.option(fc.integer({ min: 0, max: 2 ** 46 }), { nil: undefined }),
      exemplar: fc.option(fc.tuple(fc.array(label, { maxLength: 2 }), number), { nil: undefined }),
      blank: format === "text" ? fc.constantFrom(" ", "  ", "\t ") : fc.constant(" "),
    })
    .map(({ name, labels, number: { value: it, shown }, time, exemplar, blank }) => {
      const inner = showLabels(labels as LabelPairs);
      const head = isBare(name)
        ? inner === ""
          ? name
          : `${name}{${inner}}`
        : `{${quoted(name)}${inner && `,${inner}`}}`;
      const shownTime = time === undefined ? "" : blank + (format === "text" ? time : formatFloat(time / 1000));
      const entry: Entry = {
        kind: "series",
        name,
        labels: labels as LabelPairs,
        bits: bitsOf(it),
        ...(time !== undefined && { timestamp: format === "text" ? time : Math.trunc((time / 1000) * 1000) }),
      };
      if (format === "text" || exemplar === undefined) return { shown: head + blank + shown + shownTime, entry };
      const [pairs, example] = exemplar as [LabelPairs, { value: number; shown: string }];
      const shownExemplar = ` # {${showLabels(pairs)}} ${example.shown}`;
      return {
        shown: head + blank + shown + shownTime + shownExemplar,
        entry: { ...entry, exemplar: { labels: pairs, bits: bitsOf(example.value) } },
      };
    });
const help = (format: PageFormat): fc.Arbitrary<Line> =>
  fc
    .tuple(
      bareName,
      text.filter((it) => !/^[ \t]*$/.test(it)),
    )
    .map(([name, it]) => {
      const shown = it.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
      const escaped = format === "text" ? shown : shown.replaceAll('"', '\\"');
      return { shown: `# HELP ${name} ${escaped}`, entry: { kind: "help", name, text: it } };
    });
const page = (format: PageFormat): fc.Arbitrary<{ shown: string; entries: Entry[] }> =>
  fc.array(fc.oneof({ weight: 4, arbitrary: sample(format) }, help(format)), { maxLength: 8 }).map((lines) => ({
    shown: lines.map((line) => `${line.shown}\n`).join("") + (format === "text" ? "" : "# EOF\n"),
    entries: lines.map((line) => line.entry),
  }));

const reference = (it: string, format: PageFormat): Entry[] | undefined => {
  try {
    return referenceEntries(it, format);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
};
/** The scanner and the reference agree on any text. */
const agree = (it: string, format: PageFormat): void => {
  const { entries, error } = scan(it, format);
  expect(error === undefined ? entries : undefined, JSON.stringify(it) + error).toEqual(reference(it, format));
};

describe.each(["text", "openmetrics"] satisfies PageFormat[])("%s", (format) => {
  test("what is written is read", () => {
    fc.assert(
      fc.property(page(format), ({ shown, entries }) => {
        expect(scan(shown, format)).toEqual({ entries });
        expect(reference(shown, format)).toEqual(entries);
      }),
      { numRuns: 400 },
    );
  });

  test("a page is read alike with its lines predicted", () => {
    fc.assert(
      fc.property(page(format), page(format), ({ shown, entries }, other) => {
        const bytes = new TextEncoder().encode(shown);
        const known = new TextEncoder().encode(other.shown + shown);
        const ranges = seriesOf(other.shown + (format === "text" ? "" : ""), format).concat(
          seriesOf(shown, format).map(([from, to]) => [
            from + known.length - bytes.length,
            to + known.length - bytes.length,
          ]),
        );
        const scanner = new PageScanner(format);
        scanner.reset(bytes, bytes.length);
        const read: Entry[] = [];
        for (;;) {
          const hit = ranges.some(([from, to]) => scanner.tryKnown(known, from, to));
          const kind = hit ? SERIES : scanner.next();
          if (kind === END) break;
          read.push(entryAt(scanner, kind, bytes, format));
        }
        expect(read).toEqual(entries);
      }),
      { numRuns: 200 },
    );
  });

  test("mutated pages give entries or ParseError, as the reference says", () => {
    const alphabet = fc.constantFrom(
      ...'{}"\\=, \n\t#0123456789.eE+-naif_:abZ\0\r'.split(""),
      "# EOF",
      "# HELP ",
      "é",
      " # {",
    );
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(3),
      insert: fc.array(alphabet, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(page(format), fc.array(edit, { minLength: 1, maxLength: 4 }), ({ shown }, edits) => {
        let it = shown;
        for (const { at, cut, insert } of edits) {
          const place = Math.floor(at * it.length);
          it = it.slice(0, place) + insert.join("") + it.slice(place + cut);
        }
        if (it.isWellFormed()) agree(it, format);
      }),
      { numRuns: 1500 },
    );
  });

  test("any bytes give entries or ParseError", () => {
    const sources = ["1histogram.om.txt", "alltypes.5mfs.om.txt"].map((file) => testdata(`pages/${file}`));
    const edits = fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...sources), edits, (source, changes) => {
        const bytes = Uint8Array.from(source);
        for (const [at, byte] of changes) bytes[at] = byte;
        scan(bytes, format);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void scan(bytes, format)),
      { numRuns: 1000 },
    );
  });
});

function seriesOf(shown: string, format: PageFormat): [number, number][] {
  const bytes = new TextEncoder().encode(shown);
  const scanner = new PageScanner(format);
  scanner.reset(bytes, bytes.length);
  const ranges: [number, number][] = [];
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    if (kind === SERIES) ranges.push([scanner.seriesFrom, scanner.seriesTo]);
  }
  return ranges;
}

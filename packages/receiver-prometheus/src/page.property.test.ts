import type { MetricsPart } from "@sluice/data";
import fc from "fast-check";
import { expect, test } from "vitest";
import { identitiesOf, read, targetPage } from "./page.testing.ts";
import type { PageResult } from "./page.ts";
import { change, type PlainPage, readPlain, startModel, textOf } from "./plain-page.testing.ts";

const step = fc.record({ kind: fc.nat(12), a: fc.nat(50), b: fc.nat(50) });
const rounds = fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1, maxLength: 12 });

const tables = [
  { name: "", slack: 1024 },
  { name: ", with tables renewed at every page", slack: Number.NEGATIVE_INFINITY },
];
test.each(tables)("random pages in random order of change mean what they mean to a plain reader$name", ({ slack }) => {
  fc.assert(
    fc.property(rounds, (changes) => {
      const page = targetPage({ slack });
      const model = startModel();
      let former: PlainPage = new Map();
      changes.forEach((steps, round) => {
        for (const { kind, a, b } of steps) change(model, kind, a, b);
        const text = textOf(model, round);
        const { samples, duplicates, scraped } = readPlain(text);
        const result = read(page, text, round + 1);
        expect(page.scraped).toBe(scraped);
        expect(result.duplicates).toBe(duplicates);
        checkParts(result.parts, samples, former);
        former = samples;
      });
    }),
    { numRuns: 120 },
  );
});

/** What the parts say is what the page says, and stale is what the page before said and this one does not. */
function checkParts(parts: readonly MetricsPart[], samples: PlainPage, former: PlainPage): void {
  const values = new Map<string, number>();
  const stale = new Set<string>();
  for (const part of parts) {
    for (const { identity, value } of identitiesOf(part)) {
      if (value === "stale") {
        expect(stale, `${identity} stale twice`).not.toContain(identity);
        expect(values.size, "stale markers come first").toBe(0);
        stale.add(identity);
      } else {
        expect(values.has(identity), `${identity} twice`).toBe(false);
        values.set(identity, value);
      }
    }
  }
  expect(sorted(values)).toEqual(sorted(samples));
  const gone = [...former.keys()].filter((identity) => !samples.has(identity));
  expect([...stale].sort()).toEqual(gone.sort());
}
function sorted(map: ReadonlyMap<string, number>): [string, number][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

test("the same points give the same layout, whatever the order of the page", () => {
  fc.assert(
    fc.property(rounds, fc.nat(100), (changes, seed) => {
      const page = targetPage();
      const model = startModel();
      for (const { kind, a, b } of changes.flat()) if (kind !== 10) change(model, kind, a, b);
      const before = read(page, textOf(model, 0), 1);
      const again = read(page, textOf(model, 1), 2);
      expectSame(again, before);
      for (const block of model.blocks) if (block.typeAfter === 0 && seed % 2 === 0) block.lines.reverse();
      const reversed = read(page, textOf(model, 2), 3);
      expectSame(reversed, before);
    }),
    { numRuns: 100 },
  );
});
function expectSame(a: PageResult, b: PageResult): void {
  expect(a.parts).toHaveLength(b.parts.length);
  expect(a.parts.every(({ layout }, index) => layout === b.parts[index]!.layout)).toBe(true);
}

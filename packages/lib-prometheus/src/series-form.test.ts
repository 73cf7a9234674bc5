import fc from "fast-check";
import { expect, test } from "vitest";
import { labelNames, parseSeries, SeriesForm } from "./index.ts";

const encoder = new TextEncoder();
const bytesOf = (text: string): Uint8Array => encoder.encode(`m${text} 1\n`);

/** Reads label texts by the form of the first one: each one's values, or that it is not of the form. */
function check(texts: readonly string[], expected: readonly (readonly string[] | "other" | "no form")[]): void {
  const first = bytesOf(texts[0]!);
  const names = labelNames(first, 1, 1 + texts[0]!.length);
  if (names === undefined) {
    expect(expected).toEqual(["no form"]);
    return;
  }
  const form = new SeriesForm(names, first, 1, 1 + texts[0]!.length, (name) => name === "fixed");
  const found = texts.map((text) => {
    const bytes = bytesOf(text);
    return form.read(bytes, 1, bytes.length - 3) ? names.map((_, label) => form.value(label)) : "other";
  });
  expect(found).toEqual(expected);
}

test("labels are read by the form of those before", () => {
  check(['{a="1",b="2"}', '{a="1",b="345"}', '{a="12",b="345"}'], [["1", "2"], ["1", "345"], ["12", "345"]]); // biome-ignore format: one line a case
  check(['{a="123"}', '{a="12"}', '{a="1234"}'], [["123"], ["12"], ["1234"]]);
  check(['{a="1"}', '{a="2",}', '{a="3"}'], [["1"], ["2"], ["3"]]);
  check(["", ""], [[], []]);
  check(["", '{a="1"}'], [[], "other"]);
});

test("what is written otherwise is of another form, and leaves no trace", () => {
  check(['{a="1"}', '{b="1"}', '{a="1",b="2"}', '{a="1"'], [["1"], "other", "other", "other"]);
  check(['{a="1"}', '{ab="1"}', "{}", "", '{a="2"}'], [["1"], "other", "other", "other", ["2"]]);
  check(['{a="1",b="2"}', '{a="3"}', '{a="1",b="4"}'], [["1", "2"], "other", ["1", "4"]]);
  check(['{a="1"}', '{a=""}', '{a="\\""}', '{a="é"}', '{a="1" }'], [["1"], "other", "other", "other", "other"]);
  check(['{fixed="1",b="2"}', '{fixed="2",b="2"}', '{fixed="1",b="3"}'], [["1", "2"], "other", ["1", "3"]]);
});

test("what has no form", () => {
  for (const text of ["{}", '{a=""}', '{a="\\n"}', '{a="é"}', '{a="1",a="2"}', '{"a"="1"}', '{a ="1"}', '{ a="1"}']) {
    check([text], ["no form"]);
  }
});

test("forms give what the plain parser gives", () => {
  const value = fc.stringMatching(/^[a-c]{0,4}[\\"é]?$/).map((text) => text.replace(/[\\"]/, "\\$&"));
  const series = fc.array(fc.tuple(fc.constantFrom("a", "bb", "c"), value), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(series, { minLength: 1, maxLength: 12 }), (all) => {
      const forms: SeriesForm[] = [];
      for (const pairs of all) {
        const text = pairs.length === 0 ? "" : `{${pairs.map(([name, of]) => `${name}="${of}"`).join(",")}}`;
        const bytes = bytesOf(text);
        const to = bytes.length - 3;
        const plain = parseSeries(bytes, 0, to).labels;
        const known = forms.find((form) => form.read(bytes, 1, to));
        const names = labelNames(bytes, 1, to);
        const form = known ?? (names && new SeriesForm(names, bytes, 1, to, () => false));
        if (form === undefined) continue;
        if (known === undefined) forms.push(form);
        expect(form.names.map((name, label) => [name, form.value(label)])).toEqual(plain);
      }
    }),
    { numRuns: 500 },
  );
});

test("says which series brought a value, and compares values of two forms", () => {
  const [first, second] = [bytesOf('{a="1",b="2"}'), bytesOf('{a="1",b="3"}')];
  const form = new SeriesForm(["a", "b"], first, 1, first.length - 3, () => false);
  form.read(second, 1, second.length - 3);
  expect([form.series, ...form.changedAt]).toEqual([2, 1, 2]);
  const other = new SeriesForm(["b", "c"], bytesOf('{b="3",c="31"}'), 1, 15, () => false);
  expect(form.hasValueOf(1, other, 0)).toBe(true);
  expect(form.hasValueOf(1, other, 1)).toBe(false);
  expect(form.hasValueOf(0, other, 0)).toBe(false);
});

test("the page that it was made of stays as it is, also as a Buffer", () => {
  const page = Buffer.from('{a="1"}{a="2"}');
  const form = new SeriesForm(["a"], page, 0, 7, () => false);
  expect(form.read(page, 7, 14)).toBe(true);
  expect(form.value(0)).toBe("2");
  expect(page.toString()).toBe('{a="1"}{a="2"}');
});

import { compileRelabel, type RelabelRule } from "@sluice/lib-prometheus";
import fc from "fast-check";
import { expect, test } from "vitest";
import { targetPage } from "./page.testing.ts";
import type { PageResult } from "./page.ts";
import type { SeriesRules } from "./series.ts";

const encoder = new TextEncoder();
const families = ["# TYPE h histogram\n", "# TYPE s summary\n", "# TYPE c_total counter\n", "# TYPE g gauge\n", ""];
const names = ["h_bucket", "h_sum", "h_count", "h", "s", "s_sum", "s_count", "c_total", "g", "x", "target_info"];
const labelNames = ["a", "b", "c", "le", "quantile", "job", "instance", "pod", "ns", "otel_scope_name", "exported_job"];
const values = ["1", "2", "0.5", "1.0", "1e-1", "+Inf", "v", "w", "longer than the others", "", "é", '\\"', "\\n"];

const label = fc.tuple(fc.nat(labelNames.length - 1), fc.nat(40));
const labels = fc.uniqueArray(label, { maxLength: 4, selector: ([name]) => name });
/** Mostly plain: the odd ways to write a series come seldom. */
const series = fc.record({ name: fc.nat(names.length - 1), labels, style: fc.nat(19), twice: fc.nat(60) });
/** Lines come in runs of one form, each with some values of its own. */
const run = fc.record({ series, changes: fc.array(fc.tuple(fc.nat(3), fc.nat(40)), { maxLength: 6 }) });
const page = fc.record({ families: fc.subarray(families), runs: fc.array(run, { maxLength: 8 }) });

type Series = typeof series extends fc.Arbitrary<infer T> ? T : never;

function pickedValue(at: number): string {
  // The odd ones stand at the end.
  return values[at % (at % 7 === 0 ? values.length : 9)]!;
}

function seriesText({ name, labels: own, style, twice }: Series): string {
  const pairs = own.map(([label, value]) => `${labelNames[label]}="${pickedValue(value)}"`);
  if (twice === 0 && pairs.length > 0) pairs.push(pairs[0]!);
  const text = names[name]!;
  if (pairs.length === 0) return style === 0 ? `${text}{}` : text;
  if (style === 0) return `${text} { ${pairs.join(" , ")} }`;
  if (style === 1) return `{"${text}",${pairs.join(",")}}`;
  return `${text}{${pairs.join(",")}${style === 2 ? "," : ""}}`;
}

function textOf({ families: shown, runs }: typeof page extends fc.Arbitrary<infer T> ? T : never): string {
  const lines = runs.flatMap(({ series: first, changes }) => {
    const all = [first];
    for (const [at, value] of changes) {
      all.push({ ...first, labels: first.labels.map(([name, old], index) => [name, index === at ? value : old]) });
    }
    const last = all.at(-1)!;
    // The last one once more, written otherwise.
    if (first.twice < 20) all.push({ ...last, labels: last.labels.toReversed(), style: first.twice % 3 });
    return all;
  });
  return `${shown.join("")}${lines.map((line, at) => `${seriesText(line)} ${at}\n`).join("")}`;
}

const rule = (own: Partial<RelabelRule>): RelabelRule => ({
  source_labels: [],
  separator: ";",
  regex: "(.*)",
  modulus: 0,
  target_label: "",
  replacement: "$1",
  action: "replace",
  ...own,
});
const rules = [
  rule({ source_labels: ["__name__"], regex: "g|s_sum", action: "drop" }),
  rule({ source_labels: ["a", "b"], target_label: "ab" }),
  rule({ source_labels: ["a"], regex: "(1|v)", target_label: "a", replacement: "" }),
  rule({ source_labels: ["b"], regex: "w", target_label: "__name__", replacement: "x" }),
  rule({ regex: "c|ab", action: "labeldrop" }),
  rule({ source_labels: ["a"], target_label: "b", action: "dropequal" }),
  rule({ source_labels: ["le"], regex: "1.0", action: "drop" }),
  rule({ regex: "(p.*)", replacement: "my_$1", action: "labelmap" }),
  rule({ source_labels: ["my_pod", "pod"], target_label: "pods" }),
  rule({ source_labels: ["c"], target_label: "h", modulus: 7, action: "hashmod" }),
  rule({ source_labels: ["c"], regex: "v", target_label: "job" }),
];
const settings = fc.record({
  rules: fc.subarray(rules, { maxLength: 4 }),
  honorLabels: fc.boolean(),
  external: fc.subarray([
    ["b", "outer"],
    ["a", ""],
    ["z", "1"],
  ] as const),
  limit: fc.constantFrom(0, 0, 0, 4),
  pod: fc.boolean(),
});

/** All that a page gives, in words. */
function told({ parts, duplicates }: PageResult): unknown {
  const said = parts.map(({ layout: { catalog, ids, at }, rows, slots, states }) => ({
    resource: catalog.resource,
    points: Array.from(ids, (id) => [catalog.metric(id), catalog.shape(id), catalog.attributes(id)]),
    numbers: [at, rows, slots, states],
  }));
  return { said, duplicates };
}

test("series read by the recipe of their form are what they are when read the plain way", () => {
  const counts = { byRecipe: 0, plain: 0 };
  fc.assert(
    fc.property(fc.array(page, { minLength: 1, maxLength: 4 }), settings, (pages, chosen) => {
      const relabel = compileRelabel(chosen.rules);
      const common: Partial<SeriesRules> = {
        honorLabels: chosen.honorLabels,
        externalLabels: new Map(chosen.external),
        limits: { label_limit: 0, label_name_length_limit: 0, label_value_length_limit: chosen.limit * 3 },
        targetLabels: new Map([
          ["job", "test"],
          ["instance", "target:80"],
          ...(chosen.pod ? [["pod", "mine"] as const] : []),
        ]),
      };
      const fast = targetPage({ rules: { ...common, relabel } });
      const plain = targetPage({ rules: { ...common, relabel: (labels) => relabel(labels) } });
      pages.forEach((shown, round) => {
        const bytes = encoder.encode(textOf(shown));
        const read = (target: typeof fast): unknown => {
          try {
            const result = target.read(bytes, bytes.length, "text", round + 1);
            target.taken();
            return told(result);
          } catch (error) {
            target.fail(round + 1);
            target.taken();
            return String(error);
          }
        };
        const expected = read(plain);
        expect(read(fast)).toEqual(expected);
        counts[typeof expected === "string" ? "plain" : "byRecipe"]++;
      });
    }),
    { numRuns: 500 },
  );
  // Most pages are read to their end.
  expect(counts.byRecipe).toBeGreaterThan(counts.plain);
});

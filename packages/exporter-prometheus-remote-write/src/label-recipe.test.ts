import type { AttributeValue, Metric } from "@sluice/data";
import {
  compareText,
  metricName,
  pointLabels,
  resourceLabels,
  type Strategy,
  sortedLabels,
} from "@sluice/lib-prometheus";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Bytes, writeSeriesHead } from "./label-bytes.ts";
import { LabelRecipe } from "./label-recipe.ts";
import type { Naming } from "./naming.ts";
import type { SeriesPlan } from "./series-labels.ts";

const key = fc.constantFrom(
  "a",
  "a.b",
  "a_b",
  "Z",
  "le",
  "__name__",
  "job",
  "host.name",
  "é",
  "_",
  "zone",
  "otel_scope_x",
);
const text = fc.constantFrom("", "1", "two", "é", "x".repeat(200));
const value: fc.Arbitrary<AttributeValue> = fc.oneof(text, text, fc.constantFrom(true, 7, null, ["x", 1]));
const attributes = fc.array(fc.record({ key, value }), { maxLength: 6 });
const scope = fc.record({
  name: text,
  version: text,
  schemaUrl: fc.constantFrom("", "url"),
  attributes: fc.array(fc.record({ key, value }), { maxLength: 2 }),
  droppedAttributes: fc.constant(0),
});
const naming: fc.Arbitrary<Naming> = fc.record({
  strategy: fc.constantFrom<Strategy>("suffixes", "no-suffixes", "utf8-suffixes", "verbatim"),
  namespace: fc.constantFrom("", "ns"),
  externalLabels: fc.constantFrom([], [["a_b", "outer"] as const, ["zz", ""] as const]),
  isConstantLabel: fc.constantFrom(
    () => false,
    () => true,
  ),
  scopeLabels: fc.boolean(),
  targetInfo: fc.constant(false),
});
const plan = (suffix: string, extra?: readonly [string, string]): SeriesPlan => ({
  slot: 0,
  exemplars: 0,
  suffix,
  extra,
});
const plans = [
  [plan("")],
  [plan("_bucket", ["le", "0.5"]), plan("_bucket", ["le", "+Inf"]), plan("_sum"), plan("_count")],
  [plan("", ["quantile", "0.9"]), plan("_sum")],
];

/** The definition: labels sorted, one more put in its place. */
function plainSeries(
  metric: Metric,
  own: Parameters<typeof pointLabels>[1],
  resource: ReturnType<typeof resourceLabels>,
  of: Naming,
  series: readonly SeriesPlan[],
): Uint8Array[] | string {
  const base = metricName(metric, of.namespace, of.strategy);
  if (base === undefined) return "invalid_name";
  const labels = pointLabels(metric, own, resource, of);
  if (labels === undefined) return "invalid_label";
  return series.map(({ suffix, extra }) => {
    const all = new Map(sortedLabels(labels));
    all.set("__name__", base + suffix);
    if (extra !== undefined) all.set(extra[0], extra[1]);
    const out = new Bytes(16);
    writeSeriesHead(
      out,
      [...all].sort(([a], [b]) => compareText(a, b)),
    );
    return out.bytes.slice(0, out.at);
  });
}

test("series written by a recipe are what they are by definition", () => {
  const point = fc.record({
    attributes,
    metric: fc.constantFrom("m", "http.requests", "", "é"),
    plan: fc.constantFrom(...plans),
    unlike: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 6 }), attributes, scope, naming, (points, own, from, of) => {
      const resource = resourceLabels({ attributes: own, droppedAttributes: 0, schemaUrl: "" }, of);
      let recipe: LabelRecipe | undefined;
      const out = new Bytes(16);
      for (const { attributes: given, metric: name, plan: series, unlike } of points) {
        // Often the keys of the one before.
        const values = unlike ? given : given.map((one, at) => ({ ...one, key: recipe?.keys[at] ?? one.key }));
        if (recipe?.fits(from, values) !== true) {
          recipe = new LabelRecipe(from, values.map((one) => one.key), resource, of); // biome-ignore format: short
        }
        const metric: Metric = { name, kind: "gauge", monotonic: false, temporality: "none", unit: "", help: "", metadata: [], scope: from }; // biome-ignore format: a table
        const places: number[] = [];
        out.at = 0;
        const refusal = recipe.write(metric, values, series, out, places);
        const written = series.map((_, k) => out.bytes.slice(places[k]!, places[k + 1]!));
        expect(refusal ?? written).toEqual(plainSeries(metric, values, resource, of, series));
      }
    }),
    { numRuns: 500 },
  );
});

test("a recipe holds for its keys in their order, and its scope", () => {
  const ofScope = { name: "s", version: "", schemaUrl: "", attributes: [], droppedAttributes: 0 };
  const of: Naming = { strategy: "suffixes", namespace: "", externalLabels: [], isConstantLabel: () => false, scopeLabels: true, targetInfo: false }; // biome-ignore format: a table
  const resource = resourceLabels({ attributes: [], droppedAttributes: 0, schemaUrl: "" }, of);
  const recipe = new LabelRecipe(ofScope, ["a", "b"], resource, of);
  const check = (keys: readonly string[], expected: boolean, under = ofScope): void =>
    expect(recipe.fits(under, keys.map((one) => ({ key: one, value: "v" })))).toBe(expected); // biome-ignore format: short
  check(["a", "b"], true);
  check(["b", "a"], false);
  check(["a"], false);
  check(["a", "b", "c"], false);
  check(["a", "b"], false, { ...ofScope });
});

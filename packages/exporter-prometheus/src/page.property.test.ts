import { type BatchOf, batchOf, type ExponentialPoint } from "@sluice/data";
import { parsePage } from "@sluice/lib-prometheus";
import { arbitraryMetricsBatch, configOf, metricsBatch, type PointSpec } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Config, namingOf } from "./config.ts";
import { openMetrics, protobuf, setUp } from "./exporter.testing.ts";
import exporter from "./index.ts";
import { createPlainPage } from "./plain-page.testing.ts";
import { strictProblem } from "./strict.testing.ts";

const yaml = "translation_strategy: NoTranslation\nenable_open_metrics: true";

/** Hands the batches over; after each the page must be the plain one's, and one that every reader takes. */
async function compare(settings: string, batches: readonly BatchOf<"metrics">[]): Promise<void> {
  const { consume, page, bytes, account, value } = await setUp(settings);
  const config = await configOf<Config>(exporter, `endpoint: localhost:8889\n${settings}`);
  const plain = createPlainPage({ ...namingOf(config), targetInfo: false });
  for (const batch of batches) {
    await consume(batch);
    plain.take(batch);
    const text = await page("text/plain;escaping=allow-utf-8");
    expect(withoutInfo(text)).toBe(plain.text());
    parsePage(text, "text");
    for (const escaping of ["allow-utf-8", "underscores", "dots", "values"]) {
      expect(strictProblem(await page(`${openMetrics};escaping=${escaping}`))).toBeUndefined();
    }
    await bytes(protobuf);
    account();
    expect(value("sluice_exporter_prometheus_series_bytes")).toBeGreaterThanOrEqual(0);
  }
}
const withoutInfo = (page: string) => page.replace(/^.*target_info.*\n/gm, "");

test("random batches make the page that they make the plain way", { timeout: 30_000 }, async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(yaml, "enable_open_metrics: true\nwithout_scope_info: true"),
    fc.array(arbitraryMetricsBatch(), { minLength: 1, maxLength: 2 }),
    compare,
  );
  await fc.assert(property, { numRuns: 30 });
});

const count = fc.nat({ max: 5 });
const exponential = fc.record({
  scale: fc.integer({ min: -6, max: 3 }),
  count,
  sum: fc.option(fc.nat(9), { nil: undefined }),
  zeroCount: count,
  zeroThreshold: fc.constant(0),
  positive: fc.record({
    offset: fc.constantFrom(-3, 0, 7, 5000),
    counts: fc.array(count, { maxLength: 3 }).map((counts) => Float64Array.from(counts)),
  }),
  negative: fc.constant({ offset: 0, counts: new Float64Array(0) }),
  min: fc.constant(undefined),
  max: fc.constant(undefined),
}) satisfies fc.Arbitrary<ExponentialPoint>;

/** Few names and few labels, so that series meet. */
const point: fc.Arbitrary<PointSpec> = fc
  .record({
    name: fc.constantFrom("a", "a.total", "a_total", "a_count", "b", "a_bucket"),
    attributes: fc.constantFrom({}, { x: 1 }, { "x.": 1 }, { x: "1", y: "2" }),
    help: fc.constantFrom("", "help"),
    stale: fc.boolean(),
    form: fc.oneof(
      fc.record({ value: count }),
      fc.record({
        value: count,
        kind: fc.constant("sum" as const),
        temporality: fc.constantFrom("delta" as const, "cumulative" as const),
        monotonic: fc.boolean(),
      }),
      fc.record({
        histogram: fc
          .tuple(fc.constantFrom([], [1], [2]), fc.array(count, { minLength: 2, maxLength: 2 }))
          .map(([bounds, [a, b]]) => ({ bounds, counts: bounds.length === 0 ? [a!] : [a!, b!], sum: 1 })),
        temporality: fc.constantFrom("delta" as const, "cumulative" as const),
      }),
      fc.record({ exponential, temporality: fc.constantFrom("delta" as const, "cumulative" as const) }),
    ),
  })
  .map(({ form, stale, ...rest }) => ({ ...rest, ...form, stale: stale && !("exponential" in form) }));

const busy = fc
  .record({
    points: fc.array(point, { maxLength: 6 }),
    timeMs: fc.integer({ min: 1, max: 6 }),
    startMs: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
    resource: fc.constantFrom({}, { "service.name": "s" }, { "service.name": "s", host: "h" }),
  })
  .map(({ points, timeMs, startMs, resource }) =>
    metricsBatch(points, { timeMs, resource, ...(startMs !== undefined && { startMs }) }),
  );

test("so do batches whose series meet", { timeout: 30_000 }, async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(yaml, "enable_open_metrics: true"),
    fc.array(busy, { minLength: 2, maxLength: 8 }),
    // Some batches come twice, so that ids are known already.
    (settings, batches) =>
      compare(settings, [
        ...batches,
        batchOf(
          "metrics",
          batches.flatMap(({ parts }) => parts),
        ),
        batches[0]!,
      ]),
  );
  await fc.assert(property, { numRuns: 30 });
});

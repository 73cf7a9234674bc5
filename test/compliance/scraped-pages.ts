/** Random pages of a target from scrape to scrape, in OpenMetrics or protobuf. */
import type { PageExemplar, PageFamily, PageHistogram, PageMetric } from "@sluice/lib-prometheus";
import fc from "fast-check";

/** What a target shows, page by page; undefined = it fails. */
export interface Model {
  readonly protobuf: boolean;
  readonly custom: boolean;
  readonly pages: readonly (readonly PageFamily[] | undefined)[];
}

const NOW = 1_700_000_000_000;
const number = fc.oneof(
  fc.constantFrom(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300),
  fc.double(),
  fc.nat(),
);
const count = fc.nat(100);
const labels = fc.constantFrom<Record<string, string>>(
  {},
  { a: "1" },
  { a: "2", b: 'ü"\\\n' },
  { otel_scope_name: "lib", otel_scope_version: "2", otel_scope_x: "y" },
  { job: "other", instance: "i:1" },
);
const trace = { trace_id: "0123456789abcdef0123456789abcdef", span_id: "0123456789abcdef" };
const exemplarLabels = fc.constantFrom<Record<string, string>>(trace, { x: "y" }, {});
const exemplarOf = (value: number): fc.Arbitrary<PageExemplar> =>
  exemplarLabels.map((all) => ({ labels: all, value, ms: NOW + 500 }));
const createdMs = fc.option(fc.constant(NOW - 12_000), { nil: undefined });

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}

const classic: fc.Arbitrary<PageHistogram> = fc
  .record({
    bounds: fc.subarray([0.5, 1, 2.5, 10]),
    counts: fc.array(count, { minLength: 5, maxLength: 5 }),
    sum: number,
    exemplar: fc.option(exemplarOf(0.25), { nil: undefined }),
    createdMs,
  })
  .map(({ bounds, counts, sum, exemplar, createdMs: since }) => {
    const all = [...bounds, Number.POSITIVE_INFINITY];
    const buckets = all.map((le, at) => {
      const below = counts.slice(0, at + 1).reduce((total, one) => total + one, 0);
      return { le, count: below, ...(at === 0 && exemplar !== undefined && { exemplar }) };
    });
    return defined({ buckets, count: buckets.at(-1)!.count, sum, createdMs: since }) as PageHistogram;
  });
const native: fc.Arbitrary<PageHistogram> = fc
  .record({
    first: fc.integer({ min: -20, max: 20 }),
    gap: fc.nat(5),
    counts: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 3 }),
    zeroCount: count,
    schema: fc.integer({ min: -4, max: 8 }),
    sum: number,
    createdMs,
    exemplar: fc.option(exemplarOf(3), { nil: undefined }),
  })
  .map(({ first, gap, counts: [a, b, c], zeroCount, schema, sum, createdMs: since, exemplar }) => {
    const positive = { spans: [[first, 2] as const, [gap, 1] as const], deltas: [a!, b! - a!, c! - b!] };
    const negative = { spans: [[0, 1] as const], deltas: [b!] };
    const total = a! + 2 * b! + c! + zeroCount;
    const exemplars = exemplar === undefined ? [] : [exemplar];
    const zeroThreshold = 1e-128;
    return defined({
      count: total,
      sum,
      schema,
      zeroCount,
      zeroThreshold,
      positive,
      negative,
      exemplars,
      createdMs: since,
    });
  }) as fc.Arbitrary<PageHistogram>;

const counterValue = fc
  .record({ value: count, exemplar: fc.option(exemplarOf(1), { nil: undefined }), createdMs })
  .map(defined) as fc.Arbitrary<PageMetric>;
const summary = fc.record({
  summary: fc.record({
    count,
    sum: number,
    quantiles: fc.tuple(number, number).map(([a, b]) => [[0.5, a] as const, [0.99, b] as const]),
  }),
});
const values = {
  counter: counterValue,
  gauge: fc.record({ value: number }),
  untyped: fc.record({ value: number }),
  summary,
  histogram: classic.map((histogram) => ({ histogram })),
  gaugehistogram: native.map((histogram) => ({ histogram })),
} as const satisfies Record<PageFamily["type"], fc.Arbitrary<PageMetric>>;

/** One name has one type at all times, most of the time in all pages. */
function familyOf(name: string, type: PageFamily["type"], value: fc.Arbitrary<PageMetric>): fc.Arbitrary<PageFamily> {
  const metrics = fc.uniqueArray(fc.tuple(labels, value), {
    selector: ([own]) => JSON.stringify(own),
    minLength: 1,
    maxLength: 3,
  });
  return metrics.map((all) => ({
    name,
    type,
    help: `Help of ${name}.`,
    ...(name.endsWith("_seconds") && { unit: "seconds" }),
    metrics: all.map(([own, inner]) => ({ labels: own, ...inner })),
  }));
}
const info: PageFamily = {
  name: "target_info",
  type: "gauge",
  metrics: [{ labels: { "service.x": "1", y: "z" }, value: 1 }],
};

function pageOf(protobuf: boolean): fc.Arbitrary<readonly PageFamily[]> {
  const plain = [
    familyOf(protobuf ? "c_total" : "c", "counter", values.counter),
    familyOf("g_seconds", "gauge", values.gauge),
    familyOf("u", "untyped", values.untyped),
    familyOf("s", "summary", values.summary),
    familyOf("h_seconds", "histogram", values.histogram),
    fc.constant(info),
  ];
  const more = [
    familyOf(
      "n_seconds",
      "histogram",
      native.map((histogram) => ({ histogram })),
    ),
    familyOf("gh", "gaugehistogram", values.gaugehistogram),
  ];
  const all = protobuf ? [...plain, ...more] : plain;
  return fc
    .tuple(...all.map((one) => fc.option(one, { nil: undefined, freq: 5 })))
    .map((found) => found.filter((one) => one !== undefined));
}

/** Three pages, of which one may fail. */
export const modelArbitrary: fc.Arbitrary<Model> = fc
  .record({ protobuf: fc.boolean(), custom: fc.boolean() })
  .chain(({ protobuf, custom }) =>
    fc.record({
      protobuf: fc.constant(protobuf),
      custom: fc.constant(custom),
      pages: fc.array(fc.option(pageOf(protobuf), { nil: undefined, freq: 8 }), { minLength: 3, maxLength: 3 }),
    }),
  );

const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
const float = (value: number): string =>
  Number.isNaN(value)
    ? "NaN"
    : Number.isFinite(value)
      ? Object.is(value, -0)
        ? "-0"
        : String(value)
      : value > 0
        ? "+Inf"
        : "-Inf";

/** The families as a page of OpenMetrics; native histograms have no place there. */
export function openMetricsPage(families: readonly PageFamily[]): string {
  const lines = families.flatMap(({ name, type, help, unit, metrics }) => [
    `# TYPE ${name} ${type === "untyped" ? "unknown" : type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    ...(help === undefined ? [] : [`# HELP ${name} ${help}`]),
    ...metrics.flatMap((metric) => metricLines(name, type, metric)),
  ]);
  return `${[...lines, "# EOF"].join("\n")}\n`;
}

function metricLines(name: string, type: PageFamily["type"], metric: PageMetric): string[] {
  const { value = 0, exemplar, summary: quantiles, histogram } = metric;
  const line = (suffix: string, number: number, more: Record<string, string> = {}, example?: PageExemplar): string => {
    const all = Object.entries({ ...metric.labels, ...more }).map(([key, text]) => `${quoted(key)}=${quoted(text)}`);
    const series = all.length === 0 ? `${name}${suffix}` : `${name}${suffix}{${all.join(",")}}`;
    return `${series} ${float(number)}${example === undefined ? "" : exemplarText(example)}`;
  };
  const since = metric.createdMs ?? histogram?.createdMs;
  const created = since === undefined ? [] : [line("_created", since / 1000)];
  if (type === "counter") return [line("_total", value, {}, exemplar), ...created];
  if (quantiles !== undefined) {
    const own = quantiles.quantiles.map(([quantile, at]) => line("", at, { quantile: String(quantile) }));
    return [...own, line("_sum", quantiles.sum), line("_count", quantiles.count), ...created];
  }
  if (histogram === undefined) return [line("", value)];
  const buckets = (histogram.buckets ?? []).map(({ le, count: below, exemplar: example }) =>
    line("_bucket", below, { le: float(le) }, example),
  );
  return [...buckets, line("_sum", histogram.sum!), line("_count", histogram.count!), ...created];
}
function exemplarText({ labels: own, value, ms }: PageExemplar): string {
  const pairs = Object.entries(own).map(([key, text]) => `${key}=${quoted(text)}`);
  return ` # {${pairs.join(",")}} ${float(value)}${ms === undefined ? "" : ` ${ms / 1000}`}`;
}

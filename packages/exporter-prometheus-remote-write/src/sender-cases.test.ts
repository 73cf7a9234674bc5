/**
 * What a sender of remote write is asked for, case by case; the names are those of the Prometheus project's compliance tests for
 * senders, where each is described. What those say of both versions is tried in both.
 */
import { STALE } from "@sluice/data";
import { describe, expect } from "vitest";
import { setUp } from "./exporter.testing.ts";
import {
  both,
  type Check,
  c,
  g,
  histogram,
  labelOf,
  messages,
  nameOf,
  native,
  now,
  only2,
  sent,
  summary,
  valuesOf,
} from "./sender-cases.testing.ts";

const keeps =
  (...values: number[]): Check =>
  async (version) => {
    const points = values.map((value, i) => g(value, { i: `${i}` }));
    expect(valuesOf(await sent(version, points))).toEqual(values);
  };

describe("samples", () => {
  both({
    float_value_encoding: keeps(101.13),
    integer_value_encoding: keeps(42),
    zero_value_encoding: keeps(0, -0),
    negative_value_encoding: keeps(-273.15),
    positive_infinity_encoding: keeps(Number.POSITIVE_INFINITY),
    negative_infinity_encoding: keeps(Number.NEGATIVE_INFINITY),
    nan_encoding: keeps(Number.NaN),
    large_float_values: keeps(1.7976931348623157e308),
    small_float_values: keeps(5e-324, 2.2250738585072014e-308),
    scientific_notation: keeps(1.23e10, 4.5e-10),
    precision_preservation: keeps(0.1 + 0.2, 2 ** 53 - 1),
    special_float_combinations: keeps(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0),
    job_instance_labels_present: async (version) => {
      const [series] = (await sent(version, [g(1)])).timeseries;
      expect([labelOf(series!, "job"), labelOf(series!, "instance")]).toEqual(["app", "i-1"]);
    },
    stale_marker: async (version) => {
      const { timeseries } = await sent(version, [{ ...g(1), stale: true }, { ...native }], {
        part: { states: Uint8Array.of(STALE), ragged: undefined },
      });
      const marker = timeseries.map(({ samples, histograms }) => samples[0]?.value ?? histograms[0]!.sum);
      expect(marker.map(({ high, low }) => [high, low])).toEqual([
        [0x7ff00000, 2],
        [0x7ff00000, 2],
      ]);
    },
  });
});

describe("timestamps", () => {
  const at =
    (timeMs: number): Check =>
    async (version) =>
      expect((await sent(version, [g(1)], { timeMs })).times).toEqual([timeMs]);
  both({
    timestamp_milliseconds: at(now + 123),
    zero_timestamp: at(0),
    future_timestamp: at(now + 366 * 86_400_000),
    timestamp_before_1970: at(-1),
    timestamp_ordering_within_series: async (version) => {
      const { sim, send, instance, requests } = await setUp(
        `protobuf_message: ${messages[version]}\ntarget_info: { enabled: false }`,
      );
      for (let i = 0; i < 20; i++) await send([g(i)], { timeMs: now + i });
      await sim.run(instance.shutdown!());
      expect(requests.flatMap(({ times }) => times)).toEqual(Array.from({ length: 20 }, (_, i) => now + i));
    },
  });
  only2({
    start_timestamp_before_sample_timestamp: async () => {
      const starts = async (startMs: number) =>
        (await sent("2.0", [c("c"), g(1), histogram, summary, native], { startMs })).timeseries.map(
          ({ samples, histograms }) => Number((samples[0] ?? histograms[0]!).start_timestamp),
        );
      // A gauge has none; classic histograms and summaries have it with each series.
      expect(await starts(now - 7)).toEqual([now - 7, 0, ...Array.from({ length: 9 }, () => now - 7)]);
      expect(await starts(now)).toEqual([now, 0, ...Array.from({ length: 9 }, () => now)]);
      expect(new Set(await starts(now + 1))).toEqual(new Set([0]));
    },
  });
});

describe("labels", () => {
  const text =
    (value: string): Check =>
    async (version) =>
      expect(labelOf((await sent(version, [g(1, { l: value })])).timeseries[0]!, "l")).toBe(
        value === "" ? undefined : value,
      );
  both({
    label_lexicographic_ordering: async (version) => {
      const { timeseries } = await sent(version, [g(1, { z: "1", A: "2", a: "3", _b: "4", b1: "5", b: "6" })]);
      expect(timeseries[0]!.labels.map(({ name }) => name)).toEqual([
        "A",
        "__name__",
        "_b",
        "a",
        "b",
        "b1",
        "instance",
        "job",
        "z",
      ]);
    },
    metric_name_format_valid: async (version) =>
      expect(nameOf((await sent(version, [{ ...g(1), name: "1 bad-näme" }])).timeseries[0]!)).toBe("_1_bad_n_me"),
    label_name_format_valid: async (version) =>
      expect(labelOf((await sent(version, [g(1, { "http.method": "GET" })])).timeseries[0]!, "http_method")).toBe(
        "GET",
      ),
    no_duplicate_label_names: async (version) =>
      expect(labelOf((await sent(version, [g(1, { "a.b": "1", "a-b": "2" })])).timeseries[0]!, "a_b")).toBe("2;1"),
    label_values_may_be_empty: text(""),
    reserved_label_prefix: async (version) =>
      expect(labelOf((await sent(version, [g(1, { __own__: "x" })])).timeseries[0]!, "__own__")).toBe("x"),
    unicode_in_labels: text("日本語 Ünïcode 🎉"),
    special_chars_in_label_values: text('tab\t quote" back\\slash\nnewline'),
    very_long_label_values: text("v".repeat(20_000)),
    huge_label_values: text("huge".repeat(50_000)),
    very_long_label_names: async (version) =>
      expect(labelOf((await sent(version, [g(1, { ["n".repeat(1000)]: "x" })])).timeseries[0]!, "n".repeat(1000))).toBe(
        "x",
      ),
    very_long_metric_name: async (version) =>
      expect(nameOf((await sent(version, [{ ...g(1), name: "m".repeat(5000) }])).timeseries[0]!)).toHaveLength(5000),
    many_labels_per_series: async (version) => {
      const attributes = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`label_${i}`, `${i}`]));
      expect((await sent(version, [g(1, attributes)])).timeseries[0]!.labels).toHaveLength(303);
    },
    metric_name_with_colons: async (version) =>
      expect(nameOf((await sent(version, [{ ...g(1), name: "job:m:rate5m" }])).timeseries[0]!)).toBe("job:m:rate5m"),
  });
});

describe("symbols", () => {
  const many = Array.from({ length: 200 }, (_, i) => c("requests", { attributes: { zone: `z${i % 3}`, own: `${i}` } }));
  only2({
    empty_string_at_index_zero: async () => expect((await sent("2.0", [g(1)])).symbols[0]).toBe(""),
    string_deduplication: async () => {
      const { symbols } = await sent("2.0", many);
      expect(symbols.filter((symbol) => symbol === "zone")).toHaveLength(1);
    },
    efficient_symbol_reuse: async () => {
      const { symbols, timeseries } = await sent("2.0", many);
      // "", the names and values that all share, three zones, and one of each series' own.
      expect(symbols.length).toBe(200 + 13);
      expect(timeseries).toHaveLength(200);
    },
    symbol_table_efficiency: async () => {
      const [one, two] = await Promise.all([sent("1.0", many), sent("2.0", many)]);
      expect(two.body.length).toBeLessThan(one.body.length / 2);
    },
  });
});

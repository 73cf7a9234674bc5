/** Cases of a sender, continued: histograms, exemplars, metadata, and what 1.0 must not have. */
import type { Exemplar } from "@sluice/data";
import type { PointSpec } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { resource, setUp } from "./exporter.testing.ts";
import {
  both,
  c,
  doubleOf,
  exemplar,
  g,
  histogram,
  labelOf,
  messages,
  nameOf,
  native,
  now,
  only2,
  point,
  sent,
  side,
  summary,
  typesOf,
  withExemplars,
} from "./sender-cases.testing.ts";
import type { WriteVersion } from "./version.ts";

describe("histograms", () => {
  const one = async (version: WriteVersion, more: Partial<PointSpec> = {}) => {
    const { timeseries } = await sent(version, [{ ...native, ...more }]);
    expect(timeseries).toHaveLength(1);
    expect(nameOf(timeseries[0]!)).toBe("n");
    return timeseries[0]!.histograms[0]!;
  };
  both({
    native_histogram_structure: async (version) =>
      expect(await one(version)).toMatchObject({ schema: 2, zero_threshold: 0.001 }),
    histogram_count_present: async (version) => expect(Number((await one(version)).count_int)).toBe(10),
    histogram_sum_present: async (version) => expect(doubleOf({ value: (await one(version)).sum })).toBe(5),
    histogram_positive_buckets: async (version) => {
      const { positive_spans: spans, positive_deltas: deltas } = await one(version);
      expect(spans).toMatchObject([
        { offset: -1, length: 2 },
        { offset: 3, length: 1 },
      ]);
      expect(deltas.map(Number)).toEqual([1, 1, 1]);
    },
    histogram_negative_buckets: async (version) => {
      const { negative_spans: spans, negative_deltas: deltas } = await one(version);
      expect([spans, deltas.map(Number)]).toMatchObject([[{ offset: 5, length: 1 }], [3]]);
    },
    histogram_zero_bucket: async (version) => expect(Number((await one(version)).zero_count_int)).toBe(1),
    histogram_schema: async (version) => {
      const empty = { ...point, scale: 12, count: point.zeroCount, positive: side(0), negative: side(0) };
      expect((await one(version, { exponential: empty })).schema).toBe(8);
    },
    histogram_timestamp: async (version) => expect(Number((await one(version)).timestamp)).toBe(now),
    histogram_empty_buckets: async (version) => {
      const empty = { ...point, count: 0, zeroCount: 0, positive: side(0), negative: side(0) };
      expect(await one(version, { exponential: empty })).toMatchObject({ positive_spans: [], negative_spans: [] });
    },
    histogram_large_counts: async (version) => {
      const large = { ...point, count: 2 ** 53, positive: side(0, 2 ** 53), negative: side(0) };
      expect(Number((await one(version, { exponential: large })).count_int)).toBe(2 ** 53);
    },
    // Every request is looked at by `holds`.
    histogram_no_mixed_with_samples: async (version) => void (await sent(version, [native, g(1), histogram])),
    mixed_sample_and_histogram_families: async (version) =>
      expect((await sent(version, [g(1), histogram, native])).timeseries.map(nameOf)).toEqual([
        "m",
        "h_bucket",
        "h_bucket",
        "h_sum",
        "h_count",
        "n",
      ]),
    histogram_buckets_ordered: async (version) => {
      const { timeseries } = await sent(version, [
        { name: "h", histogram: { bounds: [0.1, 1, 10], counts: [1, 2, 3, 4] } },
      ]);
      expect(timeseries.map((each) => labelOf(each, "le"))).toEqual(["0.1", "1", "10", "+Inf", undefined]);
    },
  });
});

describe("exemplars", () => {
  const traceId = Uint8Array.from({ length: 16 }, () => 0xab);
  const spanId = Uint8Array.from({ length: 8 }, () => 0xcd);
  const one = async (version: WriteVersion, ...list: Exemplar[]) =>
    (await sent(version, [c("c")], withExemplars(...list))).timeseries[0]!.exemplars;
  both({
    exemplar_with_trace_id: async (version) =>
      expect((await one(version, exemplar({ traceId })))[0]!.labels).toMatchObject([
        { name: "trace_id", value: "ab".repeat(16) },
      ]),
    exemplar_with_span_id: async (version) =>
      expect((await one(version, exemplar({ spanId })))[0]!.labels).toMatchObject([
        { name: "span_id", value: "cd".repeat(8) },
      ]),
    exemplar_value_valid: async (version) =>
      expect(doubleOf((await one(version, exemplar({ value: 0.67 })))[0]!)).toBe(0.67),
    exemplar_timestamp_valid: async (version) =>
      expect(Number((await one(version, exemplar()))[0]!.timestamp)).toBe(now - 1),
    exemplar_custom_labels: async (version) =>
      expect((await one(version, exemplar({ attributes: [{ key: "user", value: "7" }] })))[0]!.labels).toMatchObject([
        { name: "user", value: "7" },
      ]),
    exemplar_on_histogram: async (version) => {
      const { timeseries } = await sent(version, [histogram], withExemplars(exemplar({ slot: 1, value: 9 })));
      expect(timeseries.map(({ exemplars }) => exemplars.length)).toEqual([0, 1, 0, 0]);
    },
    multiple_exemplars_per_series: async (version) =>
      expect(
        (await one(version, exemplar({ ms: now - 3 }), exemplar())).map(({ timestamp }) => Number(timestamp)),
      ).toEqual([now - 3, now - 1]),
    samples_with_exemplars: async (version) =>
      expect(await one(version, exemplar({ traceId, spanId }))).toHaveLength(1),
  });
});

describe("metadata", () => {
  const said = async (...points: PointSpec[]) => typesOf(await sent("2.0", points));
  only2({
    metadata_type_counter: async () => expect(await said(c("c"))).toEqual(["c_total 1 Help."]),
    metadata_type_gauge: async () => expect(await said({ ...g(1), help: "G." })).toEqual(["m 2 G."]),
    metadata_type_histogram: async () =>
      expect(await said(histogram, native)).toEqual([
        "h_bucket 3 H.",
        "h_bucket 3 H.",
        "h_sum 3 H.",
        "h_count 3 H.",
        "n 3 N.",
      ]),
    metadata_type_summary: async () =>
      expect(await said(summary)).toEqual(["s 5 S.", "s 5 S.", "s_sum 5 S.", "s_count 5 S."]),
    metadata_unit: async () =>
      expect((await sent("2.0", [c("c_seconds", { unit: "seconds" })])).timeseries[0]!.metadata!.unit).toBe("seconds"),
    metadata_help_with_newlines: async () => expect(await said(c("c", { help: "a\nb" }))).toEqual(["c_total 1 a\nb"]),
    metadata_help_with_special_chars: async () =>
      expect(await said(c("c", { help: '"é\\ 🎉' }))).toEqual(['c_total 1 "é\\ 🎉']),
    metadata_empty_help_allowed: async () => expect(await said(c("c", { help: "" }))).toEqual(["c_total 1 "]),
    metadata_consistent_across_series: async () =>
      expect(new Set(await said(c("c", { attributes: { a: "1" } }), c("c", { attributes: { a: "2" } })))).toEqual(
        new Set(["c_total 1 Help."]),
      ),
    metadata_batching: async () =>
      expect((await sent("2.0", [c("a"), c("b"), c("d")])).symbols.filter((each) => each === "Help.")).toHaveLength(1),
    metadata_of_target_info: async () => {
      const yaml = "target_info: { enabled: true }";
      const { sim, send, instance, requests } = await setUp(`protobuf_message: ${messages["2.0"]}\n${yaml}`);
      await send([g(1)], { resource: { ...resource, "cloud.zone": "z" } });
      await sim.run(instance.shutdown!());
      expect(typesOf(requests[0]!)[1]).toBe("target_info 2 Target metadata");
    },
    samples_with_metadata: async () => expect(await said(c("c"))).toHaveLength(1),
    histogram_with_metadata_and_exemplars: async () => {
      const { timeseries } = await sent("2.0", [native], withExemplars(exemplar()));
      expect(timeseries).toMatchObject([{ metadata: { type: 3, help: "N." }, exemplars: [{}], histograms: [{}] }]);
    },
    multiple_metric_types: async () =>
      expect(
        (await sent("2.0", [c("c"), g(1), histogram, summary, native])).timeseries.map(
          ({ metadata }) => metadata!.type,
        ),
      ).toEqual([1, 2, 3, 3, 3, 3, 5, 5, 5, 5, 3]),
  });
});

describe("remote write 1.0", () => {
  const request = async (yaml?: string) =>
    sent("1.0", [c("c"), histogram], { startMs: now - 5, ...(yaml && { yaml }) });
  test("rw1_version_header", async () =>
    expect((await request()).headers["x-prometheus-remote-write-version"]).toBe("0.1.0"));
  test("rw1_content_type", async () =>
    expect((await request()).headers["content-type"]).toBe("application/x-protobuf"));
  test("rw1_no_native_histograms", async () =>
    expect((await request()).timeseries.flatMap(({ histograms }) => histograms)).toEqual([]));
  test("rw1_no_start_timestamp", async () =>
    expect(
      new Set(
        (await request()).timeseries.flatMap(({ samples }) => samples.map((each) => Number(each.start_timestamp))),
      ),
    ).toEqual(new Set([0])));
  test("rw1_symbol_table_not_used", async () => expect((await request()).symbols).toEqual([]));
});

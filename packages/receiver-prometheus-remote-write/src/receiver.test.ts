import { dirname } from "node:path";
import { PermanentError, RetryLaterError } from "@sluice/component";
import { checkComponent } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import definition from "./index.ts";
import { compressed, encode1, fixed, type SeriesSpec } from "./messages.testing.ts";
import { batchesOf, startReceiver, TYPE_2, textOf, URL_PATH } from "./receiving.testing.ts";

checkComponent(definition, dirname(import.meta.dirname));

const up: SeriesSpec = { labels: { __name__: "up", job: "api" }, samples: [{ value: 1, ms: 1000 }] };
const written = (headers: Readonly<Record<string, string>>) =>
  ["samples", "histograms", "exemplars"].map((what) => headers[`x-prometheus-remote-write-${what}-written`]);

test("both versions are taken and told so", async () => {
  const { write1, write2, written: all, end } = await startReceiver();
  const one = await write1([up]);
  expect([one.status, written(one.headers)]).toEqual([204, [undefined, undefined, undefined]]);
  const exemplars = [{ labels: { trace_id: "x" }, value: 1, ms: 2000 }];
  const histograms = [
    { count_int: 1, schema: 3, timestamp: 2000, positive_spans: [{ length: 1 }], positive_deltas: [1] },
  ];
  const h: SeriesSpec = { labels: { __name__: "h" }, histograms, exemplars };
  const two = await write2([{ ...up, samples: [...up.samples!, { value: 2, ms: 2000, startMs: 500 }] }, h]);
  expect([two.status, written(two.headers)]).toEqual([204, ["2", "1", "1"]]);
  const series = '[["__name__","up"],["job","api"]]';
  const bits = ["3ff0000000000000 1000 0", "3ff0000000000000 1000 0", "4000000000000000 2000 500"];
  expect(all()[series]).toEqual(bits);
  await end();
});

describe("requests that are none", () => {
  async function check(headers: Readonly<Record<string, string>>, expected: number, words: string, url = URL_PATH) {
    const { post, simulation, sink, end } = await startReceiver();
    const answer = await simulation.run(post(compressed(encode1([up])), headers, url));
    expect([answer.status, textOf(answer)]).toEqual([expected, expect.stringContaining(words)]);
    expect(sink.calls).toBe(0);
    await end();
  }
  test("another path", () => check({}, 404, "/api/v1/write", "http://localhost:9090/write"));
  test("another type", () => check({ "content-type": "application/json" }, 415, "application/x-protobuf"));
  test("another message", () => check({ "content-type": `${TYPE_2}3` }, 415, "proto="));
  test("another encoding", () => check({ "content-encoding": "gzip" }, 415, "snappy"));

  test("another method", async () => {
    const { client, simulation, end } = await startReceiver();
    const answer = await simulation.run(client.request({ url: URL_PATH }));
    expect([answer.status, answer.headers.allow]).toEqual([405, "POST"]);
    await end();
  });

  test("other bytes", async () => {
    const { post, send, simulation, end } = await startReceiver();
    const answer = await simulation.run(post(Uint8Array.of(1, 2, 3)));
    expect([answer.status, textOf(answer)]).toEqual([400, expect.stringContaining("cannot decompress")]);
    const two = await send(Uint8Array.of(0x2a, 5), { "content-type": TYPE_2 });
    expect([two.status, written(two.headers)]).toEqual([400, ["0", "0", "0"]]);
    await end();
  });
});

test("no encoding means snappy, query and case do not count", async () => {
  const { post, simulation, end } = await startReceiver();
  const body = compressed(encode1([up]));
  const status = async (headers: Record<string, string>, url = URL_PATH) =>
    (await simulation.run(post(body, headers, url))).status;
  expect(await status({ "content-encoding": "" })).toBe(204);
  expect(await status({ "content-encoding": "Snappy" }, `${URL_PATH}?tenant=1`)).toBe(204);
  await end();
});

describe("what follows does not take it", () => {
  async function check(error: Error, expected: readonly unknown[]): Promise<void> {
    const { write2, sink, end } = await startReceiver();
    sink.fail(error);
    const { status, headers } = await write2([up]);
    expect([status, headers["retry-after"], written(headers)]).toEqual([...expected, ["0", "0", "0"]]);
    expect((await write2([up])).status).toBe(204);
    await end();
  }
  test("for good", () => check(new PermanentError("never"), [400, undefined]));
  test("now", () => check(new RetryLaterError("later", 2500), [503, "3"]));
  test("perhaps", () => check(new Error("broken"), [503, undefined]));
});

describe("series that are not taken", () => {
  async function check(bad: SeriesSpec, reason: string, version: "1.0" | "2.0" = "2.0"): Promise<void> {
    const { write1, write2, context, written: all, end } = await startReceiver();
    const answer = await (version === "1.0" ? write1([bad, up]) : write2([bad, up]));
    expect([answer.status, textOf(answer)]).toEqual([400, expect.stringContaining(`${reason}: 1`)]);
    if (version === "2.0") expect(written(answer.headers)).toEqual(["1", "0", "0"]);
    expect(Object.keys(all())).toEqual(['[["__name__","up"],["job","api"]]']);
    expect(context.meter.value("sluice_receiver_invalid_series", { reason })).toBe(1);
    await end();
  }
  const samples = up.samples!;
  const labels = { __name__: "h" };
  const histogram = (more: object) => ({ labels, histograms: [{ count_int: 1, timestamp: 5, ...more }] });
  test("without a name", () => check({ labels: { job: "x" }, samples }, "no_name"));
  test("without a name in 1.0", () => check({ labels: { job: "x" }, samples }, "no_name", "1.0"));
  test("without any label", () => check({ labels: [], samples }, "no_name", "1.0"));
  test("a label twice", () =>
    check(
      {
        labels: [
          ["__name__", "a"],
          ["b", "1"],
          ["b", "2"],
        ],
        samples,
      },
      "duplicate_label",
    ));
  test("a label without a name", () =>
    check(
      {
        labels: [
          ["", "1"],
          ["__name__", "a"],
        ],
        samples,
      },
      "empty_label_name",
    ));
  test("a value that is no UTF-8", async () => {
    const { send, end } = await startReceiver();
    const bytes = encode1([{ labels: { __name__: "\u00e9" }, samples }]);
    bytes[bytes.indexOf(0xc3)] = 0xff;
    expect(textOf(await send(bytes))).toContain("invalid_label: 1");
    await end();
  });
  test("without samples", () => check({ labels }, "no_samples"));
  test("labels of great length", () =>
    check({ labels: { ...labels, x: "y".repeat(70_000) }, samples }, "labels_too_long"));
  test("in 1.0 too", () => check({ labels: { ...labels, x: "y".repeat(70_000) }, samples }, "labels_too_long", "1.0"));
  test("a schema that is none", async () => {
    for (const schema of [-5, -52, 53]) await check(histogram({ schema, count_int: 0 }), "invalid_histogram");
  });
  test("custom buckets with what only exponential ones have, and the other way round", async () => {
    const custom = { schema: -53, custom_values: [1], count_int: 0 };
    await check(histogram({ ...custom, zero_count_int: 1, count_int: 1 }), "invalid_histogram");
    await check(histogram({ ...custom, zero_threshold: 0.1 }), "invalid_histogram");
    await check(histogram({ ...custom, negative_spans: [{ length: 1 }], negative_deltas: [0] }), "invalid_histogram");
    await check(histogram({ custom_values: [1], count_int: 0 }), "invalid_histogram");
  });
  test("spans without counts", () => check(histogram({ positive_spans: [{ length: 2 }] }), "invalid_histogram"));
  test("falling bounds", () => check(histogram({ schema: -53, custom_values: [2, 1] }), "invalid_histogram"));
  test("a bucket beyond the bounds", () =>
    check(
      histogram({ schema: -53, custom_values: [1], positive_spans: [{ offset: 2, length: 1 }], positive_deltas: [1] }),
      "invalid_histogram",
    ));
  test("negative counts", () =>
    check(histogram({ positive_spans: [{ length: 1 }], positive_deltas: [-1] }), "invalid_histogram"));
  test("more observations than the buckets hold", () =>
    check(histogram({ count_int: 3, positive_spans: [{ length: 1 }], positive_deltas: [1] }), "invalid_histogram"));
  test("fewer observations than the buckets hold", () =>
    check(
      histogram({ sum: fixed(Number.NaN), zero_count_int: 1, negative_spans: [{ length: 1 }], negative_deltas: [1] }),
      "invalid_histogram",
    ));
  test("custom buckets that hold less than there is", () =>
    check(histogram({ schema: -53, custom_values: [1] }), "invalid_histogram"));
  test("buckets beyond all numbers", () => {
    const spans = [{ offset: 2 ** 31 - 1 }, { offset: 2 ** 31 - 1, length: 1 }];
    return check(histogram({ positive_spans: spans, positive_deltas: [1] }), "invalid_histogram");
  });
  test("billions of buckets", () =>
    check(
      histogram({ positive_spans: [{ length: 1 }, { offset: 2 ** 30, length: 1 }], positive_deltas: [1, 0] }),
      "invalid_histogram",
    ));
});

test("observations that are in no bucket are right where the sum is no number; float counts need not add up", async () => {
  const { write2, end } = await startReceiver();
  const labels = { __name__: "h" };
  const spans = { positive_spans: [{ length: 1 }] };
  const histograms = [
    { ...spans, count_int: 3, sum: fixed(Number.NaN), positive_deltas: [1], timestamp: 5 },
    { ...spans, count_float: 3, positive_counts: [1], timestamp: 6 },
  ];
  const { status, headers } = await write2([{ labels, histograms }]);
  expect([status, written(headers)]).toEqual([204, ["0", "2", "0"]]);
  await end();
});

test("headers are kept when they are asked for", async () => {
  const { send, sink, end } = await startReceiver("include_metadata: true");
  await send(encode1([up]), { "X-Scope-OrgID": "shop" });
  expect(batchesOf(sink)[0]!.context?.get("x-scope-orgid")).toEqual(["shop"]);
  await end();
  const other = await startReceiver();
  await other.write1([up]);
  expect(batchesOf(other.sink)[0]!.context).toBe(undefined);
  await other.end();
});

test("a request without samples goes nowhere", async () => {
  const { write1, write2, sink, end } = await startReceiver();
  expect([(await write1([])).status, (await write2([])).status, sink.calls]).toEqual([204, 204, 0]);
  expect((await write1([{ labels: { __name__: "a" } }])).status).toBe(204);
  await end();
});

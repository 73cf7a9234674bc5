/** Cases of a sender, continued: the protocol, falling back, what was written, and scrapes with something of everything. */
import { describe, expect, test } from "vitest";
import { type Answer, setUp } from "./exporter.testing.ts";
import {
  both,
  c,
  exemplar,
  g,
  histogram,
  messages,
  nameOf,
  native,
  now,
  only2,
  sent,
  summary,
  typesOf,
  valuesOf,
  withExemplars,
} from "./sender-cases.testing.ts";

describe("protocol", () => {
  const headers = {
    "1.0": ["application/x-protobuf", "0.1.0"],
    "2.0": [`application/x-protobuf;proto=${messages["2.0"]}`, "2.0.0"],
  };
  both({
    content_type_protobuf: async (version) =>
      expect((await sent(version, [g(1)])).headers["content-type"]).toMatch(/^application\/x-protobuf(;|$)/),
    content_type_with_proto_param: async (version) =>
      expect((await sent(version, [g(1)])).headers["content-type"]).toBe(headers[version][0]),
    content_encoding_snappy: async (version) =>
      expect((await sent(version, [g(1)])).headers["content-encoding"]).toBe("snappy"),
    version_header_present: async (version) =>
      expect((await sent(version, [g(1)])).headers["x-prometheus-remote-write-version"]).toBe(headers[version][1]),
    user_agent_present: async (version) =>
      expect((await sent(version, [g(1)])).headers["user-agent"]).toMatch(/^\S+\/\S+$/),
    // A stream of frames would begin with ff 06 00 00 "sNaPpY".
    snappy_block_format: async (version) => expect((await sent(version, [g(1)])).body[0]).not.toBe(0xff),
    // `sent` decodes it by another implementation, and refuses numbers of symbols that are odd or lead nowhere.
    protobuf_parseable: async (version) => void (await sent(version, [g(1), native, histogram])),
    labels_refs_valid_indices: async (version) => void (await sent(version, [c("c"), native])),
    labels_refs_even_length: async (version) => void (await sent(version, [g(1), g(2, { a: "b" })])),
    exemplar_labels_valid_refs: async (version) =>
      void (await sent(version, [c("c")], withExemplars(exemplar({ attributes: [{ key: "a", value: "b" }] })))),
    exemplar_labels_even_length: async (version) => void (await sent(version, [c("c")], withExemplars(exemplar()))),
  });
  test("metadata_help_refs_valid 2.0", async () =>
    expect(typesOf(await sent("2.0", [c("c")]))).toEqual(["c_total 1 Help."]));
  test("rw1_samples_encoding", async () => expect(valuesOf(await sent("1.0", [g(1.5)]))).toEqual([1.5]));
  test("rw1_labels_encoding", async () =>
    expect((await sent("1.0", [g(1, { a: "b" })])).series).toEqual(["__name__=m,a=b,instance=i-1,job=app"]));
  test("rw1_metadata_handling", async () => {
    const { sim, send, instance, requests } = await setUp("send_metadata: true");
    await send([c("c")]);
    await sim.run(instance.shutdown!());
    expect(requests[0]!.metadata).toEqual(["c_total 1 Help. "]);
  });
});

describe("falling back", () => {
  /** Versions and content types of three scrapes' requests, the first of which is refused. */
  const requests = async (first: Answer = { status: 415 }) => {
    const {
      sim,
      send,
      instance,
      requests: found,
    } = await setUp(`protobuf_message: ${messages["2.0"]}`, [first, { status: 204 }]);
    for (let i = 0; i < 3; i++) {
      await send([g(i)], { timeMs: now + i });
      await sim.advance(1000);
    }
    await sim.run(instance.shutdown!());
    return found;
  };
  only2({
    fallback_on_415_unsupported_media_type: async () =>
      expect((await requests()).map(({ version }) => version)).toEqual(["2.0", "1.0", "1.0", "1.0"]),
    retry_with_different_version: async () => {
      const [first, second] = await requests();
      expect(second!.series).toEqual(first!.series);
    },
    fallback_header_changes: async () =>
      expect(
        new Set(
          (await requests()).map(
            ({ headers }) => `${headers["content-type"]} ${headers["x-prometheus-remote-write-version"]}`,
          ),
        ).size,
      ).toBe(2),
    accept_success_after_fallback: async () =>
      expect((await requests()).slice(1).flatMap(({ times }) => times)).toEqual([now, now + 1, now + 2]),
    persistent_fallback_choice: async () =>
      expect(new Set((await requests()).slice(1).map(({ version }) => version))).toEqual(new Set(["1.0"])),
    no_fallback_on_500: async () =>
      expect(new Set((await requests({ status: 500 })).map(({ version }) => version))).toEqual(new Set(["2.0"])),
  });
  test("a backend that does not take 1.0 either is told of", async () => {
    const { sim, send, instance, value } = await setUp(`protobuf_message: ${messages["2.0"]}`, [{ status: 415 }]);
    await send([g(1)]);
    await sim.run(instance.shutdown!());
    expect([value("accepted"), value("rejected")]).toEqual([1, 1]);
  });
});

describe("what was written", () => {
  const account = async (answer: Answer) => {
    const { sim, send, instance, value } = await setUp(`protobuf_message: ${messages["2.0"]}`, [answer]);
    await send([g(1), g(2, { a: "b" }), g(3, { a: "c" })]);
    await sim.run(instance.shutdown!());
    return [value("delivered"), value("rejected")];
  };
  only2({
    process_written_count_headers: async () =>
      expect(await account({ status: 204, written: { samples: 3 } })).toEqual([3, 0]),
    handle_partial_write: async () => expect(await account({ status: 204, written: { samples: 2 } })).toEqual([2, 1]),
    handle_partial_write_response: async () =>
      expect(await account({ status: 400, written: { samples: 2 } })).toEqual([2, 1]),
    handle_missing_written_headers: async () => expect(await account({ status: 400 })).toEqual([0, 3]),
  });
});

describe("something of everything", () => {
  const all = [c("c"), { ...g(1), help: "G." }, histogram, summary, native];
  both({
    complete_metric_family: async (version) =>
      expect((await sent(version, [histogram])).timeseries.map(nameOf)).toEqual([
        "h_bucket",
        "h_bucket",
        "h_sum",
        "h_count",
      ]),
    real_world_scenario: async (version) => {
      const points = Array.from({ length: 30 }, (_, i) =>
        all.map((each) => ({ ...each, attributes: { pod: `p${i}` } })),
      ).flat();
      const { timeseries } = await sent(version, points, withExemplars(exemplar()));
      expect(timeseries).toHaveLength(30 * 11);
      expect(timeseries[0]!.exemplars).toHaveLength(1);
    },
    high_cardinality_labels: async (version) => {
      const points = Array.from({ length: 300 }, (_, i) => g(i, { user: `user-${i}`, request: `${i * 7919}` }));
      expect(new Set((await sent(version, points)).series).size).toBe(300);
    },
    many_timeseries: async (version) => {
      const points = Array.from({ length: 2000 }, (_, i) => ({ ...g(i), name: `m_${i}` }));
      expect(valuesOf(await sent(version, points))).toEqual(points.map(({ value }) => value));
    },
    handles_varying_cardinality: async (version) => {
      const { sim, send, instance, requests } = await setUp(
        `protobuf_message: ${messages[version]}\ntarget_info: { enabled: false }`,
      );
      for (const [i, count] of [1, 50, 3, 200].entries())
        await send(
          Array.from({ length: count }, (_, k) => g(k, { k: `${k}` })),
          { timeMs: now + i },
        );
      await sim.run(instance.shutdown!());
      expect(requests.flatMap(({ times }) => times)).toHaveLength(254);
    },
    robustness_under_load: async (version) => {
      const { sim, send, instance, value } = await setUp(
        `protobuf_message: ${messages[version]}\ntarget_info: { enabled: false }`,
        [...Array.from({ length: 20 }, (_, i) => ({ status: i % 3 === 0 ? 503 : 204 })), { status: 204 }],
      );
      for (let i = 0; i < 100; i++) {
        await send([g(i), { ...native, attributes: { i: `${i}` } }], { timeMs: now + i });
        if (i % 10 === 0) await sim.advance(20);
      }
      await sim.run(instance.shutdown!());
      expect([value("accepted"), value("delivered")]).toEqual([200, 200]);
    },
  });
  only2({
    mixed_labels_and_metadata: async () =>
      expect(
        typesOf(await sent("2.0", [c("c", { attributes: { "Help.": "Help." } }), { ...g(1), help: "m" }])),
      ).toEqual(["c_total 1 Help.", "m 2 m"]),
    metadata_help_text: async () =>
      expect(typesOf(await sent("2.0", all)).map((each) => each.at(-2))).not.toContain(" "),
  });
});

/** Cases of a sender, continued: how it takes answers and their absence, how it batches, and what is no trouble. */
import { batchOf } from "@sluice/data";
import { describe, expect, test } from "vitest";
import { type Answer, gauge, setUp } from "./exporter.testing.ts";
import { both, c, g, messages, now } from "./sender-cases.testing.ts";
import type { WriteVersion } from "./version.ts";

const run = async (version: WriteVersion, answers: Answer[], yaml = "") => {
  const found = await setUp(
    `protobuf_message: ${messages[version]}\ntarget_info: { enabled: false }\n${yaml}`,
    answers,
  );
  const { sim, send, instance } = found;
  return {
    ...found,
    /** Sends one sample and waits for the end of it. */
    one: async (points = [gauge]) => {
      await send(points);
      await sim.run(instance.shutdown!());
    },
  };
};
const isFinal = (status: number) => async (version: WriteVersion) => {
  const { sim, send, instance, requests, value } = await run(version, [{ status, body: "no" }, { status: 204 }]);
  await send([gauge], { timeMs: now });
  await send([gauge], { timeMs: now + 1 });
  await sim.advance(60_000);
  await sim.run(instance.shutdown!());
  expect(requests).toHaveLength(2);
  expect([value("rejected"), value("delivered")]).toEqual([1, 1]);
};
const isRetried = (status: number) => async (version: WriteVersion) => {
  const { one, requests, value } = await run(version, [{ status }, { status }, { status: 204 }]);
  await one();
  expect(requests.map((each) => each.body)).toEqual(Array.from({ length: 3 }, () => requests[0]!.body));
  expect([value("rejected"), value("delivered")]).toEqual([0, 1]);
};

describe("retry", () => {
  both({
    no_retry_on_400: isFinal(400),
    no_retry_on_401: isFinal(401),
    no_retry_on_404: isFinal(404),
    no_retry_on_413: isFinal(413),
    may_retry_on_429: isRetried(429),
    retry_on_500: isRetried(500),
    retry_on_502: isRetried(502),
    retry_on_503: isRetried(503),
    retry_on_504: isRetried(504),
  });
});

describe("backoff", () => {
  /** The waits between tries, in milliseconds. */
  const waits = async (version: WriteVersion, tries: number, answer: Answer, yaml: string): Promise<number[]> => {
    const { sim, send, instance, requests } = await run(version, [answer], yaml);
    const at: number[] = [];
    await send([gauge]);
    await sim.settle();
    at.push(sim.env.clock.monotonic());
    while (at.length < tries) {
      const before = requests.length;
      await sim.advance(5);
      if (requests.length > before) at.push(sim.env.clock.monotonic());
    }
    await sim.run(instance.shutdown!());
    return at.slice(1).map((time, i) => time - at[i]!);
  };
  const steady =
    "retry_on_failure: { initial_interval: 100ms, multiplier: 2, max_interval: 1s, randomization_factor: 0 }";
  both({
    exponential_backoff_on_retries: async (version) =>
      expect(await waits(version, 4, { status: 503 }, steady)).toEqual([100, 200, 400]),
    backoff_required: async (version) =>
      expect(Math.min(...(await waits(version, 4, { status: 500 }, "")))).toBeGreaterThanOrEqual(25),
    backoff_max_delay: async (version) =>
      expect(await waits(version, 7, { status: 503 }, steady)).toEqual([100, 200, 400, 800, 1000, 1000]),
    backoff_with_jitter: async (version) => {
      const found = await waits(
        version,
        6,
        { status: 503 },
        "retry_on_failure: { initial_interval: 1s, multiplier: 1 }",
      );
      expect(new Set(found).size).toBeGreaterThan(1);
      for (const wait of found) expect(wait >= 495 && wait <= 1505).toBe(true);
    },
    retry_after: async (version) =>
      expect(await waits(version, 2, { status: 429, headers: { "Retry-After": "7" } }, steady)).toEqual([7000]),
  });
});

describe("answers", () => {
  const isTaken = (answer: Answer) => async (version: WriteVersion) => {
    const { one, requests, value } = await run(version, [answer]);
    await one();
    expect([requests.length, value("delivered")]).toEqual([1, 1]);
  };
  const log = async (version: WriteVersion, answer: Answer) => {
    const { one, ctx } = await run(version, [answer]);
    await one();
    return ctx.log.records.map(({ fields }) => `${(fields?.error as Error | undefined)?.message ?? ""}`).join("\n");
  };
  both({
    handle_200_ok: isTaken({ status: 200 }),
    handle_204_no_content: isTaken({ status: 204 }),
    ignore_response_body_on_success: isTaken({ status: 200, body: "error: everything is wrong" }),
    handle_empty_response: isTaken({ status: 200, body: "" }),
    handle_malformed_response: isTaken({ status: 200, body: "\u0000\u0001{[<" }),
    log_error_messages_verbatim: async (version) =>
      expect(await log(version, { status: 400, body: "sample too old: up{}" })).toContain(
        "400 Bad Request: sample too old: up{}",
      ),
    handle_large_error_body: async (version) =>
      expect((await log(version, { status: 400, body: "x".repeat(100_000) })).length).toBeLessThan(2000),
    handle_invalid_status_code: isFinal(499),
    no_fallback_on_2xx: async (version) => {
      const { sim, send, instance, requests } = await run(version, [{ status: 204 }]);
      for (let i = 0; i < 5; i++) await send([gauge], { timeMs: now + i });
      await sim.run(instance.shutdown!());
      expect(new Set(requests.map((each) => each.version))).toEqual(new Set([version]));
    },
    http_method_post: async (version) => {
      const { sim, send, instance, requests } = await run(version, [{ status: 204 }]);
      await send([gauge]);
      await sim.run(instance.shutdown!());
      expect(requests[0]!.method).toBe("POST");
      expect(requests[0]!.headers["user-agent"]).toMatch(/^[a-z0-9._-]+\/\S+$/);
    },
  });
});

describe("errors", () => {
  both({
    handle_connection_refused: async (version) => {
      const { sim, send, instance, requests, value } = await run(version, [{ status: 204 }]);
      sim.network.fault("backend:9090", { refuse: true });
      await send([gauge]);
      await sim.advance(30_000);
      expect(requests).toEqual([]);
      sim.network.fault("backend:9090");
      await sim.run(instance.shutdown!());
      expect([requests.length, value("delivered")]).toEqual([1, 1]);
    },
    handle_timeout: async (version) => {
      const { one, requests, value } = await run(version, [{ status: 0 }, { status: 204 }], "timeout: 1s");
      await one();
      expect([requests.length, value("delivered")]).toEqual([2, 1]);
    },
    sender_continues_after_errors: async (version) => {
      const { sim, send, instance, requests, value } = await run(version, [
        { status: 400 },
        { status: 500 },
        { status: 404 },
        { status: 204 },
      ]);
      for (let i = 0; i < 4; i++) {
        await send([gauge], { timeMs: now + i });
        await sim.advance(10_000);
      }
      await sim.run(instance.shutdown!());
      expect([requests.length, value("rejected"), value("delivered")]).toEqual([5, 2, 2]);
    },
    dns_resolution_failure: async (version) => {
      const { one, value } = await run(version, [{ status: 204 }], "endpoint: http://nowhere.invalid:9/w");
      await one();
      expect([value("accepted"), value("dropped")]).toEqual([1, 1]);
    },
  });
  test("invalid_url_scheme", async () => expect(() => setUp("endpoint: ftp://backend/w")).rejects.toThrow("ftp"));
});

describe("batching", () => {
  both({
    empty_scrape: async (version) => {
      const { sim, consume, instance, requests } = await run(version, [{ status: 204 }]);
      await consume(batchOf("metrics", []));
      await sim.run(instance.shutdown!());
      expect(requests).toEqual([]);
    },
    multiple_series_per_request: async (version) => {
      const { one, requests } = await run(version, [{ status: 204 }]);
      await one(Array.from({ length: 100 }, (_, i) => g(i, { i: `${i}` })));
      expect(requests.map(({ series }) => series.length)).toEqual([100]);
    },
    batch_size_reasonable: async (version) => {
      const { one, requests } = await run(version, [{ status: 204 }], "max_batch_size_bytes: 10000");
      await one(Array.from({ length: 1000 }, (_, i) => g(i, { i: `${i}` })));
      expect(requests.length).toBeGreaterThan(2);
      expect(requests.flatMap(({ series }) => series)).toHaveLength(1000);
    },
    high_cardinality: async (version) => {
      const { one, requests, value } = await run(version, [{ status: 204 }]);
      await one(
        Array.from({ length: 5000 }, (_, i) => c(`m${i % 50}`, { attributes: { id: `${i}`, zone: `z${i % 7}` } })),
      );
      expect(new Set(requests.flatMap(({ series }) => series)).size).toBe(5000);
      expect(value("delivered")).toBe(5000);
    },
    series_in_order_across_resources: async (version) => {
      // A process that is started again has other attributes, and goes on with the same series.
      const yaml = "max_batch_request_parallelism: 50\nadd_metric_suffixes: false";
      const { sim, send, instance, requests } = await run(version, [{ status: 503 }, { status: 204 }], yaml);
      for (let i = 0; i < 20; i++) {
        const resource = { "service.name": "app", "service.instance.id": "x", "process.pid": `${i}` };
        await send([gauge], { timeMs: now + i, resource });
      }
      await sim.run(instance.shutdown!());
      const taken = requests.filter(({ status }) => status === 204).flatMap(({ times }) => times);
      expect(taken).toEqual(Array.from({ length: 20 }, (_, i) => now + i));
    },
    concurrent_requests: async (version) => {
      const { sim, send, instance, requests } = await run(
        version,
        [{ status: 204 }],
        "max_batch_request_parallelism: 4",
      );
      for (let i = 0; i < 40; i++)
        await send([gauge], {
          timeMs: now + i,
          resource: { "service.name": `app-${i % 8}`, "service.instance.id": "x" },
        });
      await sim.run(instance.shutdown!());
      const bySeries = new Map<string, number[]>();
      for (const { series, times } of requests)
        for (const [i, each] of series.entries()) bySeries.set(each, [...(bySeries.get(each) ?? []), times[i]!]);
      expect(bySeries.size).toBe(8);
      for (const times of bySeries.values()) expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(requests.flatMap(({ times }) => times)).toHaveLength(40);
    },
  });
});

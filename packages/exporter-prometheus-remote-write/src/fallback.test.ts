import { describe, expect, test } from "vitest";
import { type Answer, gauge, setUp } from "./exporter.testing.ts";

const version2 = "protobuf_message: io.prometheus.write.v2.Request";
const now = 1_767_225_600_000;

describe("a backend that does not know 2.0", () => {
  const check = async (refusal: Answer, yaml = "") => {
    const found = await setUp(`${version2}\n${yaml}`, [refusal, { status: 204 }]);
    const { ctx, sim, send, instance, requests, value } = found;
    for (let i = 0; i < 5; i++) await send([gauge, { ...gauge, name: "n" }], { timeMs: now + i, startMs: now - 9 });
    await sim.advance(60_000);
    await send([gauge], { timeMs: now + 5 });
    await sim.run(instance.shutdown!());
    const [first, ...rest] = requests;
    expect([first!.version, first!.headers["x-prometheus-remote-write-version"]]).toEqual(["2.0", "2.0.0"]);
    expect(new Set(rest.map(({ version, headers }) => `${version} ${headers["content-type"]}`))).toEqual(
      new Set(["1.0 application/x-protobuf"]),
    );
    // Nothing lost, nothing twice, in order.
    expect(rest.flatMap(({ times }) => times)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5].map((i) => now + i));
    expect([value("accepted"), value("delivered"), value("rejected"), value("dropped")]).toEqual([11, 11, 0, 0]);
    expect(ctx.log.records.filter(({ message }) => /does not know remote write 2.0/.test(message))).toHaveLength(1);
  };
  test("says 415", () => check({ status: 415, body: "unsupported media type" }));
  test("answers 2xx without a word on what it wrote", () => check({ status: 204, written: undefined }));
  test("is sent to without a queue", () => check({ status: 415 }, "remote_write_queue: { enabled: false }"));
  test("has several requests under way", () => check({ status: 415 }, "max_batch_request_parallelism: 3"));
});

test("names that only 2.0 knows are escaped, in the queue and after", async () => {
  const { sim, send, instance, requests } = await setUp(
    `${version2}\ntranslation_strategy: NoTranslation\ntarget_info: { enabled: false }`,
    [{ status: 415 }, { status: 204 }],
  );
  const point = { ...gauge, name: "a.b-c", attributes: { "z.y": "1", "z-y": "2", "0": "3" } };
  await send([point]);
  await sim.advance(10_000);
  await send([point]);
  await sim.run(instance.shutdown!());
  const series = requests.slice(1).flatMap((each) => each.series);
  expect(series[0]).toBe("__name__=a_b_c,instance=i-1,job=app,key_0=3,z_y=2");
  expect(series[1]).toBe("__name__=a_b_c,instance=i-1,job=app,key_0=3,z_y=2;1");
});

test("what grows beyond a request's size as 1.0 is cut", async () => {
  const { sim, send, instance, requests } = await setUp(
    `${version2}\nmax_batch_size_bytes: 3000\ntarget_info: { enabled: false }`,
    [{ status: 415 }, { status: 204 }],
  );
  const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`attribute_${i}`, `same value ${i}`]));
  await send(Array.from({ length: 40 }, (_, i) => ({ name: `m${i}`, value: i, attributes })));
  await sim.run(instance.shutdown!());
  const rest = requests.filter(({ version }) => version === "1.0");
  expect(rest.length).toBeGreaterThan(requests.filter(({ version }) => version === "2.0").length);
  expect(rest.flatMap(({ series }) => series.map((each) => /__name__=(m\d+)/.exec(each)![1]))).toEqual(
    Array.from({ length: 40 }, (_, i) => `m${i}`),
  );
});

test("the choice is kept until a reload that changes something", async () => {
  const { sim, send, requests, instance, update } = await setUp(version2, [{ status: 415 }, { status: 204 }]);
  const version = async (timeMs: number) => {
    await send([gauge], { timeMs });
    await sim.advance(1000);
    return requests.at(-1)!.version;
  };
  expect(await version(now)).toBe("1.0");
  (await update(version2)).apply();
  expect(await version(now + 1)).toBe("1.0");
  (await update(`${version2}\nmax_batch_size_bytes: 5000`)).apply();
  expect(await version(now + 2)).toBe("2.0");
  (await update("namespace: x")).apply();
  expect(await version(now + 3)).toBe("1.0");
  await sim.run(instance.shutdown!());
});

test("what is queued as 2.0 goes out as 1.0 when that is configured meanwhile", async () => {
  const { sim, send, requests, instance, update, value } = await setUp(version2, [{ status: 503 }, { status: 204 }]);
  for (let i = 0; i < 3; i++) await send([gauge], { timeMs: now + i });
  (await update("namespace: x")).apply();
  await sim.run(instance.shutdown!());
  expect(requests.map(({ version }) => version)).toEqual(["2.0", "1.0", "1.0", "1.0"]);
  expect(value("delivered")).toBe(3);
});

test("what is queued as 1.0 goes out as 1.0 when 2.0 is configured meanwhile", async () => {
  const { sim, send, requests, instance, update, value } = await setUp("", [{ status: 503 }, { status: 204 }]);
  await send([gauge], { timeMs: now });
  await sim.settle();
  (await update(version2)).apply();
  await send([gauge], { timeMs: now + 1 });
  await sim.run(instance.shutdown!());
  expect(requests.map(({ version }) => version)).toEqual(["1.0", "1.0", "2.0"]);
  expect(value("delivered")).toBe(2);
});

import { createSimulation } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createAdmission } from "./admission.ts";
import { Announced } from "./announced.ts";
import { Memory } from "./memory.ts";
import { compressed, encode1, encode2, type SeriesSpec } from "./messages.testing.ts";
import { partsOf } from "./parts.ts";
import { RequestReader } from "./reader.ts";
import { batchesOf, startReceiver, TYPE_1, TYPE_2, textOf } from "./receiving.testing.ts";

const sample = { value: 1, ms: 1000 };
const source: SeriesSpec[] = [
  { labels: { __name__: "up", job: "é" }, samples: [sample, { ...sample, startMs: 3 }], meta: { type: 1, help: "H" } },
  {
    labels: { __name__: "h" },
    histograms: [{ count_int: 3, positive_spans: [{ offset: 1, length: 2 }], positive_deltas: [1, 1], timestamp: 9 }],
    exemplars: [{ labels: { trace_id: "x" }, value: 1, ms: 1 }],
  },
  { labels: { __name__: "c" }, histograms: [{ schema: -53, count_int: 0, custom_values: [1, 2], timestamp: 9 }] },
];
const corrupted = (bytes: Uint8Array) =>
  fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((edits) => {
    const copy = Uint8Array.from(bytes);
    for (const [at, byte] of edits) copy[at] = byte;
    return copy;
  });

test.each([
  [TYPE_1, encode1(source, [{ type: 1, family: "up", help: "H" }])],
  [TYPE_2, encode2(source)],
])("any bytes are answered with 204 or 400: %s", async (type, bytes) => {
  const { post, simulation, sink, end } = await startReceiver();
  const mutated = corrupted(bytes);
  const body = fc.oneof(
    { weight: 6, arbitrary: mutated.map(compressed) },
    { weight: 2, arbitrary: corrupted(compressed(bytes)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map(compressed) },
  );
  await fc.assert(
    fc.asyncProperty(body, async (given) => {
      const { status } = await simulation.run(post(given, { "content-type": type }));
      expect([204, 400]).toContain(status);
    }),
    { numRuns: 300 },
  );
  // Everything that was handed on can be looked at.
  for (const { parts } of batchesOf(sink)) {
    for (const part of parts) {
      if (part.form !== "points") throw new Error("not points");
      const { catalog, ids } = part.layout;
      for (const id of ids) catalog.key(id);
    }
  }
  const after = await simulation.run(post(compressed(bytes), { "content-type": type }));
  expect(after.status).toBe(204);
  await end();
});

test("a bomb is refused before it is opened", async () => {
  const { post, simulation, end } = await startReceiver("max_request_body_size: 100000");
  const answer = await simulation.run(post(Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0)));
  expect([answer.status, textOf(answer)]).toEqual([400, expect.stringContaining("limit is 100000")]);
  const zeros = await simulation.run(post(compressed(new Uint8Array(200_000))));
  expect([zeros.status, textOf(zeros)]).toEqual([400, expect.stringContaining("limit is 100000")]);
  const large = await simulation.run(post(new Uint8Array(200_000)));
  expect(large.status).toBe(413);
  await end();
});

/** Many equal fields without content in one series, behind its labels. */
function hollow(tag: number, count: number): Uint8Array {
  const label = [0x0a, 13, 0x0a, 8, ...Buffer.from("__name__"), 0x12, 1, 97];
  const length = label.length + 2 * count;
  const head = [0x0a, (length & 127) | 128, ((length >> 7) & 127) | 128, ((length >> 14) & 127) | 128, length >> 21];
  const bytes = new Uint8Array(head.length + length);
  bytes.set([...head, ...label]);
  for (let at = head.length + label.length; at < bytes.length; at += 2) bytes[at] = tag;
  return bytes;
}

test.each([
  ["samples", 0x12],
  ["exemplars", 0x1a],
  ["histograms", 0x22],
])("messages of two bytes do not become a flood of %s", async (_what, tag) => {
  const { send, sink, end } = await startReceiver();
  const answer = await send(hollow(tag, 1_000_000));
  expect([answer.status, textOf(answer)]).toEqual([400, expect.stringContaining("far more memory")]);
  expect(sink.calls).toBe(0);
  await end();
});

test("an explosion of labels costs no more memory than there is", () => {
  const memory = new Memory(createSimulation().env, 1_000_000);
  const reader = new RequestReader(memory);
  const encode = [encode1, encode2];
  for (let round = 0; round < 40; round++) {
    const series = Array.from({ length: 500 }, (_, i) => ({
      labels: { __name__: `a${i}`, job: `${round} ${i}`, x: "x".repeat(100), [`l${round} ${i}`]: "y" },
      samples: [sample],
      meta: { type: 1, help: `${i} ${round}` },
    }));
    reader.read(encode[round % 2]!(series), round % 2 === 0 ? "1.0" : "2.0");
    expect(partsOf(reader.rows)).toHaveLength(500);
    expect(memory.bytes).toBeLessThan(2_500_000);
  }
  expect(memory.overflows).toBeGreaterThan(10);
});

test("announcements of families are bounded, too", () => {
  const announced = new Announced();
  for (let i = 0; i < 60_000; i++) announced.announce(`f${i}`, { type: "counter", help: "x".repeat(i), unit: "" });
  expect(announced.bytes).toBeLessThan(30_000_000);
  announced.nextEpoch();
  announced.nextEpoch();
  announced.nextEpoch();
  expect(announced.bytes).toBe(0);
});

test("requests that there is no memory for are told to come again", async () => {
  const { post, simulation, sink, context, end } = await startReceiver("max_request_body_size: 1000000000");
  const limit = simulation.env.process.heapLimit / 4;
  const body = compressed(encode1(source));
  // One that announces as much as there is, and never comes.
  const slow = await simulation.env.net.connect({ address: { host: "localhost", port: 9090 } });
  slow.write(
    `POST /api/v1/write HTTP/1.1\r\nhost: x\r\ncontent-type: ${TYPE_1}\r\ncontent-encoding: snappy\r\ncontent-length: ${Math.floor(limit)}\r\n\r\n`,
  );
  await simulation.settle();
  expect(context.meter.value("sluice_receiver_request_bytes")).toBe(Math.floor(limit));
  const answer = await simulation.run(post(body));
  expect([answer.status, answer.headers["retry-after"], sink.calls]).toEqual([503, "1", 0]);
  // Its time is over after a minute.
  slow.on("error", () => {});
  slow.resume();
  await simulation.advance(61_000);
  expect(context.meter.value("sluice_receiver_request_bytes")).toBe(0);
  expect((await simulation.run(post(body))).status).toBe(204);
  slow.destroy();
  await end();
});

test("a body that would become too much beside others is told to come again", async () => {
  const { post, simulation, sink, end } = await startReceiver("max_request_body_size: 200000000");
  const limit = simulation.env.process.heapLimit / 4;
  const slow = await simulation.env.net.connect({ address: { host: "localhost", port: 9090 } });
  slow.on("error", () => {});
  slow.write(
    `POST /api/v1/write HTTP/1.1\r\nhost: x\r\ncontent-type: ${TYPE_1}\r\ncontent-length: ${limit / 2}\r\n\r\n`,
  );
  await simulation.settle();
  const zeros = await simulation.run(post(compressed(new Uint8Array(limit / 10))));
  expect([zeros.status, sink.calls]).toEqual([503, 0]);
  slow.destroy();
  await end();
});

test("a request that is alone gets in whatever its size", () => {
  const admission = createAdmission(100);
  const first = admission.enter(1000)!;
  expect([admission.used, admission.enter(1)]).toEqual([1000, undefined]);
  expect(first.resize(60)).toBe(true);
  const second = admission.enter(40)!;
  expect([second.resize(41), second.resize(10), admission.used]).toEqual([false, true, 70]);
  first.leave();
  first.leave();
  second.leave();
  expect(admission.used).toBe(0);
});

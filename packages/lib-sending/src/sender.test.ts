import { PermanentError, RetryLaterError } from "@sluice/component";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Item, QueueConfig } from "./index.ts";
import { item, queue, retry, setUp } from "./sender.testing.ts";

test("delivers, neighbours of a lane in one request", async () => {
  const { sim, sender, arrived, account } = setUp(() => undefined);
  await sender.send([item(1), item(2), item(3), item(4), item(5, 1)]);
  expect(account()).toMatchObject({ accepted: 50, queued: 50 });
  await sim.run(sender.shutdown());
  expect(arrived).toEqual([[1, 2], [5], [3, 4]]);
  expect(account()).toMatchObject({ delivered: 50, queued: 0 });
});

test("items with different keys never share a request", async () => {
  const { sim, sender, arrived } = setUp(() => undefined);
  await sender.send([item(1), item(2, 0, { key: "a" }), item(3, 0, { key: "b" }), item(4, 0, { key: "b" })]);
  await sim.run(sender.shutdown());
  expect(arrived).toEqual([[1], [2], [3, 4]]);
});

test("a lane waits for its first item; other lanes go on", async () => {
  const { sim, sender, arrived } = setUp(([name], tries) => (name === 1 && tries < 8 ? new Error("down") : undefined));
  await sender.send([item(1), item(2), item(3, 1)]);
  await sim.advance(20);
  expect(arrived).toEqual([[3]]);
  await sim.advance(60_000);
  expect(arrived).toEqual([[3], [1, 2]]);
});

test("a rejected request is counted, logged with the backend's words, and blocks nothing", async () => {
  const { sim, ctx, sender, arrived, account } = setUp(([name]) =>
    name === 1 ? new PermanentError("400: bad label") : undefined,
  );
  await sender.send([item(1)]);
  await sim.advance(10);
  await sender.send([item(2)]);
  await sim.run(sender.shutdown());
  expect(arrived).toEqual([[2]]);
  expect(account()).toEqual({ accepted: 20, delivered: 10, rejected: 10, dropped: 0, queued: 0 });
  const fields = { error: new PermanentError("400: bad label"), dropped_items: 10 };
  expect(ctx.log.records[0]).toMatchObject({ level: "error", fields });
});

test("an outage is told of every ten seconds at most, and its end once", async () => {
  const { sim, ctx, sender } = setUp((_, tries) => (tries < 8 ? new Error("down") : undefined));
  await sender.send([item(1)]);
  await sim.advance(60_000);
  await sender.send([item(2)]);
  await sim.advance(60_000);
  const warnings = ctx.log.records.slice(0, -1);
  for (const { level, message } of warnings) expect([level, message]).toEqual(["warn", "cannot send, will try again"]);
  expect(warnings.length).toBeLessThan(7);
  expect(ctx.log.records.at(-1)).toMatchObject({ level: "info", message: "sending again", fields: { tries: 8 } });
});

test("every failed try is a status, and the first success after one", async () => {
  const { sim, sender, ctx } = setUp(([name], tries) =>
    name === 3 ? new PermanentError("bad sample") : tries <= 2 ? new Error("down") : undefined,
  );
  await sender.send([item(1)]);
  await sim.advance(1000);
  await sender.send([item(2)]);
  await sim.advance(1000);
  await sender.send([item(3)]);
  await sim.advance(1000);
  expect(ctx.statuses.map(({ status, error }) => [status, error?.message])).toEqual([
    ["recoverable_error", "down"],
    ["recoverable_error", "down"],
    ["ok", undefined],
    ["recoverable_error", "bad sample"],
  ]);
});

test("the backend's Retry-After is honoured", async () => {
  const { sim, sender, arrived, tries } = setUp((_, tries) =>
    tries === 1 ? new RetryLaterError("429", 20_000) : undefined,
  );
  await sender.send([item(1)]);
  await sim.advance(19_990);
  expect(tries()).toBe(1);
  await sim.advance(100);
  expect(arrived).toEqual([[1]]);
});

test("gives up after max_elapsed_time, never with 0", async () => {
  const down = (_: number[], tries: number) => (tries > 200 ? undefined : new Error("down"));
  const short = setUp(down, { retry: { ...retry, max_elapsed_time: 30_000 } });
  await short.sender.send([item(1)]);
  await short.sim.advance(40_000);
  expect(short.account()).toMatchObject({ dropped: 10, queued: 0 });
  expect(short.ctx.meter.value("sluice_exporter_dropped_items", { reason: "retry_exhausted" })).toBe(10);
  const endless = setUp(down, { retry: { ...retry, max_elapsed_time: 0 } });
  await endless.sender.send([item(1)]);
  await endless.sim.advance(3 * 3600_000);
  expect(endless.account()).toMatchObject({ delivered: 10 });
});

test("without retry the first failure drops", async () => {
  const { sim, sender, account, tries } = setUp(() => new Error("down"), { retry: { ...retry, enabled: false } });
  await sender.send([item(1)]);
  await sim.advance(1000);
  expect(tries()).toBe(1);
  expect(account()).toMatchObject({ dropped: 10 });
});

test("a full queue refuses the whole batch and counts nothing as accepted", async () => {
  const check = async (config: Partial<QueueConfig>, fitting: Item[], refused: Item[]) => {
    const { sender, account, ctx } = setUp(() => "hang", { queue: { ...queue, ...config } });
    await sender.send(fitting);
    await expect(sender.send(refused)).rejects.toThrow("sending queue is full");
    expect(account().accepted).toBe(10 * fitting.length);
    expect(ctx.meter.value("otelcol_exporter_enqueue_failed_metric_points")).toBe(4 * refused.length);
  };
  await check({ queue_size: 1 }, [item(1), item(2)], [item(3), item(4)]);
  await check({ queue_size: 25, sizer: "items" }, [item(1), item(2)], [item(3)]);
  await check({ queue_size: 2, sizer: "bytes" }, [item(1), item(2)], [item(3)]);
  const large = (name: number) => item(name, 0, { body: new Uint8Array(4000) });
  await check({}, [large(1), large(2)], [large(3)]);
});

test("a batch larger than the queue is refused for good", async () => {
  const check = async (config: Partial<QueueConfig>, batch: Item[], expected: string) => {
    const { sender, account } = setUp(() => undefined, { queue: { ...queue, ...config } });
    const refused = sender.send(batch);
    await expect(refused).rejects.toBeInstanceOf(PermanentError);
    await expect(refused).rejects.toThrow(expected);
    expect(account().accepted).toBe(0);
  };
  await check({ queue_size: 15, sizer: "items" }, [item(1), item(2)], "a batch of 20 items and 514 bytes");
  await check({}, [item(1, 0, { body: new Uint8Array(20_000) })], "a batch of 1 requests and 20256 bytes");
});

test("a batch of many items counts as one request until its last item is gone", async () => {
  const { sim, sender, ctx } = setUp(([name]) => (name === 9 ? "hang" : undefined), {
    queue: { ...queue, queue_size: 1 },
  });
  const size = () => ctx.meter.value("otelcol_exporter_queue_size", { data_type: "metrics" });
  await sender.send([item(1), item(9, 1)]);
  await sim.advance(10);
  expect(size()).toBe(1);
  await expect(sender.send([item(3)])).rejects.toThrow("sending queue is full");
  await sim.run(sender.shutdown(), 11_000);
  expect(size()).toBe(0);
});

test("block_on_overflow waits for room", async () => {
  const { sim, sender, arrived, account } = setUp(() => undefined, {
    queue: { ...queue, queue_size: 1, block_on_overflow: true },
  });
  await sender.send([item(1)]);
  await sim.run(sender.send([item(2)]));
  await sim.run(sender.shutdown());
  expect(arrived).toEqual([[1], [2]]);
  expect(account()).toMatchObject({ accepted: 20, delivered: 20 });
});

test("who waits for room is served in turn", async () => {
  const { sim, sender, arrived } = setUp(() => undefined, {
    queue: { ...queue, num_consumers: 1, queue_size: 30, sizer: "items", block_on_overflow: true },
  });
  const sends = [[item(1), item(2)], [item(3), item(4), item(5)], [item(6)]].map((batch) => sender.send(batch));
  await sim.run(Promise.all(sends));
  await sim.run(sender.shutdown());
  expect(arrived.flat()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("whoever waits for room is sent away when the exporter stops, and whoever comes later too", async () => {
  const { sim, sender, account } = setUp(() => "hang", { queue: { ...queue, queue_size: 1, block_on_overflow: true } });
  await sender.send([item(1)]);
  const waiting = expect(sender.send([item(2)])).rejects.toThrow("sending queue is full");
  const stopped = sim.run(sender.shutdown(), 11_000);
  await waiting;
  await expect(sender.send([item(3)])).rejects.toThrow("exporter is stopped");
  await stopped;
  expect(account()).toMatchObject({ accepted: 10, dropped: 10 });
});

test("without a queue the caller gets the outcome", async () => {
  const fine = setUp(() => undefined, { queue: undefined });
  await fine.sim.run(fine.sender.send([item(1), item(2)]));
  expect(fine.account()).toMatchObject({ accepted: 20, delivered: 20 });
  const bad = setUp(([name]) => (name === 1 ? new PermanentError("no") : undefined), { queue: undefined });
  await expect(bad.sim.run(bad.sender.send([item(1), item(2)]))).rejects.toThrow("no");
  expect(bad.account()).toMatchObject({ accepted: 20, delivered: 10, rejected: 10 });
  const down = setUp(() => new Error("down"), { queue: undefined });
  await expect(down.sim.run(down.sender.send([item(1)]))).rejects.toThrow("down");
  expect(down.account()).toMatchObject({ accepted: 0 });
  expect(down.ctx.meter.value("otelcol_exporter_send_failed_metric_points")).toBe(4);
});

test("without a queue a shutdown waits for what is under way", async () => {
  const { sim, sender, account } = setUp((_, tries) => (tries < 4 ? new Error("down") : undefined), {
    queue: undefined,
  });
  const sent = sender.send([item(1)]);
  await sim.run(sender.shutdown());
  await sent;
  expect(account()).toMatchObject({ delivered: 10 });
});

test("a shutdown goes on for as long as the backend takes something", async () => {
  const { sim, ctx, sender, account } = setUp(() => undefined, { queue: { ...queue, queue_size: 100 }, slowMs: 6000 });
  for (let name = 1; name <= 8; name++) await sender.send([item(name)]);
  const before = ctx.env.clock.monotonic();
  await sim.run(sender.shutdown(), 60_000);
  expect(ctx.env.clock.monotonic() - before).toBe(30_000);
  expect(account()).toMatchObject({ delivered: 80 });
});

test("shutdown sends what is queued, tries again for a while, and counts what remains", async () => {
  const late = setUp((_, tries) => (tries < 6 ? new Error("down") : undefined));
  await late.sender.send([item(1), item(2)]);
  await late.sim.advance(10);
  await late.sim.run(late.sender.shutdown());
  expect(late.account()).toMatchObject({ delivered: 20 });
  for (const answer of ["hang", new Error("down")] as const) {
    const dead = setUp(() => answer);
    await dead.sender.send([item(1), item(2), item(3)]);
    await dead.sim.run(dead.sender.shutdown(), 11_000);
    expect(dead.account()).toMatchObject({ dropped: 30, queued: 0 });
    expect(dead.ctx.meter.value("sluice_exporter_dropped_items", { reason: "shutdown" })).toBe(30);
    await dead.sim.run(dead.sender.shutdown());
    expect(dead.sim.open()).toEqual([]);
  }
});

test("whatever the backend does: the account holds, and a lane's order with it", async () => {
  const answers = fc.array(fc.constantFrom("ok", "error", "later", "never"), { minLength: 1, maxLength: 30 });
  const sends = fc.array(fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(answers, sends, fc.integer({ min: 1, max: 4 }), async (script, batches, num_consumers) => {
      const errors = {
        ok: undefined,
        error: new Error("down"),
        later: new RetryLaterError("wait", 100),
        never: new PermanentError("no"),
      };
      const { sim, sender, arrived, account } = setUp(
        (_, tries) => errors[script[tries % script.length] as keyof typeof errors],
        {
          queue: { ...queue, num_consumers },
        },
      );
      let name = 0;
      const laneOf = new Map<number, number>();
      for (const lanes of batches) {
        const items = lanes.map((lane) => item(++name % 256, lane));
        for (const each of items) laneOf.set(each.body[0]!, each.lane % num_consumers);
        await sender.send(items).catch(() => {});
        await sim.advance(20);
        account();
      }
      await sim.run(sender.shutdown());
      expect(account().queued).toBe(0);
      for (let lane = 0; lane < num_consumers; lane++) {
        const order = arrived.flat().filter((each) => laneOf.get(each) === lane);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 60 },
  );
});

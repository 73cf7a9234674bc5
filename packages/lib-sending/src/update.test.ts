import { PermanentError, RetryLaterError } from "@sluice/component";
import { expect, test } from "vitest";
import type { QueueConfig } from "./index.ts";
import { item, queue, retry, setUp } from "./sender.testing.ts";

const down = () => new Error("down");
const fine = () => undefined;

test("what waits for its next try goes to another backend at once, before what came later", async () => {
  const { sim, sender, settings, post, arrived, account, tries } = setUp(() => new RetryLaterError("503", 200_000));
  await sender.send([item(1), item(2)]);
  await sim.advance(10);
  await sender.send([item(3), item(4, 1)]);
  await sim.advance(10);
  expect(tries()).toBe(2);
  sender.update({ ...settings, post: post(fine) });
  await sim.advance(10);
  expect(arrived).toEqual([[1, 2], [4], [3]]);
  expect(account()).toMatchObject({ delivered: 40, queued: 0 });
});

test("what is on the wire ends by the old settings, and its lane waits for it", async () => {
  const { sim, sender, settings, post, arrived } = setUp(fine, { slowMs: 100 });
  const seen: number[][] = [];
  await sender.send([item(1)]);
  await sim.advance(50);
  sender.update({ ...settings, post: post((names) => void seen.push(names)) });
  await sender.send([item(2), item(3, 1)]);
  await sim.advance(49);
  expect([arrived, seen]).toEqual([[], [[3]]]);
  await sim.run(sender.shutdown());
  expect([arrived, seen]).toEqual([
    [[1], [3], [2]],
    [[3], [2]],
  ]);
});

test("what fails on the wire by the old settings is sent by the new ones at once, however old it is", async () => {
  const { sim, sender, settings, post, arrived } = setUp(down, {
    slowMs: 100,
    retry: { ...retry, max_elapsed_time: 90 },
  });
  await sender.send([item(1)]);
  await sim.advance(50);
  sender.update({ ...settings, post: post(fine) });
  await sim.advance(151);
  expect(arrived).toEqual([[1]]);
});

test("the wait that a backend asked for outlasts what does not concern it", async () => {
  const later = (_: number[], tries: number) => (tries === 1 ? new RetryLaterError("429", 20_000) : undefined);
  const { sim, sender, settings, tries, arrived } = setUp(later);
  await sender.send([item(1)]);
  await sim.advance(100);
  sender.update({ ...settings, queue: { ...queue, queue_size: 3 } });
  await sim.advance(100);
  sender.update({ ...settings, queue: { ...queue, num_consumers: 7 } });
  await sim.advance(19_700);
  expect(tries()).toBe(1);
  await sim.advance(200);
  expect(arrived).toEqual([[1]]);
});

test("lanes that are divided anew keep the order of each old one, and hold what is on the wire", async () => {
  const check = async (from: number, to: number) => {
    const { sim, sender, settings, arrived } = setUp(fine, {
      slowMs: 100,
      queue: { ...queue, num_consumers: from, queue_size: 100 },
    });
    const laneOf = (name: number) => name % 6;
    const names = Array.from({ length: 24 }, (_, at) => at + 1);
    for (const name of names) await sender.send([item(name, laneOf(name))]);
    await sim.advance(150);
    sender.update({ ...settings, queue: { ...queue, num_consumers: to, queue_size: 100 } });
    await sim.run(sender.shutdown());
    for (let lane = 0; lane < 6; lane++)
      expect(arrived.flat().filter((name) => laneOf(name) === lane)).toEqual(
        names.filter((name) => laneOf(name) === lane),
      );
  };
  await check(1, 4);
  await check(4, 1);
  await check(2, 3);
  await check(6, 2);
});

test("lanes that become one are emptied in the order in which their items came", async () => {
  const { sim, sender, settings, post, arrived } = setUp(down, { queue: { ...queue, num_consumers: 3 } });
  for (const [at, lane] of [2, 0, 1, 0, 2, 1].entries()) await sender.send([item(at + 1, lane)]);
  await sim.advance(10);
  sender.update({ ...settings, queue: { ...queue, num_consumers: 1 }, post: post(fine) });
  await sim.run(sender.shutdown());
  expect(arrived.flat()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("with fewer consumers fewer requests travel, also of those that were waiting for their next try", async () => {
  const now = { underWay: 0, most: 0, tries: 0 };
  const { sim, ctx, sender, settings, account } = setUp(fine, { queue: undefined });
  const post = async () => {
    now.most = Math.max(now.most, ++now.underWay);
    await ctx.env.timers.sleep(10);
    now.underWay--;
    if (++now.tries < 40) throw new Error("503");
  };
  sender.update({ ...settings, post, queue: { ...queue, num_consumers: 8 } });
  await sender.send(Array.from({ length: 8 }, (_, lane) => item(lane + 1, lane)));
  await sim.advance(15);
  expect(now.most).toBe(8);
  now.most = 0;
  sender.update({ ...settings, post, queue: { ...queue, num_consumers: 2 } });
  await sim.run(sender.shutdown());
  expect(now.most).toBe(2);
  expect(account()).toMatchObject({ delivered: 80 });
});

test("a request that failed never grows, and may be cut", async () => {
  const { sim, sender, settings, post, arrived } = setUp(down);
  await sender.send([item(1), item(2)]);
  await sim.advance(5);
  await sender.send([item(3)]);
  sender.update({ ...settings, maxMergedBytes: 1000, post: post(fine) });
  await sim.advance(10);
  expect(arrived).toEqual([[1, 2], [3]]);
  const cut = setUp(down);
  await cut.sender.send([item(1), item(2)]);
  await cut.sim.advance(5);
  cut.sender.update({ ...cut.settings, maxMergedBytes: 100, post: cut.post(fine) });
  await cut.sim.advance(10);
  expect(cut.arrived).toEqual([[1], [2]]);
});

test("in a smaller queue everything stays, and what comes waits or is refused until there is room", async () => {
  const check = async (smaller: Partial<QueueConfig>) => {
    const { sim, sender, settings, post, arrived, account, ctx } = setUp(down);
    for (let name = 1; name <= 6; name++) await sender.send([item(name)]);
    sender.update({ ...settings, queue: { ...queue, ...smaller } });
    await expect(sender.send([item(7)])).rejects.toThrow("sending queue is full");
    expect(account().queued).toBe(60);
    const blocking = { ...queue, ...smaller, block_on_overflow: true };
    sender.update({ ...settings, queue: blocking });
    const waiting = sender.send([item(7)]);
    await sim.advance(1000);
    expect(account().queued).toBe(60);
    sender.update({ ...settings, queue: blocking, post: post(fine) });
    await sim.run(waiting);
    await sim.run(sender.shutdown());
    expect(arrived.flat()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(ctx.meter.value("otelcol_exporter_queue_size")).toBe(0);
  };
  await check({ queue_size: 2 });
  await check({ queue_size: 25, sizer: "items" });
  await check({ queue_size: 2, sizer: "bytes" });
});

test("a larger queue lets in who waited; one that is too small for a batch sends it away", async () => {
  const blocking: QueueConfig = { ...queue, queue_size: 20, sizer: "items", block_on_overflow: true };
  const { sim, sender, settings, account } = setUp(() => "hang", { queue: blocking });
  await sender.send([item(1), item(2)]);
  const second = sender.send([item(3)]);
  sender.update({ ...settings, queue: { ...blocking, queue_size: 30 } });
  await sim.run(second);
  const third = expect(sender.send([item(4), item(5)])).rejects.toThrow("sending queue is full");
  sender.update({ ...settings, queue: { ...blocking, queue_size: 10 } });
  await third;
  expect(account()).toMatchObject({ accepted: 30, queued: 30 });
});

test("a queue that is turned off is emptied before a direct send of the same lane", async () => {
  const { sim, sender, settings, post, arrived, account, ctx } = setUp(down);
  await sender.send([item(1), item(2), item(3)]);
  await sim.advance(5);
  sender.update({ ...settings, queue: undefined });
  const same = sender.send([item(4)]);
  const other = sender.send([item(5, 1)]).catch((error: Error) => error.message);
  sender.update({
    ...settings,
    queue: undefined,
    post: post(([name]) => (name === 5 ? new PermanentError("no") : undefined)),
  });
  await sim.run(same);
  expect(await other).toBe("no");
  expect(arrived).toEqual([[1, 2], [3], [4]]);
  expect(account()).toEqual({ accepted: 50, delivered: 40, rejected: 10, dropped: 0, queued: 0 });
  expect(ctx.meter.value("otelcol_exporter_queue_size")).toBe(0);
});

test("a queue that is turned on takes what waited for the old one to become empty", async () => {
  const { sim, sender, settings, post, arrived, account } = setUp(down);
  await sender.send([item(1)]);
  sender.update({ ...settings, queue: undefined });
  const waiting = sender.send([item(2)]);
  sender.update(settings);
  await sim.run(waiting);
  expect(account()).toMatchObject({ accepted: 20, queued: 20 });
  sender.update({ ...settings, post: post(fine) });
  await sim.run(sender.shutdown());
  expect(arrived).toEqual([[1], [2]]);
});

test("a direct send that waits for its next try goes on by the new settings", async () => {
  const { sim, sender, settings, post, arrived, account } = setUp(() => new RetryLaterError("503", 200_000), {
    queue: undefined,
  });
  const sent = sender.send([item(1), item(2)]);
  await sim.advance(10);
  sender.update({ ...settings, queue, post: post(fine) });
  await sim.advance(10);
  await sent;
  await sender.send([item(3)]);
  expect(account()).toMatchObject({ accepted: 30, delivered: 20, queued: 10 });
  await sim.run(sender.shutdown());
  expect(arrived).toEqual([[1], [2], [3]]);
});

test("who waits behind a queue that was turned off is sent away when the exporter stops", async () => {
  const { sim, sender, settings, account } = setUp(down);
  await sender.send([item(1)]);
  sender.update({ ...settings, queue: undefined });
  const waiting = expect(sender.send([item(2)])).rejects.toThrow("exporter is stopped");
  await sim.run(sender.shutdown(), 11_000);
  await waiting;
  expect(account()).toMatchObject({ accepted: 10, dropped: 10, queued: 0 });
  expect(sim.open()).toEqual([]);
});

test("changes of retry hold from the next failure on", async () => {
  const { sim, sender, settings, account, tries } = setUp(down, {
    retry: { ...retry, initial_interval: 1000, max_interval: 1000, randomization_factor: 0, max_elapsed_time: 0 },
  });
  await sender.send([item(1)]);
  await sim.advance(10);
  sender.update({
    ...settings,
    retry: { ...retry, max_elapsed_time: 1200, randomization_factor: 0, initial_interval: 500 },
  });
  await sim.advance(900);
  expect(tries()).toBe(1);
  await sim.advance(200);
  expect(tries()).toBe(2);
  expect(account()).toMatchObject({ dropped: 10 });
});

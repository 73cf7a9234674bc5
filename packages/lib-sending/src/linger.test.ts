import { expect, test } from "vitest";
import { item, queue, setUp } from "./sender.testing.ts";

const names = (arrived: number[][]) => arrived.map((each) => each.join()).join(" ");

test("what comes in quick succession travels together, the first one at once", async () => {
  const { sim, sender, arrived, account } = setUp(() => undefined, { lingerMs: 500 });
  await sender.send([item(1)]);
  await sim.advance(2);
  expect(names(arrived)).toBe("1");
  await sender.send([item(2)]);
  await sim.advance(100);
  await sender.send([item(3)]);
  await sim.advance(390);
  expect(names(arrived)).toBe("1");
  await sim.advance(20);
  expect(names(arrived)).toBe("1 2,3");
  expect(account()).toMatchObject({ accepted: 30, delivered: 30, queued: 0 });
  // Nothing came for longer than that: at once.
  await sim.advance(600);
  await sender.send([item(4)]);
  await sim.advance(2);
  expect(names(arrived)).toBe("1 2,3 4");
});

test("a full request does not wait", async () => {
  const { sim, sender, arrived } = setUp(() => undefined, { lingerMs: 500 });
  await sender.send([item(1)]);
  await sim.advance(2);
  for (const name of [2, 3, 4]) await sender.send([item(name)]);
  await sim.advance(2);
  expect(names(arrived)).toBe("1 2,3");
  await sim.advance(500);
  expect(names(arrived)).toBe("1 2,3 4");
});

test("each lane has its own time", async () => {
  const { sim, sender, arrived } = setUp(() => undefined, { lingerMs: 500 });
  await sender.send([item(1, 0)]);
  await sim.advance(300);
  await sender.send([item(2, 1)]);
  await sender.send([item(3, 0)]);
  await sender.send([item(4, 1)]);
  await sim.advance(210);
  expect(names(arrived)).toBe("1 2 3");
  await sim.advance(300);
  expect(names(arrived)).toBe("1 2 3 4");
});

test("a queue that is half full does not wait, so that a short one refuses nothing for it", async () => {
  const { sim, sender, arrived, account } = setUp(() => undefined, {
    lingerMs: 500,
    queue: { ...queue, queue_size: 2 },
  });
  for (const name of [1, 2, 3]) {
    await sender.send([item(name)]);
    await sim.advance(2);
  }
  expect(names(arrived)).toBe("1 2 3");
  expect(account().queued).toBe(0);
});

test("what cannot travel with those before it does not wait for its own time, too", async () => {
  const { sim, sender, arrived } = setUp(() => undefined, { lingerMs: 500, queue: { ...queue, queue_size: 100 } });
  const keyed = (name: number) => item(name, 0, { rawBytes: 10, key: name % 2 === 0 ? "even" : "odd" });
  for (const name of [1, 2, 3, 4, 5]) await sender.send([keyed(name)]);
  await sim.advance(100);
  expect(names(arrived)).toBe("1");
  await sim.advance(450);
  expect(names(arrived)).toBe("1 2 3 4 5");
  // The last one took along all there was.
  await sender.send([keyed(6)]);
  await sim.advance(100);
  expect(names(arrived)).toBe("1 2 3 4 5");
});

test("nor does anything wait while somebody waits for its room", async () => {
  const { sim, sender, arrived } = setUp(() => undefined, {
    lingerMs: 60_000,
    queue: { ...queue, sizer: "items", queue_size: 30, block_on_overflow: true },
  });
  await sender.send([item(1)]);
  await sim.advance(2);
  await sender.send([item(2)]);
  const sent = sender.send([item(3), item(4), item(5)]);
  await sim.advance(20);
  expect(names(arrived)).toBe("1 2 3,4");
  await sent;
});

test("a shutdown sends at once what waits", async () => {
  const { sim, sender, arrived, account } = setUp(() => undefined, { lingerMs: 60_000 });
  await sender.send([item(1)]);
  await sim.advance(2);
  await sender.send([item(2)]);
  const { simulated } = await sim.run(sender.shutdown(), 100).then(() => ({ simulated: true }));
  expect(simulated).toBe(true);
  expect(names(arrived)).toBe("1 2");
  expect(account()).toMatchObject({ delivered: 20, dropped: 0 });
});

test("what failed waits for its next try only", async () => {
  const { sim, sender, arrived } = setUp((_, tries) => (tries === 1 ? new Error("down") : undefined), {
    lingerMs: 60_000,
  });
  await sender.send([item(1)]);
  await sim.advance(200);
  expect(names(arrived)).toBe("1");
});

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

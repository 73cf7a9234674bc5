import type { BatchOf } from "@sluice/data";
import { expect, test } from "vitest";
import { createEntrance, createLink } from "./links.ts";

const batch: BatchOf<"metrics"> = { signal: "metrics", parts: [], context: undefined };

test("a link leads where it was turned to, one call after the other", async () => {
  const link = createLink();
  await expect(link.consume(batch)).rejects.toThrow("BUG: a batch was sent before");
  const { consume } = link;
  const seen: string[] = [];
  for (const name of ["a", "b"]) {
    link.target = async () => void seen.push(name);
    await consume(batch);
  }
  expect(seen).toEqual(["a", "b"]);
});

test("an entrance is idle when all that went in came out", async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const calls = { count: 0 };
  const entrance = createEntrance(() => gates[calls.count++]!.promise);
  await entrance.idle();
  const outcomes = Promise.allSettled([entrance.consume(batch), entrance.consume(batch)]);
  const state = { idle: false };
  const idle = entrance.idle().then(() => {
    state.idle = true;
  });
  gates[0]?.resolve();
  await Promise.resolve();
  expect(state.idle).toBe(false);
  gates[1]?.reject(new Error("no"));
  await idle;
  expect((await outcomes).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
});

test("an entrance that throws at once is idle again", async () => {
  const entrance = createEntrance(() => {
    throw new Error("no");
  });
  await expect(entrance.consume(batch)).rejects.toThrow("no");
  await entrance.idle();
});

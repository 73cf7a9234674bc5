import { join } from "node:path";
import { expect, test } from "vitest";
import { createThreads } from "./threads.ts";

const threads = createThreads(join(import.meta.dirname, "threads.testing.ts"));
const MIB = 2 ** 20;

function start(heapBytes = 64 * MIB) {
  const thread = threads.start({ name: "test", heapBytes });
  const answers: unknown[] = [];
  const waiting: (() => void)[] = [];
  thread.listen((message) => {
    answers.push(message);
    waiting.shift()?.();
  });
  const answer = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  return { thread, answers, answer };
}

test("the first thread has no parent, also in a thread of somebody else", () => {
  expect(threads.parent).toBeUndefined();
  expect(threads.cores).toBeGreaterThan(0);
});

test("what is posted arrives in order, as a copy", async () => {
  const { thread, answers, answer } = start();
  const error = new Error("outer", { cause: new Error("inner") });
  for (const message of [1, { list: [new Map([["a", 1n]])] }, error]) thread.post(message);
  await answer();
  await answer();
  await answer();
  expect(answers).toEqual([1, { list: [new Map([["a", 1n]])] }, error]);
  thread.post("close");
  expect(await thread.ended).toBeUndefined();
});

/** A thread that is told this ends with that. */
async function checkEnd(message: string, expected: string | undefined, heapBytes?: number) {
  const { thread } = start(heapBytes);
  thread.post(message);
  expect((await thread.ended)?.message).toBe(expected);
  await thread.end();
}
test("a thread that dies says of what", async () => {
  await checkEnd("throw", "thrown on demand");
  await checkEnd("exit", "the thread ended with exit code 3");
  await checkEnd("close", undefined);
});

test("a heap that is full ends its thread and nothing else", async () => {
  await checkEnd("fill", "Worker terminated due to reaching memory limit: JS heap out of memory", 16 * MIB);
});

test("one that is ended at once is no failure of its own", async () => {
  const { thread } = start();
  await thread.end();
  await thread.end();
  expect(await thread.ended).toBeUndefined();
});

test("the heap is bounded", async () => {
  const { thread, answers, answer } = start(100 * MIB);
  thread.post("heap");
  await answer();
  // The young generation comes on top.
  expect(answers[0]).toBeLessThan(400 * MIB);
  await thread.end();
});

import { type Consume, PermanentError, RetryLaterError } from "@sluice/component";
import type { BatchOf } from "@sluice/data";
import { expect, test } from "vitest";
import { fanOut } from "./fan-out.ts";

const batch: BatchOf<"metrics"> = { signal: "metrics", parts: [], context: undefined };
const take: Consume = async () => {};
const refuse =
  (error: unknown): Consume =>
  async () => {
    throw error;
  };

test("one target needs no wrapper", () => {
  expect(fanOut([take])).toBe(take);
});

test("every target gets the very same batch, whatever the others do", async () => {
  const seen: unknown[] = [];
  const watch: Consume = async (given) => void seen.push(given);
  const broken: Consume = () => {
    throw new Error("not even a promise");
  };
  await expect(fanOut([watch, broken, refuse(new Error("no")), watch])(batch)).rejects.toThrow(
    "not even a promise; no",
  );
  expect(seen).toEqual([batch, batch]);
  expect(seen[0]).toBe(batch);
});

test("waits for the slowest target, also after a refusal", async () => {
  const slow = Promise.withResolvers<void>();
  const order: string[] = [];
  const sent = fanOut([refuse(new Error("no")), () => slow.promise])(batch).catch(() => order.push("rejected"));
  await Promise.resolve();
  order.push("released");
  slow.resolve();
  await sent;
  expect(order).toEqual(["released", "rejected"]);
});

async function check(errors: readonly unknown[], expected: { type: unknown; message: string; afterMs?: number }) {
  const thrown = await fanOut([take, ...errors.map(refuse)])(batch).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(expected.type);
  expect(thrown).toMatchObject({ message: expected.message, ...(expected.afterMs && { afterMs: expected.afterMs }) });
}
test("errors are joined; permanent only if all are", async () => {
  await check([new PermanentError("a")], { type: PermanentError, message: "a" });
  await check([new PermanentError("a"), new PermanentError("b")], { type: PermanentError, message: "a; b" });
  await check([new PermanentError("a"), new Error("b")], { type: Error, message: "a; b" });
  await check([new RetryLaterError("a", 5)], { type: RetryLaterError, message: "a", afterMs: 5 });
  await check([new RetryLaterError("a", 5), new PermanentError("b"), new RetryLaterError("c", 9)], {
    type: RetryLaterError,
    message: "a; b; c",
    afterMs: 9,
  });
  await check(["text", new Error("b")], { type: Error, message: "text; b" });
});

test("a mixed failure is not permanent", async () => {
  const thrown = await fanOut([refuse(new PermanentError("a")), refuse(new Error("b"))])(batch).catch(
    (error: unknown) => error,
  );
  expect(thrown).not.toBeInstanceOf(PermanentError);
  expect(thrown).toMatchObject({ cause: { errors: [{ message: "a" }, { message: "b" }] } });
});

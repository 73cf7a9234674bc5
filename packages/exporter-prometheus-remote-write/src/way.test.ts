import type { TestContext } from "@sluice/testkit";
import { expect, test } from "vitest";
import { type Answer, gauge, setUp } from "./exporter.testing.ts";

const repeated = "user=1: out of order sample (err-mimir-sample-out-of-order)";
const loggedErrors = ({ log }: TestContext): unknown[] =>
  log.records.filter(({ level }) => level === "error").map(({ fields }) => String(fields?.error));

test("an answer that speaks of the URL names it, without what may be secret", async () => {
  const at = "endpoint: http://me:pass@backend:9090/api/v1/wrong?token=secret";
  const check = async (answer: Answer, expected: string) => {
    const { ctx, sim, send } = await setUp(at, [answer]);
    await send([gauge]);
    await sim.advance(1000);
    expect(loggedErrors(ctx)).toEqual([`PermanentError: ${expected}`]);
  };
  const to = 'remote write request to "http://backend:9090/api/v1/wrong" failed';
  await check({ status: 404, body: "404 page not found" }, `${to}: 404 Not Found: 404 page not found`);
  await check({ status: 405 }, `${to}: 405 Method Not Allowed`);
  await check({ status: 301 }, `${to}: 301 Moved Permanently`);
  await check({ status: 400, body: "no" }, "remote write request failed: 400 Bad Request: no");
});

/** What becomes of one sample: rejected, and of those uncertain. */
async function outcome(answers: Answer[], disturb = false): Promise<[number, number, number]> {
  const { sim, send, value } = await setUp("", answers);
  if (disturb) sim.network.fault("backend:9090", { refuse: true });
  await send([gauge]);
  if (disturb) await sim.advance(100);
  sim.network.fault("backend:9090");
  await sim.advance(60_000);
  return [value("delivered"), value("rejected"), value("uncertain")];
}

test("a request refused as repeated after its answer was lost is rejected, and told apart", async () => {
  const check = async (answers: Answer[], uncertain: number) =>
    expect(await outcome(answers), JSON.stringify(answers)).toEqual([0, 1, uncertain]);
  const lost: Answer = { status: 0 };
  await check([lost, { status: 400, body: repeated }], 1);
  await check([lost, { status: 409, body: "store locally: add 3 samples: out of order sample" }], 1);
  await check([lost, { status: 400, body: "duplicate sample for timestamp" }], 1);
  await check([lost, { status: 400, body: "x (err-mimir-sample-duplicate-timestamp)" }], 1);
  await check([{ status: 504 }, { status: 400, body: repeated }], 1);
  await check([lost, { status: 503 }, { status: 429 }, { status: 400, body: repeated }], 1);
  await check([{ status: 400, body: repeated }], 0);
  await check([{ status: 429 }, { status: 400, body: repeated }], 0);
  await check([lost, { status: 400, body: "label value too long" }], 0);
  await check([lost, { status: 422, body: repeated }], 0);
  expect(await outcome([{ status: 400, body: repeated }], true)).toEqual([0, 1, 0]);
  expect(await outcome([lost, { status: 204 }])).toEqual([1, 0, 0]);
});

test("it says so in the log", async () => {
  const { ctx, sim, send } = await setUp("", [{ status: 0 }, { status: 400, body: repeated }]);
  await send([gauge]);
  await sim.advance(60_000);
  const words = `remote write request failed: 400 Bad Request: ${repeated}`;
  expect(loggedErrors(ctx)).toEqual([
    `PermanentError: ${words} (it may be stored: the answer to an earlier try was lost)`,
  ]);
});

test("another backend's refusal says nothing about an answer that was lost before", async () => {
  const { sim, send, serve, update, value } = await setUp("", [{ status: 504 }]);
  await serve("other", [{ status: 400, body: repeated }]);
  await send([gauge]);
  await sim.advance(10);
  (await update("endpoint: http://other:9090/")).apply();
  await sim.advance(1000);
  expect([value("rejected"), value("uncertain")]).toEqual([1, 0]);
});

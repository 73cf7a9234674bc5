import { gunzipSync } from "node:zlib";
import type { HttpRequest } from "@sluice/component";
import { expect, test } from "vitest";
import { gzipped } from "./index.ts";

const body = "a line\n".repeat(1000);
const request = (accept?: string): HttpRequest => ({
  method: "GET",
  target: "/",
  headers: accept === undefined ? {} : { "accept-encoding": accept },
  remoteAddress: "",
  body: async () => new Uint8Array(0),
});
const isGzip = async (accept?: string, given = body) => {
  const answer = await gzipped(
    { status: 200, headers: { "content-type": "text/plain" }, body: given },
    request(accept),
  );
  const encoding = answer.headers?.["content-encoding"];
  const sent = encoding === "gzip" ? gunzipSync(answer.body as Uint8Array) : Buffer.from(answer.body ?? "");
  expect(sent.toString()).toBe(given);
  expect(answer.headers).toMatchObject({ "content-type": "text/plain", vary: "Accept-Encoding" });
  return encoding === "gzip";
};

test("an answer is compressed for who takes it", async () => {
  const check = async (accept: string | undefined, expected: boolean) =>
    expect(await isGzip(accept), accept ?? "nothing").toBe(expected);
  await check(undefined, false);
  await check("", false);
  await check("gzip", true);
  await check("identity", false);
  await check("deflate, GZIP;q=0.5", true);
  await check("gzip;q=0", false);
  await check("gzip; q=0.0, *", false);
  await check("*", true);
  await check("*;q=0", false);
  await check("gzip;q=lots", false);
});

test("what is small, or nothing, stays", async () => {
  expect(await isGzip("gzip", "small")).toBe(false);
  expect((await gzipped({ status: 204 }, request("gzip"))).body).toBeUndefined();
});

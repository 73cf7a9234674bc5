import { PermanentError, RetryLaterError } from "@sluice/component";
import { expect, test } from "vitest";
import { errorOfAnswer, retryAfter } from "./status.ts";

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0);

test("Retry-After", () => {
  const check = (value: string | undefined, expected: number | undefined): void =>
    expect(retryAfter(value, NOW), value).toBe(expected);
  check("120", 120_000);
  check("0", 0);
  check("Sun, 06 Nov 1994 08:49:37 GMT", 37_000);
  check("Sun, 06 Nov 1994 08:48:37 GMT", 0);
  for (const value of [
    undefined,
    "",
    "-1",
    "1.5",
    "soon",
    "12345678901",
    "Sun, 06 Now 1994 08:49:37 GMT",
    "06 Nov 1994",
  ])
    check(value, undefined);
});

test("dates are those of the calendar", () => {
  for (let day = 0; day < 800_000; day += 97) {
    const date = new Date(day * 86_400_000 - 30 * 365 * 86_400_000);
    if (date.getUTCFullYear() > 9999 || date.getTime() < 0) continue;
    expect(retryAfter(date.toUTCString(), 0)).toBe(date.getTime());
  }
});

/** What an answer means. */
function check(status: number, headers: Record<string, string>, expected: Error | undefined): void {
  const rules = { what: "write failed", retries: (code: number) => code === 429 || code >= 500, now: NOW };
  const found = errorOfAnswer({ status, statusText: "Text", headers, body: Buffer.from("no\nway\x00!") }, rules);
  expect(found).toEqual(expected);
  expect(found?.constructor).toBe(expected?.constructor);
}

test("what an answer means", () => {
  const message = (status: number): string => `write failed: ${status} Text: no way !`;
  check(200, {}, undefined);
  check(299, {}, undefined);
  check(400, {}, new PermanentError(message(400)));
  check(302, {}, new PermanentError(message(302)));
  check(500, {}, new Error(message(500)));
  check(429, {}, new Error(message(429)));
  check(429, { "retry-after": "5" }, new RetryLaterError(message(429), 5000));
  check(503, { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" }, new RetryLaterError(message(503), 37_000));
  check(500, { "retry-after": "5" }, new Error(message(500)));
  check(400, { "retry-after": "5" }, new PermanentError(message(400)));
});

test("the quote is short, and no text is no quote", () => {
  const rules = { what: "x", retries: () => false, now: 0 };
  const answer = { status: 400, statusText: "", headers: {}, body: Buffer.alloc(5000, "é") };
  expect(errorOfAnswer(answer, rules)?.message).toBe(`x: 400: ${"é".repeat(512)}`);
  expect(errorOfAnswer({ ...answer, body: new Uint8Array(0) }, rules)?.message).toBe("x: 400");
});

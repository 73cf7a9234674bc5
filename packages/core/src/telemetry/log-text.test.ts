import { Secret } from "@sluice/component";
import fc from "fast-check";
import { expect, test } from "vitest";
import { describeError, entriesText, escapeControls } from "./log-text.ts";

function check(value: unknown, expected: string) {
  expect(entriesText([["v", value]], "spaced")).toBe(`"v": ${expected}`);
}

test("plain values are JSON", () => {
  check("a\nb\u001b[31m\u009bx\u2028", String.raw`"a\nb\u001b[31m\u009bx\u2028"`);
  check(1.5, "1.5");
  check(12345678901234567890n, "12345678901234567890");
  check(Number.NaN, '"NaN"');
  check(null, "null");
  check({ a: [1, "x", { b: true }], c: undefined }, '{"a": [1, "x", {"b": true}]}');
  check(new Map([["k", new Set([1, 2])]]), '{"k": [1, 2]}');
  check(new Uint8Array(3), '"[3 bytes]"');
  check(() => 1, '"[function]"');
  check(Symbol("x"), '"[symbol]"');
});

test("secrets do not show", () => {
  check({ headers: { authorization: new Secret("hunter2") } }, '{"headers": {"authorization": "[REDACTED]"}}');
  check([new Secret("hunter2")], '["[REDACTED]"]');
});

test("errors show their causes, once", () => {
  const cause = new AggregateError([new Error("a"), new Error("b")], "a; b");
  check(new Error("cannot send", { cause: new Error("connection refused") }), '"cannot send: connection refused"');
  check(new Error("a; b", { cause }), '"a; b"');
  const loop = new Error("loop");
  loop.cause = loop;
  expect(describeError(loop)).toBe("loop");
  expect(describeError(undefined)).toBe("unknown error");
});

test("hostile values stay small and whole", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  check(circle, '{"self": "[circular]"}');
  const throwing = Object.defineProperty({}, "bad", {
    enumerable: true,
    get() {
      throw new Error("no");
    },
  });
  check(throwing, '{"bad": "[unreadable]"}');
  check(
    {
      toJSON() {
        throw new Error("no");
      },
    },
    '"[unreadable]"',
  );
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  check(revoked.proxy, '"[unreadable]"');
  check("x".repeat(10_000), `"${"x".repeat(8192)}[1808 more]"`);
  let deep: unknown = 1;
  for (let i = 0; i < 100; i++) deep = [deep];
  check(deep, '[[[[[[[["[...]"]]]]]]]]');
  expect(entriesText([["v", Array.from({ length: 100 }, () => "y".repeat(8000))]], "compact").length).toBeLessThan(
    80_000,
  );
});

test("any value gives valid JSON on one line", () => {
  const property = fc.property(
    fc.anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true }),
    (value) => {
      const text = `{${entriesText([["v", value]], "compact")}}`;
      JSON.parse(text);
      return escapeControls(text) === text;
    },
  );
  fc.assert(property, { numRuns: 500 });
});

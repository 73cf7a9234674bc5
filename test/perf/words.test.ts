import { expect, test } from "vitest";
import { lastWords, withoutFolders } from "./words.ts";

function check(text: string, expected: string): void {
  expect(withoutFolders(text)).toBe(expected);
}

test("a path", () => check("cannot read /tmp/bench-x/config.yaml:2:3", "cannot read config.yaml:2:3"));
test("a quoted path", () => check('no "/opt/a/b"', 'no "b"'));
test("a URL of a file", () => check("at file:///home/x/y.ts:3", "at y.ts:3"));
test("other URLs stay", () => check("post http://127.0.0.1:80/api/v1/write", "post http://127.0.0.1:80/api/v1/write"));
test("fractions and rates stay", () => check("10 samples/s, 1/2", "10 samples/s, 1/2"));

test("the last error", () =>
  expect(lastWords("starting\nError: no such port\n  at x\nNode.js v24\n")).toBe("Error: no such port"));
test("no error", () => expect(lastWords("starting\nstopped\n\n")).toBe("stopped"));
test("silence", () => expect(lastWords("\n")).toBe("it said nothing"));
test("not too much", () => expect(lastWords(`error ${"x".repeat(1000)}`)).toHaveLength(300));

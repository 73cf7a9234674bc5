import { expect, test } from "vitest";
import { frameLine } from "./code-frame.ts";

/** `marked` is the line that is shown, with "^" before the character that is pointed at; `written` likewise. */
function check(written: string, marked: string, isSecret = false): void {
  const column = written.indexOf("^") + 1;
  const frame = frameLine(`first\n${written.replace("^", "")}\r\nlast`, 2, column, isSecret)!;
  const at = frame.caret.length - 1;
  expect(frame.caret).toBe(`${" ".repeat(at)}^`);
  const line = [...frame.line];
  expect([...line.slice(0, at), "^", ...line.slice(at)].join("")).toBe(marked);
}

test("the line, and a caret below the column", () => {
  check("^a: b", "^a: b");
  check("  - {a: ^b}", "  - {a: ^b}");
  check("a: b^", "a: b^");
  check("\ta\u001b[2J: ^b", " a [2J: ^b");
  check("\u{1f600}: ^b", "\u{1f600}: ^b");
});

test("what may be a secret is not shown", () => {
  check("password: ^hunter2 # comment", "password: ^[REDACTED] # comment");
  check("  client_secret: hun^ter2", "  client_secret: ^[REDACTED]");
  check("{user: u, password: hunter2, ^nope: 1}", "{user: u, password: [REDACTED], ^nope: 1}");
  check(`{"password": "hun,\\"ter2", ^nope: 1}`, `{"password": [REDACTED], ^nope: 1}`);
  check("{secret: 'a''b}', token: hunter2, ^c: d}", "{secret: [REDACTED], token: [REDACTED], ^c: d}");
  check("^url: https://me:hunter2@host/path", "^url: https://[REDACTED]@host/path");
  check("  ^MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7", "  ^[REDACTED]");
  check(
    "headers: {X-Scope: hunter2, ^Y: [1], Z: 1}",
    "headers: {X-Scope: [REDACTED], ^Y: [REDACTED], Z: [REDACTED]}",
    true,
  );
  check("  ^pasword: hunter2", "  ^pasword: [REDACTED]", true);
  check("  - ^hunter2", "  - ^[REDACTED]", true);
  check("secrets: [hun^ter2", "secrets: ^[REDACTED]");
  check("^password_file: /run/secret", "^password_file: /run/secret");
  check("^token_url: https://host", "^token_url: https://host");
  check("^password:", "^password:");
});

test("of a long line the part around the column", () => {
  check(`${"x.".repeat(100)}^y${"z.".repeat(100)}`, `...${"x.".repeat(20)}^y${"z.".repeat(39)}z...`);
  check(`^${"x.".repeat(100)}`, `^${"x.".repeat(60)}...`);
});

test("no line, no frame", () => {
  expect(frameLine("a", 2, 1, false)).toBeUndefined();
  expect(frameLine("a", 1, 9, false)).toBeUndefined();
  expect(frameLine("a", 1, 0, false)).toBeUndefined();
});

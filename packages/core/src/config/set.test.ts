// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { ConfigError } from "@sluice/component";
import { describe, expect, test } from "vitest";
import { world } from "./fixtures.testing.ts";
import { toPlain } from "./located.ts";
import { formatOrigin, originOf } from "./origin.ts";
import { createNotes, formatProblem } from "./problems.ts";
import { readDocuments } from "./read.ts";
import { setToUri } from "./set.ts";

async function read(settings: readonly string[], yaml = "{}") {
  const told: string[] = [];
  const notes = {
    ...createNotes(),
    report: (problem: Parameters<typeof formatProblem>[0]) => told.push(formatProblem(problem)),
  };
  const uris = ["c.yaml", ...settings.map(setToUri)];
  const { root } = await readDocuments({ uris, env: world({ "c.yaml": yaml }, { X: "017" }).env, notes });
  return { root, plain: toPlain(root), told };
}

test("a setting is laid over the configuration", async () => {
  const check = async (settings: readonly string[], expected: unknown) =>
    expect([settings, (await read(settings, "a: {b: {c: 0, d: [1]}}")).plain]).toEqual([
      settings,
      { a: { b: expected } },
    ]);
  await check([], { c: 0, d: [1] });
  await check(["a.b.c=1"], { c: 1, d: [1] });
  await check(["a.b.c=017"], { c: 15, d: [1] });
  await check(['a.b.c="017"'], { c: "017", d: [1] });
  await check([" a.b.c = x y "], { c: "x y", d: [1] });
  await check(["a.b.c=d=e"], { c: "d=e", d: [1] });
  await check(["a.b.c="], { c: null, d: [1] });
  await check(["a.b.d=[2, 3]"], { c: 0, d: [2, 3] });
  await check(["a.b={e: 1}"], { c: 0, d: [1], e: 1 });
  await check(["a.b.e.f=1"], { c: 0, d: [1], e: { f: 1 } });
  await check(["a::b.c=1"], { c: 1, d: [1] });
  await check(["a.b.c=${env:X}"], { c: 15, d: [1] });
  await check(["a.b.c=$$x"], { c: "$x", d: [1] });
  await check(["a.b.c=1", "a.b.c=2"], { c: 2, d: [1] });
  await check(["a.b=5"], 5);
});

describe("what is wrong", () => {
  test("is refused before anything is read", () => {
    const check = (text: string, message: string) => expect(() => setToUri(text)).toThrow(new ConfigError(message));
    check("foo", 'cannot set "foo": found no "=", expected key=value');
    check("", 'cannot set "": found no "=", expected key=value');
    check(" =hunter2", 'cannot set a value: found nothing before "=", expected key=value');
  });
  test("has its place in what was typed, without the value, which may be a secret", async () => {
    const check = async (setting: string, ...expected: readonly string[]) =>
      expect([setting, (await read([setting])).told]).toEqual([setting, expected]);
    const nested =
      'found "key: value" inside a value, expected quotes around the value, or a new line indented like its key';
    await check("a.b.c=d: hunter2", `--set a.b.c:1:7: ${nested}`);
    await check(" a.b.c =  d: hunter2", `--set a.b.c:1:11: ${nested}`);
    await check(
      "abc=[",
      "--set abc:1:6: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
    );
    await check(
      "a.b=${vault:x}",
      '--set a.b:1:5: a::b: cannot expand "${vault:x}": found the scheme "vault", expected one of env, file, http, https, yaml',
    );
    await check(
      "a: b=c",
      '--set a: b:1:4: found "key: value" inside a value, expected quotes around the value, or a new line indented like its key',
    );
  });
});

test("a value knows that it was set", async () => {
  const { root } = await read(["a.b=c", "a.x=${env:X}"]);
  const a = root.kind === "map" ? root.entries.get("a")!.value : root;
  const origins = a.kind === "map" ? [...a.entries.values()].map(({ value }) => formatOrigin(originOf(value))) : [];
  expect(origins).toEqual(["--set a.b:1:5", "--set a.x:1:5 (env:X)"]);
});

import { expect, test } from "vitest";
import { fileSpec, isFromRegistry, isFromWorkspace, parseSpec, pathOf } from "./spec.ts";

function check(text: string, name: string | undefined, spec = "") {
  expect(parseSpec(text)).toEqual(name === undefined ? undefined : { name, spec });
}
test("reads what npm takes", () => {
  check("a", "a");
  check("@s/a", "@s/a");
  check("a@1.2.3", "a", "1.2.3");
  check("@s/a@^1", "@s/a", "^1");
  check("a@>=1 <2", "a", ">=1 <2");
  check("a@next", "a", "next");
  check("a@file:../a.tgz", "a", "file:../a.tgz");
  check("a@../a", "a", "file:../a");
  check("a@/abs/a", "a", "file:/abs/a");
  check("a@git+https://h/x.git#v1", "a", "git+https://h/x.git#v1");
  check("a@npm:b@1", "a", "npm:b@1");
  check("a@workspace:*", "a", "workspace:*");
});
test("refuses what has no name", () => {
  for (const text of ["", "../a", "a b", "@s", "@s/", "A", "a@", "a@ 1", "https://h/x.tgz"]) check(text, undefined);
});
test("knows where packages come from", () => {
  const of = (spec: string) => ({ name: "a", spec });
  expect(["1", "^1.2", "next", "file:a", "git+https://h", "workspace:*"].map((s) => isFromRegistry(of(s)))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(isFromWorkspace(of("workspace:*"))).toBe(true);
  expect(pathOf(of("file:../a"), "/x/y")).toBe("/x/a");
  expect(pathOf(of("file:/a"), "/x/y")).toBe("/a");
  expect(pathOf(of("1"), "/x/y")).toBe(undefined);
  expect([fileSpec("/x/a.tgz", "/x/y/z"), fileSpec("/x/a", "/x")]).toEqual(["file:../../a.tgz", "file:./a"]);
});

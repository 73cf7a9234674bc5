import { basename } from "node:path";
import { expect, test } from "vitest";
import { isShipped, isSource, ownFiles, packages, parse, read } from "./tree.ts";

const sources = ownFiles.filter(isSource);
const text = ownFiles.filter(
  (file) => /\.(ts|mjs|js|json|yaml|yml|md|sh|txt)$/.test(file) || !basename(file).includes("."),
);

/** The lines of `among` that match, as "file:line: text". */
function linesWith(pattern: RegExp, among: readonly string[] = text): string[] {
  return among.flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

test("files are named in kebab-case", () => {
  const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.(ts|mjs)$/;
  expect(sources.filter((file) => !name.test(basename(file)))).toEqual([]);
});

test("helpers of tests are named x.testing.ts", () => {
  const shipped = packages.filter(({ folder }) => folder.startsWith("packages/")).flatMap(({ files }) => files);
  expect(shipped.filter((file) => /\/src\/(.*\/)?(test-[^/]*|fixtures?|[^/]*-test)\.ts$/.test(file))).toEqual([]);
});

test("index files name what they export", () => {
  const exportsAll = sources.filter((file) =>
    parse(file).module.staticExports.some(({ entries }) => entries.some(({ importName }) => importName.kind === "All")),
  );
  expect(exportsAll).toEqual([]);
});

test("a rule that is switched off says why", () => {
  expect(linesWith(/(ox|es)lint-disable(?!.* -- \S)/, sources)).toEqual([]);
  expect(linesWith(/biome-ignore(?!(-all|-start|-end)? [^:]+: \S|\()/, sources)).toEqual([]);
  expect(linesWith(/@ts-(ignore|nocheck)/, sources)).toEqual([]);
});

test("no gaps are left for later", () => {
  // Written apart, so that this file does not hold what it looks for.
  expect(linesWith(new RegExp(`${["TO", "FIX"].join("DO|")}ME`), sources)).toEqual([]);
  expect(linesWith(/\b(test|it|describe)\.(skip|only|todo|fails)\b/, sources)).toEqual([]);
});

test("libraries handle no signals and never end the process", () => {
  const shipped = packages.filter(({ folder }) => folder.startsWith("packages/")).flatMap(({ files }) => files);
  const handling = linesWith(
    /\bprocess\.(on|once|addListener|prependListener|exit|exitCode|abort|kill)\b/,
    shipped.filter((file) => file.includes("/src/") && isSource(file) && isShipped(file)),
  ).map((line) => line.replace(/:.*/, ""));
  // What a program calls to do so, the entry that is loaded for just that, and the helper that stops what a test started.
  expect([...new Set(handling)]).toEqual([
    "packages/runtime/src/process.ts",
    "packages/sdk-exporter-prometheus-remote-write/src/host.ts",
    "packages/testkit/src/start-process.ts",
  ]);
});

test("nothing names a machine's folders or a registry", () => {
  const folders = ["work", "root", "farm"].map((name) => `/${name}/`).join("|");
  expect(linesWith(new RegExp(`(^|[^\\w.*@-])(${folders})`))).toEqual([]);
  expect(
    linesWith(
      new RegExp(["\\bregistry\\.\\w+\\.(org|com|io|net)\\b", "npmjs\\.(org|com)", "proxy\\.golang"].join("|")),
    ),
  ).toEqual([]);
});

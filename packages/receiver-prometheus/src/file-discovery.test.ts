import { readFileSync } from "node:fs";
import { createContext } from "@sluice/testkit";
import { expect, test } from "vitest";
import { parseTargetFile } from "./file-discovery.ts";

const fixtures = new URL("../testdata/prometheus/discovery/file/fixtures/", import.meta.url);
const { decode } = createContext();
const parse = async (name: string) =>
  (await parseTargetFile(name, readFileSync(new URL(name, fixtures), "utf8"), decode)).map(
    ({ source, targets, labels }) => [
      source,
      targets.map((target) => target.get("__address__")),
      Object.fromEntries(labels),
    ],
  );

test("Prometheus' own fixtures", async () => {
  for (const name of ["valid.json", "valid.yml", "valid3.yml"]) {
    expect(await parse(name)).toEqual([
      [`${name}:0`, ["localhost:9090", "example.org:443"], { foo: "bar", __meta_filepath: name }],
      [`${name}:1`, ["my.domain"], { __meta_filepath: name }],
    ]);
  }
  for (const name of ["invalid_nil.json", "invalid_nil.yml"]) {
    await expect(parse(name)).rejects.toThrow("nil target group item found");
  }
});

const refused = async (name: string, text: string, message: string | RegExp) =>
  await expect(parseTargetFile(name, text, decode)).rejects.toThrow(message);
test("what is not a list of groups is refused, with its place", async () => {
  await refused("a.yml", "targets: [a]", "a.yml:1:1: found a map, expected a list");
  await refused("a.yml", "- target: [a]", 'a.yml:1:3: 0::target: unknown key; did you mean "targets"?');
  await refused("a.yml", "- labels: {a: 1, a: 2}", 'a.yml:1:18: found the key "a" again, first used in line 1');
  await refused("a.yml", "- labels: {a: [1]}", "a.yml:1:12: 0::labels::a: found a list, expected text");
  await refused("a.json", `[{"targets":\n [1]}]`, "a.json:2:3: 0::targets::0: found 1, expected text");
  await refused("a.json", `[{"targets": "a"}]`, 'a.json:1:3: 0::targets: found "a", expected a list');
  await refused("a.json", `[{"target": []}]`, 'a.json:1:3: 0::target: unknown key; did you mean "targets"?');
  await refused("a.json", `[{"labels": []}]`, "a.json:1:3: 0::labels: found a list, expected a map");
  await refused("a.json", `[{"labels": {"a": 1}}]`, "a.json:1:14: 0::labels::a: found 1, expected text");
  await refused("a.json", "{}", "a.json:1:1: found a map, expected a list");
  await refused("a.json", `[{"targets": ["a",]}]`, /JSON/);
  await refused("a.json", "[", /JSON/);
});

test("an empty file holds nothing; labels are text", async () => {
  expect(await parseTargetFile("a.yml", "", decode)).toEqual([]);
  expect(await parseTargetFile("a.json", "null", decode)).toEqual([]);
  const yaml = `- labels: {a: 007, b: true, c: null, d: , e: "null"}`;
  const [group] = await parseTargetFile("a.yml", yaml, decode);
  expect(Object.fromEntries(group!.labels)).toEqual({
    __meta_filepath: "a.yml",
    a: "007",
    b: "true",
    c: "",
    d: "",
    e: "null",
  });
});

test("JSON that leaves out or empties keys is as in Go", async () => {
  const check = async (json: string, expected: object) => {
    const [group] = await parseTargetFile("a.json", json, decode);
    expect([json, Object.fromEntries(group!.labels)]).toEqual([json, { __meta_filepath: "a.json", ...expected }]);
  };
  await check(`[{}]`, {});
  await check(`[{"targets": null, "labels": null}]`, {});
  await check(`[{"labels": {"a": "1", "a": "2"}}]`, { a: "2" });
  await check(`[{"labels": {"a": null}}]`, { a: "" });
});

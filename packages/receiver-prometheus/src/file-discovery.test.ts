import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseTargetFile } from "./file-discovery.ts";

const fixtures = new URL("../testdata/prometheus/discovery/file/fixtures/", import.meta.url);
const parse = (name: string) =>
  parseTargetFile(name, readFileSync(new URL(name, fixtures), "utf8")).map(({ source, targets, labels }) => [
    source,
    targets.map((target) => target.get("__address__")),
    Object.fromEntries(labels),
  ]);

test("Prometheus' own fixtures", () => {
  for (const name of ["valid.json", "valid.yml", "valid3.yml"]) {
    expect(parse(name)).toEqual([
      [`${name}:0`, ["localhost:9090", "example.org:443"], { foo: "bar", __meta_filepath: name }],
      [`${name}:1`, ["my.domain"], { __meta_filepath: name }],
    ]);
  }
  for (const name of ["invalid_nil.json", "invalid_nil.yml"]) {
    expect(() => parse(name)).toThrow("nil target group item found");
  }
});

const refused = (name: string, text: string, message: string | RegExp) =>
  expect(() => parseTargetFile(name, text)).toThrow(message);
test("what is not a list of groups is refused", () => {
  refused("a.yml", "targets: [a]", "expected a list");
  refused("a.yml", "- target: [a]", "0::target: unknown key");
  refused("a.json", `[{"targets": [1]}]`, "0::targets::0: expected a single value");
  refused("a.json", `[{"targets": "a"}]`, "0::targets: expected a list");
  refused("a.json", "[", /JSON/);
  refused("a.yml", "- labels: {a: 1, a: 2}", /unique/);
  refused("a.yml", "- labels: {a: [1]}", "0::labels::a: expected a single value");
});

test("an empty file holds nothing; labels are text", () => {
  expect(parseTargetFile("a.yml", "")).toEqual([]);
  expect(
    Object.fromEntries(parseTargetFile("a.yml", `- labels: {a: 007, b: true, c: null, d: , e: "null"}`)[0]!.labels),
  ).toEqual({
    __meta_filepath: "a.yml",
    a: "007",
    b: "true",
    c: "",
    d: "",
    e: "null",
  });
});

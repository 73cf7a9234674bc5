import { expect, test } from "vitest";
import { outputNames } from "./outputs/index.ts";
import { parseManifest } from "./parse-manifest.ts";

const dist = "dist: { name: sluice, description: A collector, version: 1.0.0 }\n";

test("reads packages by kind, as text or with the key package", () => {
  const text = `${dist}receivers: ["@sluice/receiver-nop", { package: my-receiver@^1.2 }]\nexporters:\nconnectors: [join@file:../join.tgz]\nextensions:\n  - x@./x\ncommands: [tools]\n`;
  expect(parseManifest(text, "m.yaml")).toEqual({
    dist: { name: "sluice", description: "A collector", version: "1.0.0", outputPath: undefined, outputs: [] },
    place: "m.yaml:1:1",
    entries: [
      { kind: "receiver", name: "@sluice/receiver-nop", spec: "", place: "m.yaml:2:13" },
      { kind: "receiver", name: "my-receiver", spec: "^1.2", place: "m.yaml:2:37" },
      { kind: "connector", name: "join", spec: "file:../join.tgz", place: "m.yaml:4:14" },
      { kind: "extension", name: "x", spec: "file:./x", place: "m.yaml:6:5" },
    ],
    commands: [{ name: "tools", spec: "", place: "m.yaml:7:12" }],
    providers: undefined,
    converters: [],
    replaces: [],
    notes: [],
  });
});

test("reads where things are made, and what", () => {
  const text = "dist:\n  name: mine\n  output_path: ./out\n  outputs: [folder, schema: { a: [1] }]\n";
  expect(parseManifest(text, "m.yaml", new Map([["version", "2.0.0"]])).dist).toEqual({
    name: "mine",
    description: "Custom OpenTelemetry Collector distribution",
    version: "2.0.0",
    outputPath: "./out",
    outputs: [
      { name: "folder", settings: {}, place: "m.yaml:4:13" },
      { name: "schema", settings: { a: [1] }, place: "m.yaml:4:21" },
    ],
  });
});

test("providers are schemes that the engine knows, packages, or upstream's modules of the first", () => {
  const provider = "gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider v1.50.0";
  const text = `${dist}providers:\n  - env\n  - ${provider}\n  - my-provider@1.0.0\n`;
  expect(parseManifest(text, "m.yaml").providers).toEqual([
    { scheme: "env" },
    { scheme: "file" },
    { name: "my-provider", spec: "1.0.0", place: "m.yaml:5:5" },
  ]);
});

test("replaces take packages from elsewhere; those of Go modules are told", () => {
  const text = `${dist}replaces:\n  - "@sluice/core => file:../core.tgz"\n  - github.com/a/b => ../b\n`;
  const { replaces, notes } = parseManifest(text, "m.yaml");
  expect(replaces).toEqual([{ name: "@sluice/core", spec: "file:../core.tgz", place: "m.yaml:3:5" }]);
  expect(notes).toEqual(["m.yaml:4:5: replaces: left out, github.com/a/b is a Go module"]);
});

test("what only the Go builder knows is told", () => {
  const go = "  module: a/b\n  otelcol_version: 0.1.0\n";
  const text = `dist:\n  name: x\n${go}excludes: [a]\ntelemetry: { gomod: a v1 }\nconf_resolver: { default_uri_scheme: env }\n`;
  expect(parseManifest(text, "m.yaml").notes).toEqual([
    "m.yaml:3:3: dist::module: left out, it is about building with Go",
    "m.yaml:4:3: dist::otelcol_version: left out, it is about building with Go",
    "m.yaml:5:1: excludes: left out, it is about Go modules",
    "m.yaml:6:1: telemetry: left out, it is about Go modules",
  ]);
});

function check(text: string, ...problems: readonly string[]) {
  const parse = () => parseManifest(text, "m.yaml");
  expect(parse).toThrowError(expect.objectContaining({ name: "ManifestError", message: problems.join("\n") }));
}
const lists = "receivers, processors, exporters, connectors, extensions, commands, providers, converters, replaces";
const dists = "name, description, version, output_path, outputs";
test("names every problem with its line", () => {
  check("", "m.yaml:1:1: expected a map with dist and lists of components");
  check("receivers: [a]", "m.yaml:1:1: dist: required");
  check("dist: 1", `m.yaml:1:7: dist: expected a map with ${dists}`);
  check(
    "dist:\n  nam: a\n  version: 1.0\n",
    `m.yaml:2:3: dist::nam: unknown key, expected one of ${dists}`,
    "m.yaml:3:12: dist::version: expected text",
    "m.yaml:2:3: dist::name: required",
  );
  check(
    "dist:\n  name: ../a\n  version: latest\n",
    'm.yaml:2:9: dist::name: expected lower-case letters, digits, ".", "_" and "-", such as my-collector',
    "m.yaml:3:12: dist::version: expected a version such as 1.2.3",
  );
  check("dist: { name: a, outputs: [tar] }", outputsExpected("1:28"));
  check(`${dist}reciever: [a]`, `m.yaml:2:1: reciever: unknown key, expected one of dist, ${lists}`);
  check(`${dist}receivers: a`, "m.yaml:2:12: receivers: expected a list of npm packages");
  const item = "expected an npm package, as text or as package: <name>[@<version, file:..., git+...>]";
  check(
    `${dist}receivers:\n  - 1\n  - { npm: x }\n  - ../evil\n  - "a b"\n`,
    `m.yaml:3:5: receivers: ${item}`,
    `m.yaml:4:5: receivers: ${item}`,
    `m.yaml:5:5: receivers: ${item}`,
    `m.yaml:6:5: receivers: ${item}`,
  );
  check(`${dist}receivers: [a, b, a@1]`, "m.yaml:2:19: a is already listed at m.yaml:2:13");
  check(`${dist}replaces: [a]`, "m.yaml:2:12: replaces: expected <npm package> => <version, file:..., git+...>");
  check(
    `${dist}conf_resolver: { default_uri_scheme: file }`,
    'm.yaml:2:16: conf_resolver::default_uri_scheme: found "file", expected "env": it is always that',
  );
  check(
    `${dist}receivers: [a`,
    "m.yaml:2:14: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  );
});

function outputsExpected(place: string): string {
  return `m.yaml:${place}: dist::outputs: expected one of ${outputNames.join(", ")}`;
}

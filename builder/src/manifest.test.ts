import { expect, test } from "vitest";
import { parseManifest } from "./manifest.ts";

const dist = "dist: { name: sluice, description: A collector, version: 1.0.0 }\n";

test("reads packages by kind, as text or with the key package", () => {
  const text = `${dist}receivers: ["@sluice/receiver-nop", { package: my-receiver }]\nexporters:\nconnectors: [join]\nextensions:\n  - x\ncommands: [tools]\n`;
  expect(parseManifest(text, "m.yaml")).toEqual({
    dist: { name: "sluice", description: "A collector", version: "1.0.0" },
    entries: [
      { kind: "receiver", package: "@sluice/receiver-nop", place: "m.yaml:2:13" },
      { kind: "receiver", package: "my-receiver", place: "m.yaml:2:37" },
      { kind: "connector", package: "join", place: "m.yaml:4:14" },
      { kind: "extension", package: "x", place: "m.yaml:6:5" },
    ],
    commands: [{ package: "tools", place: "m.yaml:7:12" }],
  });
});

function check(text: string, ...problems: readonly string[]) {
  const parse = () => parseManifest(text, "m.yaml");
  expect(parse).toThrowError(expect.objectContaining({ name: "ManifestError", message: problems.join("\n") }));
}
const lists = "receivers, processors, exporters, connectors, extensions, commands";
test("names every problem with its line", () => {
  check("", "m.yaml:1:1: expected a map with dist and lists of components");
  check("receivers: [a]", "m.yaml:1:1: dist: required");
  check("dist: 1", "m.yaml:1:7: dist: expected a map with name, description, version");
  check(
    "dist:\n  name: a\n  version: 1.0\n  go: 1.24\n",
    "m.yaml:3:12: dist::version: expected text",
    "m.yaml:4:3: dist::go: unknown key, expected one of name, description, version",
    "m.yaml:2:3: dist::description: required",
  );
  check(`${dist}reciever: [a]`, `m.yaml:2:1: reciever: unknown key, expected one of dist, ${lists}`);
  check(`${dist}receivers: a`, "m.yaml:2:12: receivers: expected a list of npm packages");
  const item = "expected the name of an npm package, as text or as package: <name>";
  check(
    `${dist}receivers:\n  - 1\n  - { gomod: x }\n  - ../evil\n  - "a b"\n`,
    `m.yaml:3:5: receivers: ${item}`,
    `m.yaml:4:5: receivers: ${item}`,
    `m.yaml:5:5: receivers: ${item}`,
    `m.yaml:6:5: receivers: ${item}`,
  );
  check(`${dist}receivers: [a, b, a]`, "m.yaml:2:19: a is already listed at m.yaml:2:13");
  check(
    `${dist}receivers: [a`,
    "m.yaml:2:14: Flow sequence in block collection must be sufficiently indented and end with a ]",
  );
});

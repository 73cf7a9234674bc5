import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@sluice/testkit";
import { expect, test } from "vitest";
import { upstreamCore } from "./go-modules.ts";
import { writeFirstManifest } from "./init.ts";
import { writeComponent } from "./new-component.ts";
import { parseManifest } from "./parse-manifest.ts";

const read = (folder: string) => readFile(join(folder, "manifest.yaml"), "utf8");

test("the first manifest is one, and is not written twice", async () => {
  const folder = await temporaryFolder();
  await writeFirstManifest(folder, undefined);
  const { dist, entries } = parseManifest(await read(folder), "manifest.yaml");
  expect(dist.outputs.map(({ name }) => name)).toEqual(["folder"]);
  expect(entries.length).toBeGreaterThan(4);
  await expect(writeFirstManifest(folder, undefined)).rejects.toThrowError("it is there already");
});

test("translates a manifest of the Go builder; what is missing becomes a comment", async () => {
  const folder = await temporaryFolder();
  const core = "go.opentelemetry.io/collector";
  const go = `dist: { module: a/b, name: otelcol, description: "Its \\"own\\"", version: 0.159.0 }
receivers:
  - gomod: ${core}/receiver/nopreceiver v0.159.0
  - gomod: github.com/acme/madeupreceiver v1.0.0
providers:
  - gomod: ${core}/confmap/provider/envprovider v1.50.0
replaces:
  - github.com/a/b => ../b
`;
  await writeFile(join(folder, "builder-config.yaml"), go);
  const lines = await writeFirstManifest(folder, join(folder, "builder-config.yaml"));
  expect(lines[0]).toBe("no package for github.com/acme/madeupreceiver; nothing comes near");
  const text = await read(folder);
  expect(text).toBe(`# Made of builder-config.yaml.
dist:
  name: otelcol
  description: "Its \\"own\\""
  version: "0.159.0"

receivers:
  - "@sluice/receiver-nop"
  # no package for github.com/acme/madeupreceiver; nothing comes near

providers: [env]
`);
  expect(parseManifest(text, "manifest.yaml").dist.version).toBe("0.159.0");
});

test("translates upstream's core distribution, and lists what is missing", async () => {
  const folder = await temporaryFolder();
  const lists = ["receiver", "processor", "exporter", "connector", "extension"].map((kind) => {
    const modules = upstreamCore
      .filter((one) => one.kind === kind)
      .map(({ module }) => `  - gomod: ${module} v0.159.0\n`);
    return `${kind}s:\n${modules.join("")}`;
  });
  const go = join(folder, "manifest-of-upstream.yaml");
  await writeFile(go, `dist:\n  module: a/b\n  name: otelcol\n${lists.join("")}`);
  const lines = await writeFirstManifest(join(folder, "ours"), go);
  const missing = upstreamCore.filter(({ name }) => name === undefined);
  const told = missing.map(({ module, nearest }) => `no package for ${module}; ${nearest}`);
  expect(lines.slice(0, -2)).toEqual(told);
  const { entries } = parseManifest(await read(join(folder, "ours")), "manifest.yaml");
  expect(entries.map(({ name }) => name)).toEqual(upstreamCore.flatMap(({ name }) => name ?? []));
  // Built as it is, it tells the same, with its lines.
  expect(() => parseManifest(readFileSync(go, "utf8"), "o.yaml")).toThrowError(told[0]);
});

test("new packages have names that can be", async () => {
  const folder = await temporaryFolder();
  const check = (kind: string, type: string, expected: string) =>
    expect(writeComponent(folder, kind, type)).rejects.toThrowError(expected);
  await check(
    "thing",
    "x",
    'unknown kind "thing", expected one of connector, exporter, extension, processor, receiver',
  );
  await check("receiver", "my-thing", 'cannot use type "my-thing", expected lower-case letters');
  await check("receiver", "../x", 'cannot use type "../x"');
  await writeComponent(folder, "exporter", "my_thing");
  await check("exporter", "my_thing", "exporter-my-thing is there already");
  const json = JSON.parse(await readFile(join(folder, "exporter-my-thing/package.json"), "utf8"));
  expect(json.name).toBe("exporter-my-thing");
  expect(await readFile(join(folder, "exporter-my-thing/.gitignore"), "utf8")).toContain("dist/");
});

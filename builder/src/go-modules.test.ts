import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageOfModule, upstreamCore } from "./go-modules.ts";
import { parseManifest } from "./parse-manifest.ts";

const packages = readdirSync(join(import.meta.dirname, "../../packages"));
const core = "go.opentelemetry.io/collector";
const contrib = "github.com/open-telemetry/opentelemetry-collector-contrib";

test("every component of ours stands for a Go module, by its folder", () => {
  const folders = packages.filter((folder) => /^(receiver|processor|exporter|connector|extension)-/.test(folder));
  const missing = folders.filter((folder) => {
    const [, kind = "", rest = ""] = /^([a-z]+)-(.*)$/.exec(folder) ?? [];
    const modules = [core, contrib].map((base) => `${base}/${kind}/${rest.replaceAll("-", "")}${kind}`);
    const old = rest === "otlp-grpc" ? [`${core}/exporter/otlpexporter`] : [];
    return ![...modules, ...old].some((module) => packageOfModule(module).name === `@sluice/${folder}`);
  });
  expect(missing).toEqual([]);
});

test("what stands for a module is there", () => {
  const named = upstreamCore.flatMap(({ name }) => (name === undefined ? [] : [name.replace("@sluice/", "")]));
  expect(named.filter((folder) => !packages.includes(folder))).toEqual([]);
});

function check(module: string, expected: string) {
  const found = packageOfModule(module);
  expect(found.name ?? found.nearest).toBe(expected);
}
test("tells the package of a module, or what comes nearest", () => {
  check(`${core}/receiver/nopreceiver`, "@sluice/receiver-nop");
  check(`${core}/exporter/loggingexporter`, "@sluice/exporter-debug");
  check(`${contrib}/exporter/prometheusremotewriteexporter`, "@sluice/exporter-prometheus-remote-write");
  check(`${contrib}/extension/pprofextension`, "the nearest is @sluice/extension-zpages");
  check(`${contrib}/receiver/prometheussimplereceiver`, "the nearest is @sluice/receiver-prometheus");
  check(`${contrib}/receiver/zookeeperreceiver`, "nothing comes near");
  check("github.com/acme/thing", "nothing comes near");
});

test("a manifest of the Go builder is read; what is missing is told at once", () => {
  const go = (base: string, module: string) => `  - gomod: ${base}/${module} v0.159.0\n`;
  const text = `dist:
  module: go.opentelemetry.io/collector/cmd/builder
  name: otelcol
  output_path: ./_build
receivers:
${go(core, "receiver/nopreceiver")}${go(core, "receiver/madeupreceiver")}exporters:
${go(core, "exporter/debugexporter")}${go(contrib, "exporter/prometheusremotewritev9exporter")}providers:
${go(core, "confmap/provider/envprovider")}`;
  const missing = (place: string, what: string) => `b.yaml:${place}: ${what}`;
  expect(() => parseManifest(text, "b.yaml")).toThrowError(
    [
      missing("7:5", `receivers: no package for ${core}/receiver/madeupreceiver; nothing comes near`),
      missing(
        "10:5",
        `exporters: no package for ${contrib}/exporter/prometheusremotewritev9exporter; the nearest is @sluice/exporter-prometheus`,
      ),
    ].join("\n"),
  );
  const { entries, providers, notes } = parseManifest(text.replaceAll(/.*(madeup|v9).*\n/g, ""), "b.yaml");
  expect(entries.map(({ name }) => name)).toEqual(["@sluice/receiver-nop", "@sluice/exporter-debug"]);
  expect(providers).toEqual([{ scheme: "env" }]);
  expect(notes).toEqual(["b.yaml:2:3: dist::module: left out, it is about building with Go"]);
});

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { listen, startProcess, waitFor } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { sha256 } from "../store.ts";
import { buildCore } from "./core.testing.ts";
import { emitDeb } from "./deb.ts";
import type { Built, OutputOptions } from "./output.ts";
import { emitRpm } from "./rpm.ts";
import { emitSbom } from "./sbom.ts";
import { emitSea } from "./sea.ts";
import { emitSize } from "./size.ts";

const execute = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), "sluice-outputs-"));
afterAll(() => rm(folder, { recursive: true }));

const state = {} as { built: Built; options: OutputOptions };
beforeAll(async () => {
  vi.stubEnv("XDG_CACHE_HOME", join(import.meta.dirname, "../../../.cache"));
  Object.assign(state, await buildCore(folder));
}, 60_000);

const amd64 = () => ({ ...state.options, settings: { architectures: [process.arch === "arm64" ? "arm64" : "amd64"] } });

/** What a file says that an output wrote, twice the same. */
async function twice(emit: () => Promise<readonly { readonly path: string }[]>): Promise<readonly string[]> {
  const read = async () => Promise.all((await emit()).map(({ path }) => readFile(path, "utf8")));
  const first = await read();
  expect(await read()).toEqual(first);
  return first;
}

test("the SBOM is what CycloneDX calls one, and names every package in the bundle and Node", async () => {
  const [text = "", notices = ""] = await twice(() => emitSbom(state.built, state.options));
  expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull();
  const { components, dependencies } = JSON.parse(text) as {
    components: { purl: string; licenses: object[] }[];
    dependencies: { ref: string; dependsOn: string[] }[];
  };
  const purls = components.map(({ purl }) => purl);
  expect(purls).toEqual(expect.arrayContaining(["pkg:npm/%40sluice/core@0.1.0", "pkg:generic/node@24.21.0"]));
  expect(purls.filter((purl) => purl.startsWith("pkg:npm/yaml@"))).toHaveLength(1);
  const names = state.built.components.map(({ name, version }) => `pkg:npm/${name.replace("@", "%40")}@${version}`);
  expect(purls).toEqual(expect.arrayContaining(names));
  expect(JSON.stringify(components)).not.toContain("UNKNOWN");
  const ofCore = dependencies.find(({ ref }) => ref === "pkg:npm/%40sluice/core@0.1.0");
  expect(ofCore?.dependsOn).toContain("pkg:npm/%40sluice/data@0.1.0");
  expect(notices).toMatch(/^yaml [\d.]+ \(ISC\)$/m);
  expect(notices).toContain("Node.js is licensed for use as follows");
  expect(notices).not.toContain("holds no text");
});

test("the report of sizes adds up", async () => {
  const [text = "", json = ""] = await twice(() => emitSize(state.built, state.options));
  const { total, atStart, components, packages, chunks } = JSON.parse(json) as Record<"total" | "atStart", number> &
    Record<"components" | "packages" | "chunks", { bytes: number; own: number; loads: number; type: string }[]>;
  expect(chunks.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(total);
  expect(packages.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(total);
  expect(atStart).toBeLessThan(total / 2);
  for (const { type, own, loads } of components) expect(loads, type).toBeGreaterThanOrEqual(own);
  expect(text).toMatch(/^receiver prometheus +\d+\.\d KiB +\d+\.\d KiB$/m);
});

test("the executable checks a configuration, scrapes in two threads, and is the same when made again", async () => {
  const [made] = await emitSea(state.built, amd64());
  const { path } = made!;
  const bytes = await readFile(path);
  const sum = sha256(bytes);
  // Where the builder stands is not in it.
  expect(bytes.indexOf("assets/launcher")).toBe(-1);
  const { stdout } = await execute(path, ["--version"]);
  expect(stdout).toBe("sluice version 0.1.0\n");
  const { address, count } = await startTarget();
  const config = join(folder, "sea.yaml");
  await writeFile(config, configFor(address));
  await execute(path, ["validate", "--config", config]);
  const wrong = await execute(path, ["validate", "--config", "yaml:{service: {pipelinse: }}"]).catch(
    (error) => error as { code: number },
  );
  expect(wrong).toMatchObject({ code: 1 });
  const collector = await startProcess({ command: path, args: ["--config", config], ready: /everything is ready/ });
  await waitFor(() => count() > 0 && /"data points": \d+/.test(collector.output), { what: "a scrape" });
  expect(collector.output).toMatch(/"heap_limit_from": "memory limit"/);
  collector.signal("SIGTERM");
  expect(await collector.exited).toBe(0);
  await emitSea(state.built, amd64());
  expect(sha256(await readFile(path))).toBe(sum);
}, 60_000);

test("the Debian package holds a service, keeps the configuration, and runs", async () => {
  const [made] = await emitDeb(state.built, amd64());
  const { path } = made!;
  const tree = join(folder, "tree");
  await execute("dpkg-deb", ["-x", path, tree]);
  const { stdout: about } = await execute("dpkg-deb", [
    "--show",
    "--showformat=${Package} ${Version} ${Conffiles}",
    path,
  ]);
  expect(about).toContain("sluice 0.1.0");
  await execute("dpkg-deb", ["--control", path, join(folder, "control")]);
  expect(await readFile(join(folder, "control/conffiles"), "utf8")).toBe("/etc/sluice/config.yaml\n");
  await execute("md5sum", ["--check", "--quiet", join(folder, "control/md5sums")], { cwd: tree });
  for (const script of ["postinst", "prerm", "postrm"]) await execute("sh", ["-n", join(folder, "control", script)]);
  const unit = await readFile(join(tree, "usr/lib/systemd/system/sluice.service"), "utf8");
  expect(unit).toContain("\nExecStart=/usr/bin/sluice --config /etc/sluice/config.yaml\n");
  expect(unit).toContain("\nProtectSystem=strict\n");
  if (existsSync("/usr/bin/systemd-analyze")) {
    const file = join(tree, "usr/lib/systemd/system/sluice.service");
    const { stdout } = await execute("systemd-analyze", ["security", "--offline=true", "--threshold=25", file]);
    expect(stdout).toContain("Overall exposure level");
  }
  const home = join(tree, "usr/lib/sluice");
  const args = [join(home, "bin/sluice.mjs"), "validate", "--config", join(tree, "etc/sluice/config.yaml")];
  await execute(join(home, "sluice"), args);
  expect(await readFile(join(tree, "usr/bin/sluice"), "utf8")).toBe(
    '#!/bin/sh\nexec /usr/lib/sluice/sluice /usr/lib/sluice/bin/sluice.mjs "$@"\n',
  );
}, 60_000);

test("where there is no rpmbuild it says what to install", async () => {
  vi.stubEnv("PATH", folder);
  await expect(emitRpm(state.built, amd64())).rejects.toThrow(
    "there is no rpmbuild: install the package that holds it",
  );
  await expect(emitRpm(state.built, { ...amd64(), settings: { arch: 1 } })).rejects.toThrow("arch: unknown setting");
});

async function startTarget() {
  const seen = { requests: 0 };
  const server = createServer((_, response) => {
    seen.requests++;
    response.end("up_since 1\n");
  });
  const port = await listen(server);
  return { address: `127.0.0.1:${port}`, count: () => seen.requests };
}

function configFor(address: string): string {
  return `receivers:
  prometheus:
    config: {scrape_configs: [{job_name: one, scrape_interval: 200ms, static_configs: [{targets: ["${address}"]}]}]}
exporters: {debug: }
service:
  workers: 2
  telemetry: {metrics: {level: none}}
  pipelines: {metrics: {receivers: [prometheus], exporters: [debug]}}
`;
}

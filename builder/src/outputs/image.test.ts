import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { promisify } from "node:util";
import { freePort, startProcess, waitFor } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { debianMirror } from "../debian.ts";
import { needsOf } from "../elf.testing.ts";
import { baseFiles } from "../image-base.ts";
import { pinnedPackages, readPackages } from "../image-lock.ts";
import { nodeFor } from "../node-binary.ts";
import { storeFolder } from "../store.ts";
import type { Entry } from "../tar.ts";
import { runContainer, unpackImage } from "./container.testing.ts";
import { buildCore } from "./core.testing.ts";
import { emitImage } from "./image.ts";
import type { Built, Emitted, OutputOptions } from "./output.ts";

const execute = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), "sluice-image-"));
afterAll(() => rm(folder, { recursive: true }));

interface State {
  built: Built;
  options: OutputOptions;
  emitted: readonly Emitted[];
  bundle: string;
}
const state = {} as State;

beforeAll(async () => {
  // What is fetched is kept beside the repository's other caches.
  vi.stubEnv("XDG_CACHE_HOME", join(import.meta.dirname, "../../../.cache"));
  const { built, options } = await buildCore(join(folder, "first"));
  const settings = { architectures: ["amd64"] };
  const emitted = await emitImage(built, { ...options, settings });
  const bundle = await unpackImage(emitted[0]!.path, built.version, folder);
  Object.assign(state, { built, options, emitted, bundle });
}, 120_000);

test("the image is small, and names what it is and how it runs", async () => {
  const [layout, archive] = state.emitted;
  expect(layout?.bytes).toBeLessThan(50e6);
  const list = async (...args: string[]) => JSON.parse((await execute("skopeo", args)).stdout) as unknown;
  const config = await list("inspect", "--config", "--override-arch", "amd64", `oci:${layout?.path}:0.1.0`);
  expect(config).toMatchObject({
    architecture: "amd64",
    created: "1985-10-26T08:15:00Z",
    config: {
      User: "65532:65532",
      Entrypoint: ["/usr/bin/node", "/usr/lib/sluice/bin/sluice.mjs"],
      Cmd: ["--config", "/etc/sluice/config.yaml"],
      StopSignal: "SIGTERM",
      Labels: { "org.opencontainers.image.title": "sluice", "org.opencontainers.image.version": "0.1.0" },
    },
  });
  for (const kind of ["docker-archive", "oci-archive"]) {
    const found = await list("inspect", `${kind}:${archive?.path}`);
    expect(found, kind).toMatchObject({ Architecture: "amd64", Layers: expect.any(Array) });
  }
});

test("nothing in it can be run but Node and the distribution", async () => {
  const root = join(state.bundle, "rootfs");
  const { stdout } = await execute("find", [root, "-type", "f", "-perm", "/111", "-printf", "%P\n"]);
  const programs = stdout.split("\n").filter((path) => path !== "" && !/\.so(\.\d+)*$/.test(path));
  expect(programs.sort()).toEqual(["usr/bin/node", "usr/lib/sluice/bin/sluice.mjs"]);
  expect(await readFile(join(root, "etc/passwd"), "utf8")).toContain("nonroot:x:65532:65532:");
  expect(await readFile(join(root, "etc/ssl/certs/ca-certificates.crt"), "utf8")).toContain("BEGIN CERTIFICATE");
  for (const name of ["libc6", "libgcc-s1", "libstdc++6"]) {
    expect(await readFile(join(root, "var/lib/dpkg/status.d", name), "utf8")).toContain(`Package: ${name}\n`);
    expect((await stat(join(root, "usr/share/doc", name, "copyright"))).size).toBeGreaterThan(1000);
  }
  expect(await readFile(join(root, "usr/share/doc/sluice/copyright"), "utf8")).toContain("@sluice/core");
});

test("it runs with a read-only root, scrapes, and writes to a Prometheus", async () => {
  const prometheus = await startPrometheus();
  const health = await freePort();
  const config = join(folder, "config.yaml");
  await writeFile(config, configFor(prometheus, health));
  const healthy = async () => (await fetch(`http://127.0.0.1:${health}/`).catch(() => undefined))?.status === 200;
  const { config: own } = JSON.parse(
    (await execute("skopeo", ["inspect", "--config", `oci:${join(folder, "one")}:0.1.0`])).stdout,
  ) as { config: { Entrypoint: string[] } };
  const args = [...own.Entrypoint, "--config", "/etc/config.yaml"];
  const limit = { memoryBytes: 256 * 2 ** 20 };
  const container = await runContainer(state.bundle, "sluice-runs", { args, config, ready: healthy, ...limit });
  const query = async () => {
    const response = await fetch(`${prometheus}/api/v1/query?query=prometheus_build_info{job="in-container"}`);
    return ((await response.json()) as { data: { result: unknown[] } }).data.result.length > 0;
  };
  await waitFor(query, { what: "the scraped series in Prometheus", timeoutMs: 20_000 });
  if (process.getuid?.() === 0) expect(container.output).toContain('"memory_limit_mib": 256');
  container.signal("SIGTERM");
  expect(await container.exited).toBe(0);
  expect(container.output).toContain("shutdown complete");
}, 60_000);

test("built again from nothing it has the same digest", async () => {
  const before = await readFile(join(state.emitted[0]!.path, "index.json"), "utf8");
  const archive = await readFile(state.emitted[1]!.path);
  const caches = join(folder, "caches");
  const kept = storeFolder();
  vi.stubEnv("XDG_CACHE_HOME", caches);
  await execute("mkdir", ["-p", storeFolder()]);
  for (const name of await readdir(kept))
    if (name.endsWith(".deb")) await copyFile(join(kept, name), join(storeFolder(), name));
  const { built, options } = await buildCore(join(folder, "second"));
  const [layout, again] = await emitImage(built, { ...options, settings: { architectures: ["amd64"] } });
  expect(await readFile(join(layout!.path, "index.json"), "utf8")).toBe(before);
  expect(Buffer.compare(await readFile(again!.path), archive)).toBe(0);
}, 60_000);

test.each(["amd64", "arm64"] as const)(
  "on %s Node finds its loader and every library",
  async (architecture) => {
    const lock = await pinnedPackages({ ...state.options, mirror: debianMirror, newest: false });
    const packages = await readPackages(lock, architecture, debianMirror);
    const files = baseFiles(packages, await nodeFor(architecture, state.options.project), architecture);
    const library = { amd64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }[architecture];
    const { loader } = needsOf(files.find(({ path }) => path === "usr/bin/node")!.bytes!);
    const found = new Set<string>();
    const visit = (path: string): void => {
      const bytes = follow(files, path);
      if (found.has(path)) return;
      found.add(path);
      for (const name of needsOf(bytes).libraries) visit(`usr/lib/${library}/${name}`);
    };
    visit("usr/bin/node");
    expect([...found].map((path) => path.replace(/^.*\//, ""))).toEqual(
      expect.arrayContaining(["node", "libc.so.6", "libstdc++.so.6", "libgcc_s.so.1"]),
    );
    // The folders in the root are links to those in usr.
    expect(follow(files, `usr${loader}`).length).toBeGreaterThan(100_000);
  },
  120_000,
);

/** The bytes of a file, or of that to which a link leads. */
function follow(files: readonly Entry[], path: string): Uint8Array {
  const entry = files.find((one) => one.path === path);
  if (entry === undefined) throw new Error(`there is no ${path}`);
  return entry.bytes ?? follow(files, posix.join(posix.dirname(path), entry.link!));
}

async function startPrometheus(): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const data = join(folder, "prometheus");
  const file = join(folder, "prometheus.yml");
  await writeFile(file, "{}");
  const where = [`--config.file=${file}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`];
  const args = [...where, "--web.enable-remote-write-receiver", "--log.level=warn"];
  const ready = async () => (await fetch(`http://${address}/-/ready`).catch(() => undefined))?.status === 200;
  await startProcess({ command: "/usr/bin/prometheus", args, ready, timeoutMs: 30_000 });
  return `http://${address}`;
}

/** Scrapes a Prometheus and writes to it what it shows. */
function configFor(prometheus: string, health: number): string {
  return `receivers:
  prometheus:
    config:
      scrape_configs:
        - {job_name: in-container, scrape_interval: 1s, static_configs: [{targets: ["${new URL(prometheus).host}"]}]}
exporters:
  prometheus_remote_write: {endpoint: "${prometheus}/api/v1/write"}
extensions:
  health_check: {endpoint: "127.0.0.1:${health}"}
service:
  telemetry: {metrics: {level: none}}
  extensions: [health_check]
  pipelines: {metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}}
`;
}

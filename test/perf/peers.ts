/**
 * Gets the programs we compare ourselves with: `node test/perf/peers.ts [name...]`.
 * They are for `pnpm bench` and `pnpm differential`; the backends, got only by their names, are for end-to-end tests that are
 * skipped without them. What cannot be had is named with its error; the rest goes on.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const collectorVersion = "v0.164.0";
const contribVersion = "v0.164.1";

/** A program we compare ourselves with, and how it is got. */
type Source =
  | { readonly from: "debian"; readonly package: string; readonly binary: string }
  | {
      readonly from: "go";
      readonly module: string;
      readonly version: string;
      readonly main: string;
      readonly tags?: string;
    }
  | { readonly from: "builder"; readonly version: string };

/** Every peer by name; the order is the order of the tables. */
const peers = {
  "prometheus-debian": { from: "debian", package: "prometheus", binary: "usr/bin/prometheus" },
  "vmagent-debian": { from: "debian", package: "victoria-metrics", binary: "usr/bin/vmagent" },
  vmagent: {
    from: "go",
    module: "github.com/VictoriaMetrics/VictoriaMetrics",
    version: "v1.143.0",
    main: "./app/vmagent",
  },
  prometheus: { from: "go", module: "github.com/prometheus/prometheus", version: "v0.315.0", main: "./cmd/prometheus" },
  otelcol: { from: "builder", version: collectorVersion },
} as const satisfies Record<string, Source>;

/** Servers that end-to-end tests write to. */
const backends = {
  victoriametrics: {
    from: "go",
    module: "github.com/VictoriaMetrics/VictoriaMetrics",
    version: "v1.143.0",
    main: "./app/victoria-metrics",
  },
  // Built without the tag both crash: they take labels of Prometheus for a list.
  cortex: {
    from: "go",
    module: "github.com/cortexproject/cortex",
    version: "v1.21.1",
    main: "./cmd/cortex",
    tags: "slicelabels",
  },
  thanos: {
    from: "go",
    module: "github.com/thanos-io/thanos",
    version: "v0.42.4",
    main: "./cmd/thanos",
    tags: "slicelabels",
  },
  mimir: {
    from: "go",
    module: "github.com/grafana/mimir",
    version: "v1.3.1-0.20260423142704-aced80d74930",
    main: "./cmd/mimir",
  },
} as const satisfies Record<string, Source>;

/** Name of a peer. */
export type PeerName = keyof typeof peers;

/** Names of all peers, in the order of the tables. */
export const peerNames = Object.keys(peers) as PeerName[];

const sources: Readonly<Record<string, Source>> = { ...peers, ...backends };

interface Installed {
  readonly version: string;
  readonly path: string;
}

function cacheFolder(): string {
  return resolve(process.env.SLUICE_PEERS ?? join(import.meta.dirname, "../../.cache/peers"));
}

function readInstalled(): Partial<Record<string, Installed>> {
  const file = join(cacheFolder(), "peers.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<Record<string, Installed>>) : {};
}

/** Path of a peer's executable, or undefined when `peers.ts` has not got it. */
export function findPeer(name: string): string | undefined {
  const path = readInstalled()[name]?.path;
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** Version of a peer that `findPeer` finds. */
export function peerVersion(name: string): string | undefined {
  return readInstalled()[name]?.version;
}

function remember(name: string, installed: Installed): void {
  const file = join(cacheFolder(), "peers.json");
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...readInstalled(), [name]: installed }, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** The compiler would take every core for half an hour; it is nobody's hurry. */
async function compiler(program: string, args: readonly string[], folder: string): Promise<string> {
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-p=1 -buildvcs=false" };
  const { stdout } = await run("nice", ["-n", "15", program, ...args], { cwd: folder, env, maxBuffer: 1 << 26 });
  return stdout;
}

async function go(folder: string, ...args: string[]): Promise<string> {
  return await compiler("go", args, folder);
}

async function debianVersion(name: string): Promise<string> {
  const { stdout } = await run("apt-cache", ["policy", name]);
  const version = /Candidate: (\S+)/.exec(stdout)?.[1];
  if (version === undefined || version === "(none)") throw new Error(`cannot find Debian package "${name}"`);
  return version;
}

/** Unpacked, not installed: this needs no root, and no service of the package is ever started. */
async function getDebian(source: Source & { from: "debian" }, folder: string): Promise<string> {
  await run("apt-get", ["download", source.package], { cwd: folder });
  await run("sh", ["-c", 'dpkg-deb -x "$1"_*.deb . && rm "$1"_*.deb', "sh", source.package], { cwd: folder });
  return join(folder, source.binary);
}

/** Built where the module cache has it, so upstream's own go.mod, go.sum and replacements hold. */
async function getGo(source: Source & { from: "go" }, name: string, folder: string): Promise<string> {
  const module = await download(folder, `${source.module}@${source.version}`);
  const binary = join(folder, name);
  await go(module, "build", "-trimpath", "-tags", source.tags ?? "", "-o", binary, source.main);
  return binary;
}

async function download(folder: string, module: string): Promise<string> {
  return (JSON.parse(await go(folder, "mod", "download", "-json", module)) as { Dir: string }).Dir;
}

function collectorManifest(output: string, otlp: boolean): string {
  const core = (path: string) => `  - gomod: go.opentelemetry.io/collector/${path} ${collectorVersion}`;
  const contrib = (path: string) =>
    `  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/${path} ${contribVersion}`;
  const exporters = [...(otlp ? ["otlpexporter", "otlphttpexporter"] : []), "debugexporter", "nopexporter"];
  return [
    `dist: { name: otelcol, output_path: ${JSON.stringify(output)}, version: ${collectorVersion.slice(1)} }`,
    "receivers:",
    ...(otlp ? [core("receiver/otlpreceiver")] : []),
    contrib("receiver/prometheusreceiver"),
    "exporters:",
    ...exporters.map((name) => core(`exporter/${name}`)),
    contrib("exporter/prometheusremotewriteexporter"),
    "processors:",
    core("processor/batchprocessor"),
    core("processor/memorylimiterprocessor"),
    "",
  ].join("\n");
}

/** The builder writes a module, resolves it and compiles it. */
async function buildCollector(folder: string, otlp: boolean): Promise<string> {
  const output = join(folder, otlp ? "full" : "without-otlp");
  const manifest = `${output}.yaml`;
  writeFileSync(manifest, collectorManifest(output, otlp));
  await compiler(join(folder, "builder"), [`--config=${manifest}`], folder);
  return join(output, "otelcol");
}

/** A module proxy may lack a part of the OTLP components; the scrape pipeline is worth having without them. */
async function getCollector(folder: string): Promise<Installed> {
  const builder = await download(folder, `go.opentelemetry.io/collector/cmd/builder@${collectorVersion}`);
  await go(builder, "build", "-trimpath", "-o", join(folder, "builder"), ".");
  try {
    return { version: collectorVersion, path: await buildCollector(folder, true) };
  } catch (error) {
    process.stderr.write(`building otelcol without otlp, as with it: ${reason(error)}\n`);
    return { version: `${collectorVersion} without otlp`, path: await buildCollector(folder, false) };
  }
}

async function getPeer(name: string, source: Source): Promise<Installed> {
  const version = source.from === "debian" ? await debianVersion(source.package) : source.version;
  const old = readInstalled()[name];
  if (old?.version.split(" ")[0] === version && existsSync(old.path)) return old;
  const folder = join(cacheFolder(), name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const installed = await install(name, source, version, folder);
  await run(installed.path, [name.startsWith("vmagent") ? "-version" : "--version"]);
  remember(name, installed);
  return installed;
}

async function install(name: string, source: Source, version: string, folder: string): Promise<Installed> {
  switch (source.from) {
    case "debian":
      return { version, path: await getDebian(source, folder) };
    case "go":
      return { version, path: await getGo(source, name, folder) };
    case "builder":
      return await getCollector(folder);
  }
}

/** The last lines say why: a compiler and apt write progress before the error. */
function reason(error: unknown): string {
  const text = (error as { stderr?: string }).stderr || String(error instanceof Error ? error.message : error);
  return text.trim().split("\n").slice(-3).join(" | ");
}

async function main(names: readonly string[]): Promise<void> {
  mkdirSync(cacheFolder(), { recursive: true });
  const wanted = (names.length > 0 ? names : peerNames).map((name) => {
    const source = sources[name];
    if (source !== undefined) return [name, source] as const;
    throw new Error(`cannot get peer "${name}": expected one of ${Object.keys(sources).join(", ")}`);
  });
  const rows: string[] = [];
  for (const [name, source] of wanted) {
    process.stderr.write(`getting ${name}\n`);
    try {
      const { version, path } = await getPeer(name, source);
      rows.push(`${name.padEnd(18)} ${version.padEnd(22)} ${path}`);
    } catch (error) {
      process.exitCode = 1;
      rows.push(`${name.padEnd(18)} ${"not available".padEnd(22)} ${reason(error)}`);
    }
  }
  process.stdout.write(`${"name".padEnd(18)} ${"version".padEnd(22)} path\n${rows.join("\n")}\n`);
}

if (import.meta.main) await main(process.argv.slice(2));

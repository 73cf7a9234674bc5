import { spawnSync } from "node:child_process";
/** How each collector is told to scrape the generator and write to the sink. */
import { join } from "node:path";
import type { PeerName } from "./peers.ts";
import { findPeer, peerNames, peerVersion } from "./peers.ts";

/** What a collector has to do in a run. */
export interface Plan {
  /** A folder of its own for configuration and data. */
  readonly folder: string;
  /** Ports of the generator; target t is on port t modulo their number. */
  readonly ports: readonly number[];
  readonly targets: number;
  readonly intervalMs: number;
  readonly sinkPort: number;
  /** A free port for the collector's own metrics and health. */
  readonly ownPort: number;
}

/** A collector as the bench runs it. */
export interface Collector {
  readonly name: string;
  readonly version: string;
  readonly command: string;
  /** Arguments before those of the plan, and alone with `--version`. */
  readonly prefix: readonly string[];
  args(plan: Plan): string[];
  /** Text of `config.yaml` in the plan's folder. */
  config(plan: Plan): string;
  /** Path on the own port that answers 200 when the collector is up. */
  readonly readyPath: string;
}

type Kind = Pick<Collector, "args" | "config" | "readyPath">;

function configFile(plan: Plan): string {
  return join(plan.folder, "config.yaml");
}

function duration(milliseconds: number): string {
  return `${milliseconds}ms`;
}

function scrapeConfigs(plan: Plan): object[] {
  const interval = duration(plan.intervalMs);
  const group = (target: number) => ({
    targets: [`127.0.0.1:${plan.ports[target % plan.ports.length]}`],
    labels: { __metrics_path__: `/t/${target}`, instance: `target-${target}` },
  });
  return [
    {
      job_name: "bench",
      scrape_interval: interval,
      scrape_timeout: interval,
      static_configs: Array.from({ length: plan.targets }, (_, target) => group(target)),
    },
  ];
}

function sinkUrl(plan: Plan): string {
  return `http://127.0.0.1:${plan.sinkPort}/api/v1/write`;
}

/** The configurations are JSON, which is YAML too. */
function prometheus(...flags: string[]): Kind {
  return {
    readyPath: "/-/ready",
    args: (plan) => [
      ...flags,
      `--config.file=${configFile(plan)}`,
      `--storage.agent.path=${join(plan.folder, "data")}`,
      `--web.listen-address=127.0.0.1:${plan.ownPort}`,
    ],
    config: (plan) =>
      JSON.stringify({ scrape_configs: scrapeConfigs(plan), remote_write: [{ url: sinkUrl(plan) }] }, null, 1),
  };
}

function vmagent(...flags: string[]): Kind {
  return {
    readyPath: "/health",
    args: (plan) => [
      ...flags,
      `-promscrape.config=${configFile(plan)}`,
      `-remoteWrite.url=${sinkUrl(plan)}`,
      `-remoteWrite.tmpDataPath=${join(plan.folder, "data")}`,
      `-httpListenAddr=127.0.0.1:${plan.ownPort}`,
    ],
    config: (plan) => JSON.stringify({ scrape_configs: scrapeConfigs(plan) }, null, 1),
  };
}

/** The Go collector's configuration, which is ours as well; what its translation adds is switched off. */
const pipeline: Kind = {
  readyPath: "/metrics",
  args: (plan) => ["--config", configFile(plan)],
  config(plan) {
    const own = { pull: { exporter: { prometheus: { host: "127.0.0.1", port: plan.ownPort } } } };
    return JSON.stringify(
      {
        receivers: { prometheus: { config: { scrape_configs: scrapeConfigs(plan) } } },
        exporters: {
          prometheusremotewrite: {
            endpoint: sinkUrl(plan),
            add_metric_suffixes: false,
            target_info: { enabled: false },
          },
        },
        service: {
          telemetry: { logs: { level: "warn" }, metrics: { readers: [own] } },
          pipelines: { metrics: { receivers: ["prometheus"], exporters: ["prometheusremotewrite"] } },
        },
      },
      null,
      1,
    );
  },
};

const kinds: Record<PeerName, Kind> = {
  "prometheus-debian": prometheus("--enable-feature=agent"),
  "vmagent-debian": vmagent(),
  // Otherwise it would first try its own protocol, which the sink does not speak.
  vmagent: vmagent("-remoteWrite.forcePromProto"),
  prometheus: prometheus("--agent"),
  otelcol: pipeline,
};

/** Ours as it ships: bundled now, so that what is measured is this checkout. Undefined when that fails; says why. */
export function ours(): Collector | undefined {
  const root = join(import.meta.dirname, "../..");
  const distribution = join(root, "distributions/core");
  const bundle = [join(root, "builder/src/cli.ts"), "bundle", join(distribution, "manifest.yaml")];
  const { status, stderr } = spawnSync(process.execPath, bundle, { encoding: "utf8" });
  if (status !== 0) {
    process.stderr.write(`sluice: cannot be bundled\n${stderr}`);
    return undefined;
  }
  process.env.SLUICE_DIST = "1";
  const prefix = [join(distribution, "bin/sluice.mjs")];
  return { ...pipeline, name: "sluice", version: "this checkout", command: process.execPath, prefix };
}

/** A peer by name, when `peers.ts` has got it. */
function peer(name: string): Collector | undefined {
  const command = findPeer(name);
  const kind = kinds[name as PeerName];
  if (command === undefined || kind === undefined) return undefined;
  return { ...kind, name, version: peerVersion(name) ?? "", command, prefix: [] };
}

/** The peers named, or all of them; a wrong name is an error, a missing peer is said and left out. */
export function peersNamed(names: string | undefined): Collector[] {
  const wanted = names === undefined ? peerNames : names.split(",").filter((name) => name !== "");
  const unknown = wanted.find((name) => !(name in kinds));
  if (unknown !== undefined) throw new Error(`cannot run peer "${unknown}": expected one of ${peerNames.join(", ")}`);
  return wanted.flatMap((name) => {
    const found = peer(name);
    if (found === undefined) process.stderr.write(`${name}: not available, try node test/perf/peers.ts ${name}\n`);
    return found ?? [];
  });
}

import { spawnSync } from "node:child_process";
/** How each collector is told to scrape the generator and write to the sink. */
import { join } from "node:path";
import type { Load } from "./load.ts";
import type { PeerName } from "./peers.ts";
import { findPeer, peerNames, peerVersion } from "./peers.ts";
import { externalLabels, processors, processorsAsRules, rules } from "./processing.ts";

/** What a collector has to do in a run. */
export interface Plan {
  /** A folder of its own for configuration and data. */
  readonly folder: string;
  /** Ports of the generator; target t is on port t modulo their number. */
  readonly ports: readonly number[];
  readonly load: Load;
  readonly sinkPort: number;
  /** A free port for the collector's own metrics and health. */
  readonly ownPort: number;
}

/** A collector as the bench runs it. */
export interface Collector {
  readonly name: CollectorName;
  readonly version: string;
  readonly command: string;
  /** Arguments before those of the plan, and alone with `--version`. */
  readonly prefix: readonly string[];
  /** Processors it lacks of those of the processed load. */
  readonly lacks: readonly string[];
  args(plan: Plan): string[];
  /** Text of `config.yaml` in the plan's folder. */
  config(plan: Plan): string;
  /** Path on the own port that answers 200 when the collector is up. */
  readonly readyPath: string;
}

/** Ours, or a peer. */
export type CollectorName = PeerName | "sluice";

type Kind = Pick<Collector, "args" | "config" | "readyPath">;

function configFile(plan: Plan): string {
  return join(plan.folder, "config.yaml");
}

function duration(milliseconds: number): string {
  return `${milliseconds}ms`;
}

/** What a peer has no processor for is written as rules. */
function scrapeConfigs({ load, ports }: Plan, ownProcessors = false): object[] {
  const interval = duration(load.intervalMs);
  const group = (target: number) => ({
    targets: [`127.0.0.1:${ports[target % ports.length]}`],
    labels: { __metrics_path__: `/t/${target}`, instance: `target-${target}` },
  });
  const metricRules = ownProcessors ? rules : [...rules, ...processorsAsRules];
  return [
    {
      job_name: "bench",
      scrape_interval: interval,
      scrape_timeout: interval,
      static_configs: Array.from({ length: load.targets }, (_, target) => group(target)),
      ...(load.processed ? { metric_relabel_configs: metricRules } : {}),
    },
  ];
}

function prometheusConfig(plan: Plan): object {
  const labels = plan.load.processed ? { global: { external_labels: externalLabels } } : {};
  return { ...labels, scrape_configs: scrapeConfigs(plan) };
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
    config: (plan) => JSON.stringify({ ...prometheusConfig(plan), remote_write: [{ url: sinkUrl(plan) }] }, null, 1),
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
    config: (plan) => JSON.stringify(prometheusConfig(plan), null, 1),
  };
}

/** The Go collector's configuration, which is ours as well; what its translation adds is switched off. */
function pipeline(logs: object, ownProcessors: boolean): Kind {
  return {
    readyPath: "/metrics",
    args: (plan) => ["--config", configFile(plan)],
    config(plan) {
      const { processed } = plan.load;
      const own = { pull: { exporter: { prometheus: { host: "127.0.0.1", port: plan.ownPort } } } };
      const used = processed && ownProcessors ? processors : {};
      const exporter = {
        endpoint: sinkUrl(plan),
        add_metric_suffixes: false,
        target_info: { enabled: false },
        ...(processed ? { external_labels: externalLabels } : {}),
      };
      const metrics = {
        receivers: ["prometheus"],
        processors: Object.keys(used),
        exporters: ["prometheusremotewrite"],
      };
      return JSON.stringify(
        {
          receivers: { prometheus: { config: { scrape_configs: scrapeConfigs(plan, ownProcessors) } } },
          processors: used,
          exporters: { prometheusremotewrite: exporter },
          service: { telemetry: { logs, metrics: { readers: [own] } }, pipelines: { metrics } },
        },
        null,
        1,
      );
    },
  };
}

const kinds: Record<PeerName, Kind> = {
  "prometheus-debian": prometheus("--enable-feature=agent"),
  "vmagent-debian": vmagent(),
  // Otherwise it would first try its own protocol, which the sink does not speak.
  vmagent: vmagent("-remoteWrite.forcePromProto"),
  prometheus: prometheus("--agent"),
  otelcol: pipeline({ level: "warn" }, false),
};

/** Ours by a launcher; its last lines of log have the account of the exporter. */
export function oursBy(launcher: string, lacks: readonly string[]): Collector {
  const kind = pipeline({ level: "info", encoding: "json" }, true);
  const version = "this checkout";
  return { ...kind, name: "sluice", version, command: process.execPath, prefix: [launcher], lacks };
}

/** Processors named in what `sluice components` prints. */
function processorsIn(text: string): string[] {
  const [section = ""] = /^processors:\n(?: .*\n?)*/m.exec(text) ?? [];
  return [...section.matchAll(/^ {4}- name: (\S+)$/gm)].map(([, name = ""]) => name);
}

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
  const launcher = join(distribution, "bin/sluice.mjs");
  const { stdout } = spawnSync(process.execPath, [launcher, "components"], { encoding: "utf8" });
  const found = processorsIn(stdout);
  return oursBy(
    launcher,
    Object.keys(processors).filter((name) => !found.includes(name)),
  );
}

/** A peer by name, when `peers.ts` has got it. */
function peer(name: PeerName): Collector | undefined {
  const command = findPeer(name);
  if (command === undefined) return undefined;
  return { ...kinds[name], name, version: peerVersion(name) ?? "", command, prefix: [], lacks: [] };
}

/** The peers named, or all of them; a wrong name is an error, a missing peer is said and left out. */
export function peersNamed(names: string | undefined): Collector[] {
  const wanted = names === undefined ? peerNames : names.split(",").filter((name) => name !== "");
  return wanted.flatMap((name) => {
    const known = peerNames.find((candidate) => candidate === name);
    if (known === undefined) throw new Error(`cannot run peer "${name}": expected one of ${peerNames.join(", ")}`);
    const found = peer(known);
    if (found === undefined) process.stderr.write(`${name}: not available, try node test/perf/peers.ts ${name}\n`);
    return found ?? [];
  });
}

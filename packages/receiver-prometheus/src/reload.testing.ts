/** What the test of reloads under load shares: configurations made at random, targets, and a ledger that knows nothing of the receiver. */
import type { LabelSet } from "@sluice/lib-prometheus";
import { firstTick, offsetOf } from "./clockwork.ts";
import { labelsText } from "./series.ts";

type Labels = Readonly<Record<string, string>>;
/** Relabelling of samples: as the configuration says it, and as the ledger does it; undefined = dropped. */
interface Rule {
  readonly yaml: readonly object[];
  readonly apply: (labels: Map<string, string>) => unknown;
}
const RULES: readonly Rule[] = [
  { yaml: [], apply: () => "keep" },
  {
    yaml: [{ source_labels: ["__name__"], regex: "b|c", action: "drop" }],
    apply: (labels) => (/^[bc]$/.test(labels.get("__name__")!) ? "drop" : "keep"),
  },
  {
    yaml: [{ source_labels: ["le"], regex: "1(\\.0)?", action: "drop" }],
    apply: (labels) => (labels.get("le") === "1" ? "drop" : "keep"),
  },
  { yaml: [{ target_label: "added", replacement: "x" }], apply: (labels) => labels.set("added", "x") },
  {
    yaml: [{ source_labels: ["__name__"], regex: "a", target_label: "__name__", replacement: "renamed" }],
    apply: (labels) => labels.get("__name__") === "a" && labels.set("__name__", "renamed"),
  },
];

export interface JobModel {
  readonly seconds: number;
  readonly timeoutSeconds: number;
  readonly path: string;
  /** Host to the value of its label `env`; "" = none. */
  readonly targets: Labels;
  readonly rule: number;
  readonly sampleLimit: number;
  readonly extra: boolean;
  readonly compression: boolean;
}
export interface ConfigModel {
  readonly region: string;
  readonly jobs: Readonly<Record<string, JobModel>>;
}
/** A number 0 <= x < below. */
export type Pick = (below: number) => number;

export const HOSTS = ["h0", "h1", "h2", "h3"];
const INTERVALS = [1, 2, 3, 5];

export function randomJob(pick: Pick): JobModel {
  const seconds = INTERVALS[pick(INTERVALS.length)]!;
  const hosts = HOSTS.filter(() => pick(2) === 0);
  return {
    seconds,
    timeoutSeconds: 1 + pick(seconds),
    path: "/metrics",
    targets: Object.fromEntries((hosts.length === 0 ? [HOSTS[0]!] : hosts).map((host) => [host, ""])),
    rule: pick(RULES.length),
    sampleLimit: 0,
    extra: false,
    compression: true,
  };
}

/** Changes one thing. */
export function randomEdit({ region, jobs }: ConfigModel, pick: Pick): ConfigModel {
  const names = Object.keys(jobs);
  const name = names[pick(names.length)]!;
  const job = jobs[name]!;
  const change = (changes: Partial<JobModel>): ConfigModel => ({
    region,
    jobs: { ...jobs, [name]: { ...job, ...changes } },
  });
  const host = HOSTS[pick(HOSTS.length)]!;
  const { [host]: env, ...others } = job.targets;
  const edits: readonly (() => ConfigModel)[] = [
    () => ({ region, jobs: { ...jobs, [`j${pick(4)}`]: randomJob(pick) } }),
    () => ({
      region,
      jobs: names.length > 1 ? Object.fromEntries(Object.entries(jobs).filter(([key]) => key !== name)) : jobs,
    }),
    () => change({ seconds: INTERVALS[pick(INTERVALS.length)]!, timeoutSeconds: 1 }),
    () => change({ timeoutSeconds: 1 + pick(job.seconds) }),
    () => change({ rule: pick(RULES.length) }),
    () => change({ rule: pick(RULES.length) }),
    () => change({ sampleLimit: [0, 100, 4][pick(3)]! }),
    () => change({ extra: !job.extra }),
    () => change({ compression: !job.compression }),
    () => change({ path: `/${pick(2)}` }),
    () => change({ targets: env === undefined ? { ...others, [host]: "" } : others }),
    () => change({ targets: { ...others, [host]: env === "" ? "prod" : "" } }),
    () => ({ region: region === "" ? "eu" : "", jobs }),
    () => ({ region, jobs: Object.fromEntries(Object.entries(jobs).reverse()) }),
  ];
  return edits[pick(edits.length)]!();
}

/** As YAML, which JSON is. */
export function yamlOf({ region, jobs }: ConfigModel): string {
  return JSON.stringify({
    config: {
      global: { external_labels: region === "" ? {} : { region } },
      scrape_configs: Object.entries(jobs).map(([job_name, job]) => ({
        job_name,
        scrape_interval: `${job.seconds}s`,
        scrape_timeout: `${job.timeoutSeconds}s`,
        metrics_path: job.path,
        params: { job: [job_name] },
        sample_limit: job.sampleLimit,
        extra_scrape_metrics: job.extra,
        enable_compression: job.compression,
        metric_relabel_configs: RULES[job.rule]!.yaml,
        static_configs: Object.entries(job.targets).map(([host, env]) => ({
          targets: [`${host}:80`],
          labels: env === "" ? {} : { env },
        })),
      })),
    },
  });
}
/** The same with something that cannot be used. */
export function brokenOf(model: ConfigModel, pick: Pick): string {
  const config = JSON.parse(yamlOf(model));
  const { scrape_configs: jobs, global } = config.config;
  const job = jobs[pick(jobs.length)];
  const breaks: readonly (() => void)[] = [
    () => (job.metric_relabel_configs = [{ regex: "(", target_label: "x" }]),
    () => (job.scrape_timeout = "1h"),
    () => jobs.push(job),
    () => (job.tls_config = { ca_file: "missing.pem" }),
    () => (job.bearer_token_file = "missing"),
    () => (job.proxy_url = "ftp://x"),
    () => (global.external_labels = { "": "x" }),
    () => (config.config.scrape_config_files = ["broken.yml"]),
  ];
  breaks[pick(breaks.length)]!();
  return JSON.stringify(config);
}

/** A target of a configuration, as the ledger knows it. */
export interface TargetModel {
  readonly job: string;
  readonly model: JobModel;
  /** The labels of its samples but for the external ones. */
  readonly labels: LabelSet;
  readonly url: string;
}
export function targetsOf({ jobs }: ConfigModel): TargetModel[] {
  return Object.entries(jobs).flatMap(([job, model]) =>
    Object.entries(model.targets).map(([host, env]) => {
      const labels = new Map([
        ["job", job],
        ["instance", `${host}:80`],
      ]);
      if (env !== "") labels.set("env", env);
      return { job, model, labels, url: `http://${host}${model.path}?job=${job}` };
    }),
  );
}

/** The ticks of a target after `from` and until `to`. */
export function ticksOf({ labels, url, model }: TargetModel, seed: string, from: number, to: number): number[] {
  const intervalMs = model.seconds * 1000;
  const ticks: number[] = [];
  const first = firstTick(from, intervalMs, offsetOf(`${labelsText(labels)} ${url}`, seed, intervalMs));
  for (let at = first; at <= to; at += intervalMs) ticks.push(at);
  return ticks;
}

/** The page of a target's `n`th answer. */
export function pageOf(n: number): string {
  const lines = [`seq ${n}`, "# TYPE h histogram", `a{l="1"} ${n}`, `a{l="2"} ${n}`];
  if (n % 3 > 0) lines.push(`b ${n}`);
  if (n % 5 > 1) lines.push(`c{n="${n % 7}"} ${n}`);
  if (n % 4 > 0) lines.push(`h_bucket{le="1"} ${n}`);
  lines.push(`h_bucket{le="2"} ${n}`, `h_bucket{le="+Inf"} ${n}`, `h_sum ${n}`, `h_count ${n}`);
  return `${lines.join("\n")}\n`;
}

/** The series that a page comes to, as `samplesOf` writes them. */
export function seriesOfPage(n: number, { labels: own, model }: TargetModel, region: string): string[] {
  const series: string[] = [];
  for (const line of pageOf(n).split("\n")) {
    const match = /^(\w+)(?:\{(\w+)="([^"]*)"\})? /.exec(line);
    if (match === null) continue;
    const labels = new Map([...own, ["__name__", match[1]!]]);
    if (match[2] !== undefined) labels.set(match[2], match[3]!);
    if (RULES[model.rule]!.apply(labels) === "drop") continue;
    if (region !== "") labels.set("region", region);
    series.push(seriesText(labels));
  }
  return series;
}
function seriesText(labels: LabelSet): string {
  const { __name__: name, ...others } = Object.fromEntries(labels);
  const pairs = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${pairs.map(([key, value]) => `${key}="${value}"`).join(",")}}`;
}

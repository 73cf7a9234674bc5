/** The configuration of the reload test: what varies, as data, and the file it makes. JSON, which is YAML too. */

/** A scrape job as it is now. */
export interface Job {
  readonly name: string;
  readonly targets: readonly number[];
  interval: number;
  /** Keys of the job besides targets, interval and rules. */
  settings: Record<string, unknown>;
  /** Rules that leave the labels of targets alone. */
  relabel: object[];
  metricRelabel: object[];
  discovery: "static" | "split" | "file";
}
/** An HTTP listener that an extension opens. */
export interface Listening {
  /** Id of the extension. */
  id: string;
  port: number;
  settings: Record<string, unknown>;
}
/** All that edits change. */
export interface Setup {
  readonly places: Places;
  jobs: Job[];
  /** Scraped by the first receiver in turn with nobody. */
  guest: Job | undefined;
  /** Scraped by a receiver of its own, when there is one. */
  extra: Job | undefined;
  externalLabels: Record<string, string>;
  exporter: Record<string, unknown>;
  /** Which of the two sinks. */
  sink: number;
  side: boolean;
  forward: boolean;
  extensions: Listening[];
  pages: number[];
  level: string;
  resource: Record<string, string>;
  fields: Record<string, string>;
  comment: number;
}
/** Where everything is; stays. */
export interface Places {
  /** Ports of the generator; target t is on port t modulo their number. */
  readonly generator: readonly number[];
  readonly sinks: readonly number[];
  /** Always answered by an extension. */
  readonly health: number;
  /** Answered while there is a second extension. */
  readonly zpages: number;
  /** The page of own metrics. */
  readonly metrics: number;
  readonly secondMetrics: number;
  /** Somebody else listens there. */
  readonly stranger: number;
}

/** How many targets each job has of those there are: the last three are the pacer's, the guest's and the extra receiver's. */
export function firstSetup(places: Places, targets: number, interval: number): Setup {
  const size = Math.ceil(targets / 10);
  const job = (name: string, index: number): Job => ({
    name,
    targets: Array.from({ length: size }, (_, i) => index * size + i).filter((target) => target < targets),
    interval,
    settings: {},
    relabel: [],
    metricRelabel: [],
    discovery: "static",
  });
  const steady = Array.from({ length: 7 }, (_, index) => job(`steady-${index}`, index));
  return {
    places,
    jobs: [...steady, job("pacer", 7)].filter((one) => one.targets.length > 0),
    guest: job("guest", 8),
    extra: job("extra", 9),
    externalLabels: {},
    // A sink that is only slow took what it was sent: sent again, it would come twice.
    exporter: { timeout: "60s", retry_on_failure: { initial_interval: "50ms", max_interval: "500ms" } },
    sink: 0,
    side: false,
    forward: false,
    extensions: [{ id: "health_check", port: places.health, settings: {} }],
    pages: [places.metrics],
    level: "normal",
    resource: {},
    fields: {},
    comment: 0,
  };
}

function groups({ places }: Setup, { targets }: Job): object[] {
  return targets.map((target) => ({
    targets: [`127.0.0.1:${places.generator[target % places.generator.length]}`],
    labels: { __metrics_path__: `/t/${target}`, instance: `target-${target}` },
  }));
}

function scrapeConfig(setup: Setup, job: Job): object {
  const all = groups(setup, job);
  const half = Math.ceil(all.length / 2);
  const discovery = {
    static: { static_configs: all },
    split: { static_configs: all.slice(half), file_sd_configs: [{ files: [`${job.name}-half.json`] }] },
    file: { file_sd_configs: [{ files: [`${job.name}.json`] }] },
  }[job.discovery];
  return {
    job_name: job.name,
    scrape_interval: `${job.interval}ms`,
    scrape_timeout: `${job.interval}ms`,
    ...job.settings,
    relabel_configs: job.relabel,
    metric_relabel_configs: job.metricRelabel,
    ...discovery,
  };
}

/** The files that jobs discover their targets by; they never change. */
export function discoveryFiles(setup: Setup): ReadonlyMap<string, string> {
  const jobs = [...setup.jobs, setup.guest, setup.extra].filter((job) => job !== undefined);
  return new Map(
    jobs.flatMap((job) => {
      const all = groups(setup, job);
      const half = all.slice(0, Math.ceil(all.length / 2));
      return [
        [`${job.name}.json`, JSON.stringify(all)],
        [`${job.name}-half.json`, JSON.stringify(half)],
      ];
    }),
  );
}

function receivers(setup: Setup): Record<string, object> {
  const jobs = [...setup.jobs, ...(setup.guest === undefined ? [] : [setup.guest])];
  const config = (list: readonly Job[]) => ({
    config: {
      global: { external_labels: setup.externalLabels },
      scrape_configs: list.map((job) => scrapeConfig(setup, job)),
    },
  });
  const extra = setup.extra === undefined ? {} : { "prometheus/extra": config([setup.extra]) };
  return { prometheus: config(jobs), ...extra };
}

function exporters({ places, sink, side, exporter }: Setup): Record<string, object> {
  const common = { add_metric_suffixes: false, target_info: { enabled: false } };
  const url = (path: string) => `http://127.0.0.1:${places.sinks[sink]}/${path}`;
  const main = { endpoint: url("main"), ...common, ...exporter };
  return {
    prometheus_remote_write: main,
    ...(side ? { "prometheus_remote_write/side": { endpoint: url("side"), ...common }, nop: {} } : {}),
  };
}

function pipelines(setup: Setup): Record<string, object> {
  const [from, to] = [Object.keys(receivers(setup)), Object.keys(exporters(setup))];
  if (!setup.forward) return { metrics: { receivers: from, exporters: to } };
  return {
    "metrics/in": { receivers: from, exporters: ["forward"] },
    "metrics/out": { receivers: ["forward"], exporters: to },
  };
}

/** The whole configuration as an object. */
export function configOf(setup: Setup): Record<string, unknown> {
  const { extensions, pages, level, resource, fields } = setup;
  const reader = (port: number) => ({ pull: { exporter: { prometheus: { host: "127.0.0.1", port } } } });
  return {
    receivers: receivers(setup),
    ...(setup.forward ? { connectors: { forward: {} } } : {}),
    exporters: exporters(setup),
    extensions: Object.fromEntries(
      extensions.map(({ id, port, settings }) => [id, { endpoint: `127.0.0.1:${port}`, ...settings }]),
    ),
    service: {
      extensions: extensions.map(({ id }) => id),
      telemetry: {
        resource,
        logs: { encoding: "json", sampling: { enabled: false }, initial_fields: fields },
        metrics: { level, readers: pages.map(reader) },
      },
      pipelines: pipelines(setup),
    },
  };
}

/** The text of the configuration. */
export function textOf(setup: Setup): string {
  return `# version ${setup.comment}\n${JSON.stringify(configOf(setup), null, 1)}\n`;
}

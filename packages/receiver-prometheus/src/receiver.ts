import type { Consume, Context, Lifecycle } from "@sluice/component";
import type { GlobalConfig, ReceiverConfig } from "./config.ts";
import { loadScrapeConfigFiles } from "./config-files.ts";
import { createCounters } from "./counters.ts";
import { createDiscoveries } from "./discovery.ts";
import { expandEnvironment } from "./external-labels.ts";
import { joinPath } from "./glob.ts";
import { type Job, resolveJob } from "./job.ts";
import { type PoolContext, ScrapePool } from "./pool.ts";
import { labelsText } from "./series.ts";

/** Makes the receiver: one pool of targets a job. */
export function createReceiver(config: ReceiverConfig, context: Context, next: Consume<"metrics">): Lifecycle {
  const pools: ScrapePool[] = [];
  const prometheus = config.config;
  const externalLabels = expandEnvironment(prometheus?.global.external_labels ?? {}, context);
  const shared: PoolContext = {
    context,
    counters: createCounters(context.meter),
    next,
    externalLabels,
    trimSuffixes: config.trim_metric_suffixes,
    seed: context.env.process.hostname + labelsText(externalLabels),
    buffers: [],
  };
  observePools(context, pools);

  async function jobs(): Promise<Job[]> {
    if (prometheus === undefined) return [];
    const { scrape_configs, scrape_config_files } = prometheus;
    const global = placed(prometheus.global, context.baseDirectory);
    const extra = config.report_extra_scrape_metrics ?? false;
    const files = await loadScrapeConfigFiles(scrape_config_files, context);
    const all = [
      ...scrape_configs.map((own) => ({ own, baseDirectory: context.baseDirectory })),
      ...files.flatMap(({ jobs: more, baseDirectory }) => more.map((own) => ({ own, baseDirectory }))),
    ];
    return all.flatMap(({ own, baseDirectory }) =>
      own === null ? [] : [resolveJob(own, global, baseDirectory, extra)],
    );
  }

  return {
    async start() {
      for (const job of await jobs()) pools.push(new ScrapePool(job, createDiscoveries(job, context), shared));
      await Promise.all(pools.map((pool) => pool.start()));
    },
    async shutdown() {
      await Promise.all(pools.map((pool) => pool.stop()));
    },
  };
}

/** Its path is relative to the main configuration, also for jobs from other files. */
function placed(global: GlobalConfig, baseDirectory: string): GlobalConfig {
  const { scrape_failure_log_file: file } = global;
  return file === "" ? global : { ...global, scrape_failure_log_file: joinPath(baseDirectory, file) };
}

function observePools({ meter }: Context, pools: readonly ScrapePool[]): void {
  const of = (measure: (pool: ScrapePool) => number) => () =>
    pools.map((pool) => ({ value: measure(pool), labels: { scrape_job: pool.job.name } }));
  const sum = (
    pool: ScrapePool,
    add: (page: { readonly bytes: number; readonly series: number }) => number,
  ): number => {
    let total = 0;
    for (const { page } of pool.loops) total += add(page);
    return total;
  };
  meter.observe(
    "prometheus_target_scrape_pool_targets",
    { description: "Targets of a job.", unit: "{target}" },
    of((pool) => [...pool.loops].length),
  );
  meter.observe(
    "prometheus_target_scrape_pool_series",
    { description: "Series that the targets of a job showed last.", unit: "{series}" },
    of((pool) => sum(pool, ({ series }) => series)),
  );
  meter.observe(
    "prometheus_target_scrape_pool_cache_bytes",
    { description: "Bytes held to know the series of a job's targets.", unit: "By" },
    of((pool) => sum(pool, ({ bytes }) => bytes)),
  );
}

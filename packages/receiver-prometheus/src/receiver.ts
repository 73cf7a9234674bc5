import { ConfigError, type Consume, type Context, type Lifecycle, type Updatable } from "@sluice/component";
import { Buffers } from "./buffers.ts";
import type { ReceiverConfig } from "./config.ts";
import { createCounters } from "./counters.ts";
import { Loops } from "./loops.ts";
import type { ScrapePool } from "./pool.ts";
import { labelsText } from "./series.ts";
import { prepareUpdate, type Running, samplesOf } from "./update.ts";
import { validateConfig } from "./validate.ts";

type Receiver = Required<Lifecycle> & Required<Updatable<ReceiverConfig>>;

/** Makes the receiver: one pool of targets a job. To start is to take the first configuration over nothing. */
export function createReceiver(config: ReceiverConfig, context: Context, next: Consume<"metrics">): Receiver {
  const samples = samplesOf(config, context);
  const loops = new Loops();
  const running: Running = {
    shared: {
      context,
      counters: createCounters(context.meter),
      next,
      seed: context.env.process.hostname + labelsText(samples.externalLabels),
      buffers: new Buffers(),
      loops,
    },
    pools: new Map(),
    samples,
    isStopped: false,
  };
  const { pools } = running;
  observePools(context, pools);
  return {
    async start() {
      (await prepareUpdate(running, config)).apply();
    },
    async update(wanted) {
      const problems = (await validateConfig(wanted, context)).filter(({ severity }) => severity !== "warning");
      if (problems.length > 0) {
        throw new ConfigError(problems.map(({ path, message }) => `${path.join("::")}: ${message}`).join("\n"));
      }
      return await prepareUpdate(running, wanted);
    },
    async shutdown() {
      running.isStopped = true;
      for (const pool of pools.values()) pool.stop();
      await loops.stop();
      for (const { setup } of pools.values()) setup.clients.close();
    },
  };
}

function observePools({ meter }: Context, pools: ReadonlyMap<string, ScrapePool>): void {
  const of = (measure: (pool: ScrapePool) => number) => () =>
    [...pools].map(([name, pool]) => ({ value: measure(pool), labels: { scrape_job: name } }));
  const sum = (
    pool: ScrapePool,
    add: (page: { readonly bytes: number; readonly series: number }) => number,
  ): number => {
    let total = 0;
    for (const { exposition } of pool.loops) total += add(exposition.page);
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

import {
  ConfigError,
  type Consume,
  type Context,
  type Lifecycle,
  type Updatable,
  type Update,
} from "@sluice/component";
import type { ReceiverConfig } from "./config.ts";
import { createCounters } from "./counters.ts";
import { expandEnvironment } from "./external-labels.ts";
import type { Job } from "./job.ts";
import { changedKeys } from "./job-changes.ts";
import { closeDiscoveries, type JobSetup, prepareJob, type SampleSettings } from "./job-setup.ts";
import { loadJobs } from "./load-jobs.ts";
import { Loops } from "./loops.ts";
import { type PoolContext, ScrapePool } from "./pool.ts";
import { labelsText } from "./series.ts";
import { validateConfig } from "./validate.ts";

/** Where a job is scraped: a pool that is there, or one that is made when the update is applied. */
interface Place {
  pool: ScrapePool | undefined;
}
/** A job made ready beside the one in force. */
interface Prepared {
  readonly place: Place;
  readonly setup: JobSetup;
}
type Receiver = Required<Lifecycle> & Required<Updatable<ReceiverConfig>>;

/** Makes the receiver: one pool of targets a job. To start is to take the first configuration over nothing. */
export function createReceiver(config: ReceiverConfig, context: Context, next: Consume<"metrics">): Receiver {
  const pools = new Map<string, ScrapePool>();
  const loops = new Loops();
  const state = { samples: samplesOf(config, context), isStopped: false };
  const shared: PoolContext = {
    context,
    counters: createCounters(context.meter),
    next,
    seed: context.env.process.hostname + labelsText(state.samples.externalLabels),
    buffers: [],
    loops,
  };
  observePools(context, pools);

  async function prepare(wanted: ReceiverConfig): Promise<Required<Update>> {
    const samples = samplesOf(wanted, context);
    const changes = sampleChanges(state.samples, samples);
    const isSame = changes.length === 0;
    const jobs = await loadJobs(wanted, context);
    const preparing: Promise<Prepared>[] = [];
    for (const job of jobs) {
      const pool = pools.get(job.name);
      const keys = pool && changedKeys(pool.setup.job, job);
      if (keys === undefined) changes.push(`job ${JSON.stringify(job.name)} added`);
      else if (keys.length > 0) changes.push(`job ${JSON.stringify(job.name)} changed: ${keys.join(", ")}`);
      else if (isSame) continue;
      preparing.push(prepareIn({ pool }, job, samples));
    }
    const gone = [...pools.keys()].filter((name) => !jobs.some((job) => job.name === name));
    for (const name of gone) changes.push(`job ${JSON.stringify(name)} removed`);
    const prepared = await allOrNone(preparing);
    return {
      changes,
      apply: () => (state.isStopped ? discard(prepared) : apply(samples, gone, prepared)),
      discard: async () => discard(prepared),
    };
  }
  async function prepareIn(place: Place, job: Job, samples: SampleSettings): Promise<Prepared> {
    const setup = await prepareJob(job, samples, context, place.pool?.setup, () => place.pool?.note());
    return { place, setup };
  }

  function apply(samples: SampleSettings, gone: readonly string[], prepared: readonly Prepared[]): void {
    state.samples = samples;
    for (const name of gone) {
      pools.get(name)!.end();
      pools.delete(name);
    }
    for (const { place, setup } of prepared) {
      if (place.pool !== undefined) place.pool.change(setup);
      else place.pool = new ScrapePool(setup, shared);
      pools.set(setup.job.name, place.pool);
    }
    // First all that end, then all that begin: a target may move from one job to another.
    for (const begin of prepared.map(({ place }) => place.pool!.takeOver())) begin();
  }

  return {
    async start() {
      (await prepare(config)).apply();
    },
    async update(wanted) {
      const problems = (await validateConfig(wanted, context)).filter(({ severity }) => severity !== "warning");
      if (problems.length > 0) {
        throw new ConfigError(problems.map(({ path, message }) => `${path.join("::")}: ${message}`).join("\n"));
      }
      return await prepare(wanted);
    },
    async shutdown() {
      state.isStopped = true;
      for (const pool of pools.values()) pool.stop();
      await loops.stop();
      for (const { setup } of pools.values()) setup.clients.close();
    },
  };
}

function samplesOf({ config, trim_metric_suffixes }: ReceiverConfig, context: Context): SampleSettings {
  const externalLabels = expandEnvironment(config?.global.external_labels ?? {}, context);
  return { externalLabels, trimSuffixes: trim_metric_suffixes };
}
function sampleChanges(before: SampleSettings, after: SampleSettings): string[] {
  const changes: string[] = [];
  if (labelsText(before.externalLabels) !== labelsText(after.externalLabels)) changes.push("external_labels changed");
  if (before.trimSuffixes !== after.trimSuffixes) changes.push("trim_metric_suffixes changed");
  return changes;
}

/** All of them, or, when one rejects, its error after the others were given back. */
async function allOrNone(preparing: readonly Promise<Prepared>[]): Promise<Prepared[]> {
  const outcomes = await Promise.allSettled(preparing);
  const prepared = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed === undefined) return prepared;
  discard(prepared);
  throw failed.reason;
}
function discard(prepared: readonly Prepared[]): void {
  for (const { place, setup } of prepared) {
    closeDiscoveries(setup, place.pool?.setup);
    if (setup.clients !== place.pool?.setup.clients) setup.clients.close();
  }
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

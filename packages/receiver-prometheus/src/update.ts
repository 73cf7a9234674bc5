import type { Context, Update } from "@sluice/component";
import type { ReceiverConfig } from "./config.ts";
import { expandEnvironment } from "./external-labels.ts";
import type { Job } from "./job.ts";
import { changedKeys } from "./job-changes.ts";
import { closeDiscoveries, type JobSetup, prepareJob, type SampleSettings } from "./job-setup.ts";
import { loadJobs } from "./load-jobs.ts";
import { type PoolContext, ScrapePool } from "./pool.ts";
import { labelsText } from "./series.ts";
import { SharedWords } from "./shared-words.ts";
import { toldOnce } from "./telling.ts";

/** What is in force. */
export interface Running {
  readonly shared: PoolContext;
  /** By the name of the job. */
  readonly pools: Map<string, ScrapePool>;
  samples: SampleSettings;
  isStopped: boolean;
}
/** A job made ready beside the one in force, if there is one. */
interface Prepared {
  readonly setup: JobSetup;
  readonly pool: ScrapePool | undefined;
  /** The pool that the setup is in force in: what its discoveries tell from now on. */
  readonly place: { pool: ScrapePool | undefined };
}

/**
 * Makes ready what differs from the configuration in force. Rejects, and leaves nothing open, when something cannot be used. To be
 * applied or discarded before the next one is prepared.
 */
export async function prepareUpdate(running: Running, config: ReceiverConfig): Promise<Required<Update>> {
  const { pools, shared } = running;
  const samples = samplesOf(config, shared.context);
  const changes = sampleChanges(running.samples, samples);
  const isSame = changes.length === 0;
  const jobs = await loadJobs(config, shared.context);
  const preparing: Promise<Prepared>[] = [];
  for (const job of jobs) {
    const pool = pools.get(job.name);
    const keys = pool && changedKeys(pool.setup.job, job);
    if (keys === undefined) changes.push(`job ${JSON.stringify(job.name)} added`);
    else if (keys.length > 0) changes.push(`job ${JSON.stringify(job.name)} changed: ${keys.join(", ")}`);
    else if (isSame) continue;
    preparing.push(prepareIn(pool, job, samples, shared.context));
  }
  const gone = [...pools.keys()].filter((name) => !jobs.some((job) => job.name === name));
  for (const name of gone) changes.push(`job ${JSON.stringify(name)} removed`);
  const prepared = await allOrNone(preparing);
  return {
    changes,
    apply() {
      if (running.isStopped) discard(prepared);
      else apply(running, samples, gone, prepared);
    },
    discard: async () => discard(prepared),
  };
}

async function prepareIn(
  pool: ScrapePool | undefined,
  job: Job,
  samples: SampleSettings,
  context: Context,
): Promise<Prepared> {
  const place: Prepared["place"] = { pool: undefined };
  const setup = await prepareJob(job, samples, context, pool?.setup, () => place.pool?.note());
  return { setup, pool, place };
}

function apply(
  running: Running,
  samples: SampleSettings,
  gone: readonly string[],
  prepared: readonly Prepared[],
): void {
  const { pools, shared } = running;
  running.samples = samples;
  for (const name of gone) {
    pools.get(name)!.end();
    pools.delete(name);
  }
  const changed = prepared.map(({ setup, pool: former, place }) => {
    const pool = former ?? new ScrapePool(setup, shared);
    former?.change(setup);
    pools.set(setup.job.name, pool);
    place.pool = pool;
    return pool;
  });
  // First all that end, then all that begin: a target may move from one job to another.
  for (const begin of changed.map((pool) => pool.takeOver())) begin();
}

/** What a configuration says of the samples of all jobs. */
export function samplesOf({ config, trim_metric_suffixes }: ReceiverConfig, context: Context): SampleSettings {
  const externalLabels = expandEnvironment(config?.global.external_labels ?? {}, toldOnce(context));
  const gates = context.host.featureGates();
  const takesCreated = gates.some(({ id, enabled }) => id === CREATED_GATE && enabled);
  const words = new SharedWords(trim_metric_suffixes, context.build.version);
  return { externalLabels, trimSuffixes: trim_metric_suffixes, words, takesCreated };
}
const CREATED_GATE = "receiver.prometheusreceiver.EnableCreatedTimestampZeroIngestion";

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
  for (const { setup, pool } of prepared) {
    closeDiscoveries(setup, pool?.setup);
    if (setup.clients !== pool?.setup.clients) setup.clients.close();
  }
}

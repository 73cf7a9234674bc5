import type { Context } from "@sluice/component";
import { compileRelabel, type LabelSet, type Relabel } from "@sluice/lib-prometheus";
import { type Clients, createClients, isSameTransport } from "./clients.ts";
import { discover, type JobDiscovery } from "./discovery.ts";
import { joinPath } from "./glob.ts";
import type { Job } from "./job.ts";
import type { SharedWords } from "./shared-words.ts";
import { toldOnce } from "./telling.ts";

/** What the samples of all jobs share. */
export interface SampleSettings {
  /** Set on every sample, over what it has. */
  readonly externalLabels: LabelSet;
  readonly trimSuffixes: boolean;
  readonly words: SharedWords;
  /** What a page says of when series began becomes the start of their points, and is no series. */
  readonly takesCreated: boolean;
}
/** A job, and all it needs to scrape, made ready. */
export interface JobSetup extends SampleSettings {
  readonly job: Job;
  readonly relabel: Relabel;
  readonly metricRelabel: Relabel;
  /** The same text for setups under which a line of a page comes to the same series. */
  readonly rules: string;
  readonly clients: Clients;
  readonly discoveries: readonly JobDiscovery[];
}

/**
 * Makes a job ready. Of `former`, the setup in force, it takes over the clients when the HTTP settings are the same, and the
 * discoveries that find the same. `changed` is called when a discovery found something else. Rejects, and leaves nothing open, when
 * something cannot be used.
 */
export async function prepareJob(
  job: Job,
  samples: SampleSettings,
  context: Context,
  former: JobSetup | undefined,
  changed: () => void,
): Promise<JobSetup> {
  const relabel = compileRelabel(rulesOf(job.own.relabel_configs), job.nameScheme);
  const metricRelabel = compileRelabel(rulesOf(job.own.metric_relabel_configs), job.nameScheme);
  await checkAuthority(job, context);
  const isSame = former !== undefined && isSameTransport(former.job, job);
  const clients = isSame ? former.clients : createClients(job, context);
  const discoveries = await discover(job, toldOnce(context), former?.discoveries ?? [], changed);
  return { ...samples, job, relabel, metricRelabel, rules: rulesText(job, samples), clients, discoveries };
}
/** Gives back what `setup` has and `other`, the setup that holds instead, has not. */
export function closeDiscoveries(setup: JobSetup, other: JobSetup | undefined): void {
  for (const { discovery } of setup.discoveries) {
    if (other?.discoveries.some((kept) => kept.discovery === discovery) !== true) discovery.stop();
  }
}

function rulesOf<R>(rules: readonly (R | null)[]): R[] {
  return rules.filter((rule) => rule !== null);
}

/** As at the start of Prometheus. Other files are read when they are needed, as it does. */
async function checkAuthority({ own, name, baseDirectory }: Job, { env }: Context): Promise<void> {
  const { ca_file: file } = own.tls_config;
  if (file === "") return;
  const path = joinPath(baseDirectory, file);
  try {
    await env.files.readText(path);
  } catch (cause) {
    throw new Error(`cannot read CA file "${path}" of job "${name}"`, { cause });
  }
}

function rulesText(job: Job, { externalLabels, trimSuffixes }: SampleSettings): string {
  const { honor_labels, honor_timestamps, track_timestamps_staleness, metric_relabel_configs } = job.own;
  return JSON.stringify([
    [job.labelLimit, job.labelNameLengthLimit, job.labelValueLengthLimit, job.nameScheme, job.extraScrapeMetrics],
    [honor_labels, honor_timestamps, track_timestamps_staleness, metric_relabel_configs],
    [[...externalLabels], trimSuffixes],
  ]);
}

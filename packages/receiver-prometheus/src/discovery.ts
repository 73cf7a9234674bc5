import { FileDiscovery } from "./file-discovery.ts";
import type { Job } from "./job.ts";
import { isSameValue } from "./same-value.ts";
import { type Discovery, type DiscoveryContext, groupOf, type TargetGroup } from "./target-group.ts";

/** A discovery at work, and what it was told to find. */
export interface JobDiscovery {
  readonly discovery: Discovery;
  readonly settings: unknown;
}

/**
 * Starts the discoveries of a job; those of `former` that find the same go on instead. `changed` is called when one found something
 * else.
 */
export async function discover(
  job: Job,
  context: DiscoveryContext,
  former: readonly JobDiscovery[],
  changed: () => void,
): Promise<JobDiscovery[]> {
  const left = [...former];
  const made: Discovery[] = [];
  const keep = (settings: unknown, create: () => Discovery): JobDiscovery => {
    const index = left.findIndex((one) => isSameValue(one.settings, settings));
    if (index >= 0) return left.splice(index, 1)[0]!;
    const discovery = create();
    made.push(discovery);
    return { discovery, settings };
  };
  const { static_configs, file_sd_configs } = job.own;
  const found = [keep({ static_configs }, () => staticDiscovery(job))];
  const known = new Map(former.flatMap(({ discovery }) => [...(discovery.files ?? [])]));
  for (const config of file_sd_configs) {
    if (config === null) continue;
    const settings = { config, baseDirectory: job.baseDirectory };
    found.push(keep(settings, () => new FileDiscovery(config, job, context, known)));
  }
  try {
    await Promise.all(made.map((discovery) => discovery.start(changed)));
  } catch (error) {
    for (const discovery of made) discovery.stop();
    throw error;
  }
  return found;
}

function staticDiscovery({ own }: Job): Discovery {
  const groups: TargetGroup[] = [];
  for (const [index, config] of own.static_configs.entries()) {
    if (config !== null) groups.push(groupOf(String(index), config.targets, config.labels));
  }
  return { start: async () => {}, stop() {}, groups: () => groups };
}

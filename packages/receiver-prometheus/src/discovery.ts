import { FileDiscovery } from "./file-discovery.ts";
import type { Job } from "./job.ts";
import { type Discovery, type DiscoveryContext, groupOf } from "./target-group.ts";

/** The discoveries of a job. */
export function createDiscoveries(job: Job, context: DiscoveryContext): Discovery[] {
  const files = job.own.file_sd_configs.filter((config) => config !== null);
  return [staticDiscovery(job), ...files.map((config) => new FileDiscovery(config, job, context))];
}

function staticDiscovery({ own }: Job): Discovery {
  const groups = own.static_configs
    .filter((config) => config !== null)
    .map(({ targets, labels }, index) => groupOf(String(index), targets, labels));
  return { start: async () => {}, stop() {}, groups: () => groups };
}

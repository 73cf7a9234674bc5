import type { Context, Extension, Updatable } from "@sluice/component";
import { createServing } from "@sluice/lib-http";
import type { ZpagesConfig } from "./config.ts";
import { answer } from "./site.ts";
import { createStatuses } from "./statuses.ts";

/** Serves pages about the collector around it. */
export function createZpages(config: ZpagesConfig, context: Context): Extension & Updatable<ZpagesConfig> {
  const statuses = createStatuses();
  const facts = { context, statuses };
  const state = { config };
  const serving = createServing(context, async (request) => {
    await context.host.gather();
    return answer(request, facts, state.config.expvar.enabled);
  });
  return {
    async start() {
      await serving.start(config);
      // From now on the collector records what the pages show.
      context.host.operations();
    },
    // Other threads are there by now.
    ready: () => void context.host.gather(),
    async update(next) {
      const update = await serving.update(next);
      return {
        ...update,
        apply() {
          update.apply();
          state.config = next;
        },
      };
    },
    shutdown: () => serving.shutdown(),
    statusChanged: (event) => statuses.take(event),
  };
}

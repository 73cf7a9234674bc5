import type { Context, Extension } from "@sluice/component";
import type { Config } from "./config.ts";

/** Serves from `start` to `shutdown`. */
export function createExtension(_config: Config, ctx: Context): Extension {
  return {
    async start() {
      ctx.log.info("extension started");
    },
    async shutdown() {
      ctx.log.info("extension stopped");
    },
  };
}

import type { Consume, Context, Lifecycle } from "@sluice/component";
import type { Config } from "./config.ts";

/** Takes data in between `start` and `shutdown`, and hands each batch to `next`. */
export function createReceiver(_config: Config, ctx: Context, _next: Consume): Lifecycle {
  return {
    async start() {
      ctx.log.info("receiver started");
    },
    async shutdown() {
      ctx.log.info("receiver stopped");
    },
  };
}

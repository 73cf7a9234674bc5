import type { Consume, Context, Lifecycle } from "@sluice/component";
import type { Config } from "./config.ts";

/** Counts the batches. */
export function createProcessor(
  _config: Config,
  ctx: Context,
  next: Consume,
): Lifecycle & { readonly consume: Consume } {
  const batches = ctx.meter.counter("processor_sample_batches", { description: "Batches seen.", unit: "{batch}" });
  return {
    async consume(batch) {
      batches.add(1);
      await next(batch);
    },
  };
}

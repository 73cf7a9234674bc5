import type { Consume, Context, Lifecycle, Outputs } from "@sluice/component";
import type { Config } from "./config.ts";

/** Counts the batches. */
export function createConnector(
  _config: Config,
  ctx: Context,
  outputs: Outputs,
): Lifecycle & { readonly consume: Consume } {
  const batches = ctx.meter.counter("connector_sample_batches", { description: "Batches seen.", unit: "{batch}" });
  return {
    async consume(batch) {
      batches.add(1);
      await outputs.to(batch.signal)?.(batch);
    },
  };
}

import type { Consume, Context, Lifecycle } from "@sluice/component";
import type { Config } from "./config.ts";

/** Counts the batches. */
export function createExporter(_config: Config, ctx: Context): Lifecycle & { readonly consume: Consume } {
  const batches = ctx.meter.counter("exporter_sample_batches", { description: "Batches seen.", unit: "{batch}" });
  return {
    async consume() {
      batches.add(1);
    },
  };
}

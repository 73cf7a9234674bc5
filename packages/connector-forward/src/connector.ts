import { type Consume, type Context, type Outputs, PermanentError } from "@sluice/component";

/** Hands each batch to every pipeline of its signal. */
export function createForward(_config: object, { id }: Context, outputs: Outputs): { readonly consume: Consume } {
  return {
    async consume(batch) {
      const next = outputs.to(batch.signal);
      if (next === undefined) throw new PermanentError(`connector "${id}" feeds no ${batch.signal} pipeline`);
      await next(batch);
    },
  };
}

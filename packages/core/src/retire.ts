import type { Kind, Timers } from "@sluice/component";
import type { Node } from "./build-pipeline.ts";
import { stopOne } from "./lifecycle.ts";

/**
 * Milliseconds that a retired instance is left with the batches inside before it is shut down all the same: its shutdown is what
 * ends the waiting of a batch whose backend is dead.
 */
const GRACE = 10_000;

/** Shuts instances down behind those that feed them. */
export interface Retirement {
  /**
   * Shuts instances down that nothing leads to any more: receivers, processors and connectors from the beginning of the pipelines
   * on, exporters, extensions; the nodes come in the order in which they started. Batches inside may come out before, for a while.
   * What an earlier call still drains goes before what may take from it. Gives one error per failure.
   */
  retire(nodes: readonly Node[]): Promise<readonly Error[]>;
  /** Shuts down all that is left, in the same order; no batches are waited for but by those who sent them. Waits for earlier calls too. */
  finish(nodes: readonly Node[]): Promise<readonly Error[]>;
}

export function createRetirement(timers: Timers): Retirement {
  /** The stages of all calls so far: each is over when everything before it is. */
  const over = { between: Promise.resolve() as Promise<unknown>, extensions: Promise.resolve() as Promise<unknown> };

  /** Waits until no batch is inside, but not for ever. */
  async function settled({ entrance }: Node): Promise<void> {
    const rest = new AbortController();
    const patience = timers.sleep(GRACE, rest.signal).catch(() => {});
    await Promise.race([entrance?.idle(), patience]);
    rest.abort();
  }

  async function stop(node: Node, waits: boolean): Promise<readonly Error[]> {
    if (waits) await settled(node);
    const errors = await stopOne(timers, node);
    node.meter.release();
    return errors;
  }
  async function inOrder(nodes: readonly Node[], waits: boolean): Promise<readonly Error[]> {
    const errors: Error[] = [];
    for (const node of nodes) errors.push(...(await stop(node, waits)));
    return errors;
  }
  async function together(nodes: readonly Node[], waits: boolean): Promise<readonly Error[]> {
    return (await Promise.all(nodes.map((node) => stop(node, waits)))).flat();
  }

  async function end(nodes: readonly Node[], waits: boolean): Promise<readonly Error[]> {
    const of = (...kinds: readonly Kind[]) => nodes.filter(({ kind }) => kinds.includes(kind));
    const receivers = together(of("receiver"), waits);
    const between = Promise.all([receivers, over.between]).then(() =>
      inOrder(of("processor", "connector").toReversed(), waits),
    );
    const exporters = between.then(() => together(of("exporter"), waits));
    const extensions = Promise.all([exporters, over.extensions]).then(() =>
      inOrder(of("extension").toReversed(), waits),
    );
    Object.assign(over, { between, extensions });
    return (await Promise.all([receivers, between, exporters, extensions])).flat();
  }

  return { retire: (nodes) => end(nodes, true), finish: (nodes) => end(nodes, false) };
}

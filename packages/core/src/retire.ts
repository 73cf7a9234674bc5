import type { Timers } from "@sluice/component";
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
   * Shuts instances down: receivers, processors and connectors from the beginning of the pipelines on, exporters, extensions; the
   * nodes come in the order in which they started. What an earlier call still drains goes before what may take from it. Gives one
   * error per failure.
   */
  retire(nodes: readonly Node[]): Promise<readonly Error[]>;
  /** From now on batches inside are not waited for; give all nodes that are left to `retire`, which waits for earlier calls too. */
  hurry(): void;
}

export function createRetirement(timers: Timers): Retirement {
  const ending = new AbortController();
  /** When the stages of all calls so far are over. */
  const over = { between: Promise.resolve(), exporters: Promise.resolve(), all: Promise.resolve() };

  /** Waits until no batch is inside, but not for ever. */
  async function settled({ entrance }: Node): Promise<void> {
    if (entrance === undefined || ending.signal.aborted) return;
    const rest = new AbortController();
    const stop = (): void => rest.abort();
    ending.signal.addEventListener("abort", stop);
    // Either ends the other.
    const waiting = timers.sleep(GRACE, rest.signal).catch(() => {});
    await Promise.race([entrance.idle(), waiting]);
    stop();
    ending.signal.removeEventListener("abort", stop);
  }

  async function stop(node: Node): Promise<readonly Error[]> {
    await settled(node);
    const errors = await stopOne(node);
    node.meter.release();
    return errors;
  }
  async function inOrder(nodes: readonly Node[]): Promise<readonly Error[]> {
    const errors: Error[] = [];
    for (const node of nodes) errors.push(...(await stop(node)));
    return errors;
  }
  const together = async (nodes: readonly Node[]) => (await Promise.all(nodes.map(stop))).flat();

  async function retire(nodes: readonly Node[]): Promise<readonly Error[]> {
    const of = (...kinds: readonly string[]) => nodes.filter(({ kind }) => kinds.includes(kind));
    const earlier = { ...over };
    const receivers = together(of("receiver"));
    const between = Promise.all([receivers, earlier.between]).then(() =>
      inOrder(of("processor", "connector").toReversed()),
    );
    const exporters = between.then(() => together(of("exporter")));
    const extensions = Promise.all([exporters, earlier.exporters]).then(() => inOrder(of("extension").toReversed()));
    const all = Promise.all([receivers, between, exporters, extensions]);
    over.between = between.then(() => {});
    over.exporters = Promise.all([exporters, earlier.exporters]).then(() => {});
    over.all = Promise.all([all, earlier.all]).then(() => {});
    await over.all;
    return (await all).flat();
  }

  return { retire, hurry: () => ending.abort() };
}

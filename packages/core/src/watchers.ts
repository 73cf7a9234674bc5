import type { StatusEvent } from "@sluice/component";
import type { Node } from "./build-pipeline.ts";
import type { StatusListener } from "./status.ts";

/** Tells extensions what the collector does; a fault of theirs is logged and stays theirs. */
export interface Watchers {
  /** How extensions hear of statuses; one that was asked for before has the same listener. */
  listeners(nodes: Iterable<Node>): readonly StatusListener[];
  /** All pipelines are up. */
  ready(nodes: Iterable<Node>): void;
  /** The collector is about to stop; told in the reverse order. */
  notReady(nodes: readonly Node[]): void;
}

export function createWatchers(): Watchers {
  const known = new WeakMap<Node, StatusListener>();
  return {
    listeners: (nodes) =>
      [...nodes].flatMap((node) => {
        const { extension } = node;
        if (extension?.statusChanged === undefined) return [];
        const take = (event: StatusEvent): void =>
          guard(node, "cannot take a status event", () => extension.statusChanged?.(event));
        const listener = known.get(node) ?? take;
        known.set(node, listener);
        return [listener];
      }),
    ready(nodes) {
      for (const node of nodes) {
        guard(node, "cannot take that all pipelines are up", () => node.extension?.ready?.());
      }
    },
    notReady(nodes) {
      for (const node of nodes.toReversed()) {
        guard(node, "cannot take that the collector stops", () => node.extension?.notReady?.());
      }
    },
  };
}

function guard({ log }: Node, message: string, fn: () => void): void {
  try {
    fn();
  } catch (error) {
    log.error(message, { error });
  }
}

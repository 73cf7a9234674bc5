import { type Context, configChanges, type HttpHandler, type HttpListener, type Update } from "@sluice/component";
import { type ServerSetup, setUpServer } from "./serve.ts";
import type { HttpServerConfig } from "./server-config.ts";

/** One HTTP server of a component, for its `start`, `update` and `shutdown`. */
export interface Serving {
  /** Opens; rejects as `serve`. */
  start(config: HttpServerConfig): Promise<void>;
  /**
   * Serves by another configuration, without refusing anybody: on the same address it takes the socket over. Files are read again,
   * so new certificates are a change, too. `changes` names what differs, keys of the component's own included. Rejects as `serve`,
   * and before `start`; then the old one goes on.
   */
  update(config: HttpServerConfig): Promise<Update>;
  /** Closes what is open, and what is still about to close. */
  shutdown(): Promise<void>;
}

/** Makes a server that is not open yet. */
export function createServing(ctx: Pick<Context, "env" | "baseDirectory">, handler: HttpHandler): Serving {
  const state = { open: undefined as Open | undefined, closing: new Set<Promise<void>>() };

  async function open(config: HttpServerConfig, setup: ServerSetup, before?: Open): Promise<Open> {
    const { address, options } = setup;
    const listener = await (before !== undefined && isSame(before.setup.address, address)
      ? before.listener.succeed(options, setup.handler)
      : ctx.env.net.serveHttp({ address, ...options }, setup.handler));
    return { config, setup, listener };
  }
  function close({ listener }: Open): Promise<void> {
    const closing = listener.close().finally(() => state.closing.delete(closing));
    state.closing.add(closing);
    return closing;
  }

  return {
    async start(config) {
      state.open = await open(config, await setUpServer(config, ctx, handler));
    },
    async update(config) {
      const before = state.open;
      if (before === undefined) throw new Error("cannot update a server that is not started");
      const setup = await setUpServer(config, ctx, handler);
      const changes = changesBetween(before, config, setup);
      if (changes.length === 0) return { changes, apply: () => {} };
      const after = await open(config, setup, before);
      return {
        changes,
        apply() {
          state.open = after;
          void close(before);
        },
        discard: () => close(after),
      };
    },
    async shutdown() {
      if (state.open !== undefined) void close(state.open);
      state.open = undefined;
      await Promise.all(state.closing);
    },
  };
}

interface Open {
  readonly config: HttpServerConfig;
  readonly setup: ServerSetup;
  readonly listener: HttpListener;
}

function changesBetween({ config, setup }: Open, next: HttpServerConfig, nextSetup: ServerSetup): readonly string[] {
  const changes = configChanges(config, next);
  if (changes.length > 0) return changes;
  return isSame(setup.options.tls, nextSetup.options.tls) ? [] : ["files of tls changed"];
}

function isSame(a: unknown, b: unknown): boolean {
  return configChanges(a, b).length === 0;
}

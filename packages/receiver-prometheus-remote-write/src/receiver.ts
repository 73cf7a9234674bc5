import type { Consume, Context, HttpHandler, HttpListener, Lifecycle } from "@sluice/component";
import { serve } from "@sluice/lib-http";
import type { Config } from "./config.ts";
import { createIntake } from "./intake.ts";

/** How often refused requests of one status are logged. */
const WARN_EVERY_MS = 60_000;

/** One instance of the receiver: an HTTP server. */
export function createReceiver(config: Config, ctx: Context, next: Consume<"metrics">): Lifecycle {
  const handler = logged(createIntake(config, ctx, next), ctx);
  const state = { listener: undefined as HttpListener | undefined };
  return {
    async start() {
      state.listener = await serve(config, ctx, handler, "raw");
    },
    async shutdown() {
      const { listener } = state;
      state.listener = undefined;
      await listener?.close();
    },
  };
}

/** The handler; the requests that it refuses are logged. */
function logged(handler: HttpHandler, { env, log }: Context): HttpHandler {
  const last = new Map<number, number>();
  return async (request) => {
    const response = await handler(request);
    const { status, body } = response;
    const now = env.clock.monotonic();
    if (status >= 400 && now - (last.get(status) ?? Number.NEGATIVE_INFINITY) >= WARN_EVERY_MS) {
      last.set(status, now);
      log.warn("request refused", { code: status, from: request.remoteAddress, answer: `${body?.toString()}`.trim() });
    }
    return response;
  };
}

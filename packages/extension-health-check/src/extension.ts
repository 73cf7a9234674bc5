import {
  type Context,
  type Extension,
  formatGoDuration,
  type HttpListener,
  type HttpRequest,
  type HttpResponse,
} from "@sluice/component";
import { isoTime } from "@sluice/data";
import { serve } from "@sluice/lib-http";
import type { HealthCheckConfig } from "./config.ts";
import { createFailureWatch } from "./failures.ts";

/** What Go prints for a moment that was never set. */
const NEVER = "0001-01-01T00:00:00Z";

/** Answers 200 from when all pipelines are up until the collector is about to stop, otherwise 503; 500 while exporters fail. */
export function createHealthCheck(config: HealthCheckConfig, context: Context): Extension {
  const { clock } = context.env;
  const { enabled, interval, exporter_failure_threshold } = config.check_collector_pipeline;
  const failures = createFailureWatch(() => clock.monotonic(), interval, exporter_failure_threshold);
  const state = { listener: undefined as HttpListener | undefined, up: undefined as Moment | undefined };

  function answer(request: HttpRequest): HttpResponse {
    if (!isAnswered(config.path, request.target)) return { status: 404 };
    if (state.up === undefined) return respond(config, 503, undefined);
    const { wall, monotonic } = state.up;
    const times = { upSince: isoTime(wall), uptime: formatGoDuration(clock.monotonic() - monotonic) };
    return enabled && failures.failing() ? respond(config, 500, undefined) : respond(config, 200, times);
  }

  return {
    async start() {
      state.listener = await serve(config, context, answer);
    },
    async shutdown() {
      const { listener } = state;
      state.listener = undefined;
      await listener?.close();
    },
    ready() {
      state.up = { wall: clock.now(), monotonic: clock.monotonic() };
    },
    notReady() {
      state.up = undefined;
    },
    ...(enabled && { statusChanged: failures.take }),
  };
}

interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** As Go's routes: a path that ends in / answers for everything below it, another one only for itself. */
function isAnswered(path: string, target: string): boolean {
  const asked = target.split("?", 1)[0] ?? "";
  return path.endsWith("/") ? asked.startsWith(path) : asked === path;
}

function respond(
  { response_body }: HealthCheckConfig,
  status: 200 | 500 | 503,
  times: { readonly upSince: string; readonly uptime: string } | undefined,
): HttpResponse {
  if (response_body !== undefined) {
    const body = status === 200 ? response_body.healthy : response_body.unhealthy;
    return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
  }
  const words = status === 200 ? "Server available" : "Server not available";
  const body = JSON.stringify({ status: words, ...(times ?? { upSince: NEVER, uptime: "" }) });
  return { status, headers: { "content-type": "application/json" }, body };
}

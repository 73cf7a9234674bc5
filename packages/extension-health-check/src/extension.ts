import {
  type Context,
  type Extension,
  formatGoDuration,
  type HttpRequest,
  type HttpResponse,
  type Updatable,
} from "@sluice/component";
import { isoTime } from "@sluice/data";
import { createServing } from "@sluice/lib-http";
import type { HealthCheckConfig } from "./config.ts";
import { createFailureWatch } from "./failures.ts";

/** What Go prints for a moment that was never set. */
const NEVER = "0001-01-01T00:00:00Z";

/** Answers 200 from when all pipelines are up until the collector is about to stop, otherwise 503; 500 while exporters fail. */
export function createHealthCheck(
  first: HealthCheckConfig,
  context: Context,
): Extension & Updatable<HealthCheckConfig> {
  const { clock } = context.env;
  const failures = createFailureWatch(() => clock.monotonic(), first.check_collector_pipeline);
  const state = { config: first, up: undefined as Moment | undefined };
  const serving = createServing(context, answer);

  function answer(request: HttpRequest): HttpResponse {
    const { config } = state;
    const { enabled } = config.check_collector_pipeline;
    if (!isAnswered(config.path, request.target)) return { status: 404 };
    if (state.up === undefined) return respond(config, 503, undefined);
    const { wall, monotonic } = state.up;
    const times = { upSince: isoTime(wall), uptime: formatGoDuration(clock.monotonic() - monotonic) };
    return enabled && failures.failing() ? respond(config, 500, undefined) : respond(config, 200, times);
  }

  return {
    start: () => serving.start(first),
    async update(config) {
      const update = await serving.update(config);
      return {
        ...update,
        apply() {
          update.apply();
          failures.update(config.check_collector_pipeline);
          state.config = config;
        },
      };
    },
    shutdown: () => serving.shutdown(),
    ready() {
      state.up = { wall: clock.now(), monotonic: clock.monotonic() };
    },
    notReady() {
      state.up = undefined;
    },
    statusChanged: failures.take,
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

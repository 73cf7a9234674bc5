import type { BuildInfo, Env, HttpListener, HttpRequest, HttpResponse, Labels, Logger, Meter } from "@sluice/component";
import { type PrometheusReader, prometheusReaders, resourceAttributes, type TelemetryConfig } from "./config.ts";
import { createLogOutput } from "./log-output.ts";
import { createLoggers, type LogSource } from "./logger.ts";
import { identifier, type PageStyle, renderPage } from "./page.ts";
import { observeProcess } from "./process-metrics.ts";
import { createRegistry, type Registry } from "./registry.ts";

/** The resource attributes that stand on every point; the others are only in target_info, as upstream has it. */
const onPoints = ["service.instance.id", "service.name", "service.version"];

/** One collector's own logs and metrics. */
export interface Telemetry {
  /** A component's logger, or the collector's own. */
  logger(source?: LogSource): Logger;
  /** A meter whose points carry these labels; `scope` is the package that measures. */
  meter(labels: Labels, scope: string): Meter;
  /** Opens the metrics pages; rejects when one cannot be. Gives their addresses, "host:port". */
  start(): Promise<readonly string[]>;
  /** Closes the pages and hands over every log line. Safe without `start` and twice. */
  close(): Promise<void>;
}

/** Makes the own telemetry that `service::telemetry` asks for; opens nothing. */
export function createTelemetry(config: TelemetryConfig, env: Env, build: BuildInfo): Telemetry {
  const resource = resourceAttributes(config.resource, {
    "service.instance.id": randomUuid(env.random.bytes(16)),
    "service.name": build.command,
    "service.version": build.version,
  });
  const output = createLogOutput(env, config.logs.output_paths, config.logs.error_output_paths);
  const registry = createRegistry();
  observeProcess(registry.meter({}, "@sluice/core"), env);
  const listeners: HttpListener[] = [];
  return {
    logger: createLoggers(config.logs, resource, env.clock, output.write),
    meter: registry.meter,
    async start() {
      for (const reader of prometheusReaders(config)) listeners.push(await openPage(env, registry, reader, resource));
      return listeners.map(({ address }) => address);
    },
    async close() {
      await Promise.all(listeners.splice(0).map((listener) => listener.close()));
      await output.flush();
    },
  };
}

async function openPage(
  env: Env,
  registry: Registry,
  reader: PrometheusReader,
  resource: Readonly<Record<string, string>>,
): Promise<HttpListener> {
  const { host, port } = reader;
  const style: PageStyle = {
    info: labelsOf(resource, Object.keys(resource)),
    constant: labelsOf(resource, onPoints),
    units: !reader.without_units,
    typeSuffix: !reader.without_type_suffix,
    scope: !reader.without_scope_info,
  };
  const limits = { maxBodyBytes: 0, readTimeoutMs: 10_000, idleTimeoutMs: 120_000 };
  try {
    // As in Go, localhost is 127.0.0.1 whatever the resolver prefers.
    const address = { host: host === "localhost" ? "127.0.0.1" : host, port };
    return await env.net.serveHttp({ address, ...limits }, (request) => answer(request, registry, style));
  } catch (error) {
    throw new Error(`cannot open metrics page at "${host}:${port}" (to change: service::telemetry::metrics::readers)`, {
      cause: error,
    });
  }
}

function answer({ method, target }: HttpRequest, registry: Registry, style: PageStyle): HttpResponse {
  if (target.split("?", 1)[0] !== "/metrics") return { status: 404 };
  if (method !== "GET" && method !== "HEAD") return { status: 405, headers: { allow: "GET, HEAD" } };
  return {
    status: 200,
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    body: renderPage(registry.read(), style),
  };
}

/** The named attributes as labels. */
function labelsOf(attributes: Readonly<Record<string, string>>, names: readonly string[]): Labels {
  const there = names.filter((name) => attributes[name] !== undefined);
  return Object.fromEntries(there.map((name) => [identifier(name), attributes[name] ?? ""]));
}

/** A version 4 UUID of 16 random bytes. */
function randomUuid(random: Uint8Array): string {
  const hex = Array.from(random, (byte, index) => {
    const marked = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, "0");
  });
  return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

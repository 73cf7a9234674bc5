/**
 * `node --import @sluice/sdk-exporter-prometheus-remote-write/register app.js`: metrics without a line of code. What goes wrong
 * is said on the console and never ends the application.
 */
import { DiagConsoleLogger, DiagLogLevel, diag, metrics } from "@opentelemetry/api";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { numberOf } from "./environment.ts";
import { PrometheusRemoteWriteExporter } from "./exporter.ts";
import { beforeEnd, randomName, variables } from "./host.ts";

const levels: Readonly<Record<string, DiagLogLevel>> = {
  NONE: DiagLogLevel.NONE,
  ERROR: DiagLogLevel.ERROR,
  WARN: DiagLogLevel.WARN,
  INFO: DiagLogLevel.INFO,
  DEBUG: DiagLogLevel.DEBUG,
  VERBOSE: DiagLogLevel.VERBOSE,
  ALL: DiagLogLevel.ALL,
};

function register(): void {
  const { OTEL_SDK_DISABLED, OTEL_LOG_LEVEL = "", ...environment } = variables();
  if (OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") return;
  const logLevel = levels[OTEL_LOG_LEVEL.trim().toUpperCase()] ?? DiagLogLevel.WARN;
  diag.setLogger(new DiagConsoleLogger(), { logLevel, suppressOverrideMessage: true });
  const read = (name: string): number | undefined => {
    const text = environment[name]?.trim() ?? "";
    const value = numberOf(text);
    if (text !== "" && !(value! > 0)) throw new Error(`${name}: expected milliseconds`);
    return value;
  };
  const interval = read("OTEL_METRIC_EXPORT_INTERVAL") ?? 60_000;
  const timeout = Math.min(read("OTEL_METRIC_EXPORT_TIMEOUT") ?? 30_000, interval);
  const reader = new PeriodicExportingMetricReader({
    exporter: new PrometheusRemoteWriteExporter(),
    exportIntervalMillis: interval,
    exportTimeoutMillis: timeout,
  });
  // Without it, two processes of one service would write the same series.
  const instance = resourceFromAttributes({ "service.instance.id": randomName() });
  const resource = defaultResource()
    .merge(instance)
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new MeterProvider({ resource, readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  beforeEnd(() => provider.shutdown().catch((error: unknown) => diag.error("cannot send what is left", error)));
}

try {
  register();
} catch (error) {
  diag.error("cannot register the Prometheus remote write exporter", error);
}

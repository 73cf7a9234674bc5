/**
 * `node --import @sluice/sdk-exporter-prometheus-remote-write/register app.js`: metrics without a line of code. What goes wrong
 * is said on the console and never ends the application.
 */
import { DiagConsoleLogger, DiagLogLevel, diag, metrics } from "@opentelemetry/api";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { OptionsError } from "./check-options.ts";
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

/** What a program waits for at its end, at most. */
const END_MS = 10_000;

function register(): void {
  const { OTEL_SDK_DISABLED, OTEL_LOG_LEVEL = "", ...environment } = variables();
  if (OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") return;
  const logLevel = levels[OTEL_LOG_LEVEL.trim().toUpperCase()] ?? DiagLogLevel.WARN;
  diag.setLogger(new DiagConsoleLogger(), { logLevel, suppressOverrideMessage: true });
  const problems: string[] = [];
  const read = (name: string): number | undefined => {
    const text = environment[name]?.trim() ?? "";
    const value = numberOf(text);
    if (text !== "" && !(value! > 0)) problems.push(`${name}: expected milliseconds`);
    return value;
  };
  const interval = read("OTEL_METRIC_EXPORT_INTERVAL") ?? 60_000;
  const timeout = Math.min(read("OTEL_METRIC_EXPORT_TIMEOUT") ?? 30_000, interval);
  const exporter = createExporter(Math.min(END_MS, timeout), problems);
  if (exporter === undefined) return;
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: interval,
    exportTimeoutMillis: timeout,
  });
  // Without it, two processes of one service would write the same series.
  const instance = resourceFromAttributes({ "service.instance.id": randomName() });
  const resource = defaultResource()
    .merge(instance)
    .merge(detectResources({ detectors: [envDetector] }));
  metrics.setGlobalMeterProvider(new MeterProvider({ resource, readers: [reader] }));
  beforeEnd(() => sendRest(reader, exporter));
}

/** Says every mistake in the settings, and gives nothing then. */
function createExporter(
  flushTimeoutMillis: number,
  problems: readonly string[],
): PrometheusRemoteWriteExporter | undefined {
  try {
    const exporter = new PrometheusRemoteWriteExporter(flushTimeoutMillis > 0 ? { flushTimeoutMillis } : {});
    if (problems.length === 0) return exporter;
    diag.error(new OptionsError(problems).message);
  } catch (error) {
    const own = error instanceof OptionsError ? error.problems : [String(error)];
    diag.error(new OptionsError([...problems, ...own]).message);
  }
  return undefined;
}

/** Not by the provider's `shutdown`, which waits for this last export as long as for any, and keeps the process for it. */
async function sendRest(reader: PeriodicExportingMetricReader, exporter: PrometheusRemoteWriteExporter): Promise<void> {
  try {
    const { resourceMetrics } = await reader.collect();
    if (resourceMetrics.scopeMetrics.length > 0) exporter.export(resourceMetrics, () => {});
  } catch (error) {
    diag.debug("nothing is left: the program has shut its meter provider down", error);
  }
  await exporter.shutdown();
}

try {
  register();
} catch (error) {
  diag.error("cannot register the Prometheus remote write exporter", error);
}

export { OptionsError } from "./check-options.ts";
export { PrometheusRemoteWriteExporter } from "./exporter.ts";
export type { ExporterCounts, SampleCounts } from "./exporter-counts.ts";
export type {
  DestinationOptions,
  PrometheusRemoteWriteOptions,
  RetryOptions,
  TextSource,
  TlsOptions,
} from "./options.ts";

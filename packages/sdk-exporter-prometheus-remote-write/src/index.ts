export { OptionsError } from "./check-options.ts";
export type { SampleCounts } from "./counts.ts";
export { type ExporterCounts, PrometheusRemoteWriteExporter } from "./exporter.ts";
export type {
  DestinationOptions,
  PrometheusRemoteWriteOptions,
  RetryOptions,
  TextSource,
  TlsOptions,
} from "./options.ts";

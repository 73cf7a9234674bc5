import type { NameScheme } from "@sluice/lib-prometheus";
import type { GlobalConfig } from "./config.ts";
import type { ScrapeConfig } from "./config-job.ts";
import { joinPath } from "./glob.ts";
import { type HistogramSettings, schemaOfFactor } from "./native-samples.ts";

/** A job with everything it inherits: times in milliseconds, 0 = no limit. */
export interface Job {
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly protocols: readonly string[];
  readonly fallback: string;
  /** undefined = nobody said: the HTTP client's own bound, 256 MiB. */
  readonly bodySizeLimit: number | undefined;
  readonly sampleLimit: number;
  readonly labelLimit: number;
  readonly labelNameLengthLimit: number;
  readonly labelValueLengthLimit: number;
  readonly targetLimit: number;
  readonly keepDroppedTargets: number;
  readonly nameScheme: NameScheme;
  readonly escapingScheme: string;
  readonly extraScrapeMetrics: boolean;
  readonly histograms: HistogramSettings;
  /** "" = none. */
  readonly failureLogFile: string;
  /** The directory that relative paths are relative to. */
  readonly baseDirectory: string;
  /** What is not inherited. */
  readonly own: ScrapeConfig;
}

const MINUTE = 60_000;
const DEFAULT_TIMEOUT = 10_000;
/** Protocols asked for without `scrape_protocols`. */
const TEXT_PROTOCOLS = ["OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4"];
/** The same where native histograms are wanted: only protobuf can show them. */
const NATIVE_PROTOCOLS = ["PrometheusProto", ...TEXT_PROTOCOLS];

/** The interval and timeout of `global`. */
export function globalTimes(global: GlobalConfig): { readonly intervalMs: number; readonly timeoutMs: number } {
  const intervalMs = global.scrape_interval || MINUTE;
  return { intervalMs, timeoutMs: global.scrape_timeout || Math.min(DEFAULT_TIMEOUT, intervalMs) };
}

/** Fills in what a job inherits; paths in `global` are no longer relative. `extra`: the receiver's old key report_extra_scrape_metrics. */
export function resolveJob(own: ScrapeConfig, global: GlobalConfig, baseDirectory: string, extra: boolean): Job {
  const times = globalTimes(global);
  const intervalMs = own.scrape_interval || times.intervalMs;
  const nameScheme = own.metric_name_validation_scheme || global.metric_name_validation_scheme || "utf8";
  const histograms = histogramsOf(own, global);
  return {
    name: own.job_name,
    intervalMs,
    timeoutMs: own.scrape_timeout || Math.min(times.timeoutMs, intervalMs),
    protocols: protocolsOf(own, global, histograms.native),
    fallback: own.fallback_scrape_protocol || "PrometheusText0.0.4",
    bodySizeLimit: own.body_size_limit || (global.body_size_limit ?? own.body_size_limit),
    sampleLimit: own.sample_limit || global.sample_limit || 0,
    labelLimit: own.label_limit || global.label_limit || 0,
    labelNameLengthLimit: own.label_name_length_limit || global.label_name_length_limit || 0,
    labelValueLengthLimit: own.label_value_length_limit || global.label_value_length_limit || 0,
    targetLimit: own.target_limit || global.target_limit || 0,
    keepDroppedTargets: own.keep_dropped_targets || global.keep_dropped_targets || 0,
    nameScheme: nameScheme === "legacy" ? "legacy" : "utf8",
    escapingScheme: escapingOf(own, global, nameScheme),
    extraScrapeMetrics: own.extra_scrape_metrics ?? global.extra_scrape_metrics ?? extra,
    histograms,
    failureLogFile: own.scrape_failure_log_file
      ? joinPath(baseDirectory, own.scrape_failure_log_file)
      : global.scrape_failure_log_file,
    baseDirectory,
    own,
  };
}

/** The global escaping is taken over only by a job without a validation of its own, which it might not fit. */
function escapingOf(own: ScrapeConfig, global: GlobalConfig, nameScheme: string): string {
  const inherited = own.metric_name_validation_scheme === "" ? global.metric_name_escaping_scheme : "";
  return own.metric_name_escaping_scheme || inherited || (nameScheme === "legacy" ? "underscores" : "allow-utf-8");
}

function protocolsOf(own: ScrapeConfig, global: GlobalConfig, native: boolean): readonly string[] {
  return own.scrape_protocols ?? global.scrape_protocols ?? (native ? NATIVE_PROTOCOLS : TEXT_PROTOCOLS);
}
function histogramsOf(own: ScrapeConfig, global: GlobalConfig): HistogramSettings {
  const asked = own.always_scrape_classic_histograms ?? own.scrape_classic_histograms;
  return {
    native: own.scrape_native_histograms ?? global.scrape_native_histograms ?? false,
    classic: asked ?? global.always_scrape_classic_histograms ?? false,
    custom: own.convert_classic_histograms_to_nhcb ?? global.convert_classic_histograms_to_nhcb ?? false,
    bucketLimit: own.native_histogram_bucket_limit,
    maxSchema: schemaOfFactor(own.native_histogram_min_bucket_factor),
  };
}

import { type ScrapeConfig, scrapeConfig } from "./config-job.ts";
import type { Job } from "./job.ts";
import { isSameValue } from "./same-value.ts";

/** Keys that a job may inherit: what is in force counts, not where it stands. */
const INHERITED: Partial<Record<keyof ScrapeConfig, (job: Job) => unknown>> = {
  scrape_interval: (job) => job.intervalMs,
  scrape_timeout: (job) => job.timeoutMs,
  scrape_protocols: (job) => job.protocols,
  fallback_scrape_protocol: (job) => job.fallback,
  body_size_limit: (job) => job.bodySizeLimit,
  sample_limit: (job) => job.sampleLimit,
  label_limit: (job) => job.labelLimit,
  label_name_length_limit: (job) => job.labelNameLengthLimit,
  label_value_length_limit: (job) => job.labelValueLengthLimit,
  target_limit: (job) => job.targetLimit,
  keep_dropped_targets: (job) => job.keepDroppedTargets,
  metric_name_validation_scheme: (job) => job.nameScheme,
  metric_name_escaping_scheme: (job) => job.escapingScheme,
  extra_scrape_metrics: (job) => job.extraScrapeMetrics,
  scrape_native_histograms: (job) => job.histograms.native,
  convert_classic_histograms_to_nhcb: (job) => job.histograms.custom,
  always_scrape_classic_histograms: (job) => job.histograms.classic,
  // The old name of the key before.
  scrape_classic_histograms: () => undefined,
  scrape_failure_log_file: (job) => job.failureLogFile,
};
const KEYS = Object.keys(scrapeConfig.properties) as (keyof ScrapeConfig)[];

/** The keys, as the configuration writes them, in which two jobs of one name differ; none: they are the same. Never values. */
export function changedKeys(before: Job, after: Job): string[] {
  const value = (job: Job, key: keyof ScrapeConfig): unknown => (INHERITED[key] ?? (() => job.own[key]))(job);
  const keys: string[] = KEYS.filter((key) => !isSameValue(value(before, key), value(after, key)));
  return before.baseDirectory === after.baseDirectory ? keys : [...keys, "directory of relative paths"];
}

import type { Counter, Meter } from "@sluice/component";

/** The receiver's own counters, named as Prometheus names them. */
export interface Counters {
  readonly sampleLimit: Counter;
  readonly bodySizeLimit: Counter;
  readonly bucketLimit: Counter;
  readonly duplicates: Counter;
  readonly outOfBounds: Counter;
  readonly outOfOrder: Counter;
  readonly inconsistent: Counter;
  readonly targetLimit: Counter;
  readonly labelLimits: Counter;
  /** See `SlotLedger`. */
  readonly slots: Counter;
}

export function createCounters(meter: Meter): Counters {
  const counter = (name: string, unit: string, description: string): Counter => {
    const made = meter.counter(name, { unit, description });
    made.add(0);
    return made;
  };
  return {
    sampleLimit: counter(
      "prometheus_target_scrapes_exceeded_sample_limit",
      "{scrape}",
      "Scrapes that hit the sample limit and were rejected.",
    ),
    bodySizeLimit: counter(
      "prometheus_target_scrapes_exceeded_body_size_limit",
      "{scrape}",
      "Scrapes that hit the body size limit.",
    ),
    bucketLimit: counter(
      "prometheus_target_scrapes_exceeded_native_histogram_bucket_limit",
      "{scrape}",
      "Scrapes that hit the bucket limit of native histograms and were rejected.",
    ),
    duplicates: counter(
      "prometheus_target_scrapes_sample_duplicate_timestamp",
      "{sample}",
      "Samples dropped because the page showed their series before.",
    ),
    outOfOrder: counter(
      "prometheus_target_scrapes_sample_out_of_order",
      "{sample}",
      "Samples dropped because a newer one of their series came before.",
    ),
    outOfBounds: counter(
      "prometheus_target_scrapes_sample_out_of_bounds",
      "{sample}",
      "Samples dropped because their timestamp lies too far ahead.",
    ),
    inconsistent: counter(
      "prometheus_target_scrapes_sample_inconsistent_timestamp",
      "{sample}",
      "Samples of histograms and summaries dropped because their lines have no common timestamp.",
    ),
    targetLimit: counter(
      "prometheus_target_scrape_pool_exceeded_target_limit",
      "{update}",
      "Updates after which a job had more targets than its limit allows.",
    ),
    labelLimits: counter(
      "prometheus_target_scrape_pool_exceeded_label_limits",
      "{scrape}",
      "Scrapes that hit a limit on labels and were rejected.",
    ),
    slots: meter.counter("sluice_scrape_slots", {
      unit: "{slot}",
      description:
        "Ticks of the targets of a job, each counted once as its outcome: scraped, failed, or skipped because the scrape before was still fetching (scraping) or being handed on (pipeline), the tick came too late (late) or the collector stopped (shutdown).",
    }),
  };
}

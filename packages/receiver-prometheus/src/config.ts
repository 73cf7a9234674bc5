import { type Decoded, t } from "@sluice/component";
import { inheritedProperties, nullable, scrapeConfig } from "./config-job.ts";

const ignored = (description: string) => t.any({ description: `${description} Accepted, and without effect here.` });
const rejected = (description: string) => t.any({ description: `${description} Not possible in a collector.` });
const gone = (description: string, deprecated: string) => t.any({ description, deprecated });

const globalConfig = t.object("What holds for all jobs.", {
  ...inheritedProperties,
  evaluation_interval: ignored("Of rules."),
  rule_query_offset: ignored("Of rules."),
  query_log_file: ignored("Of queries."),
  external_labels: t.record(
    nullable(t.text({ description: "Value; $NAME and ${NAME} stand for environment variables." })),
    { description: "Labels set on every sample, over what it has; one without a value is taken away.", default: {} },
  ),
});
/** The decoded `global` section. */
export type GlobalConfig = Decoded<typeof globalConfig>;

/** A whole Prometheus configuration. */
const prometheusConfig = t.object(
  "A Prometheus configuration; other than scraping it can hold nothing with an effect.",
  {
    global: t.defaulted(globalConfig),
    scrape_configs: t.array(nullable(scrapeConfig), { description: "The jobs.", default: [] }),
    scrape_config_files: t.array(
      t.text({ description: "Path, relative to the configuration; its last part may contain `*`.", file: "awaited" }),
      {
        description: "Files with more `scrape_configs`.",
        default: [],
      },
    ),
    runtime: ignored("Of the Go runtime."),
    storage: ignored("Of the database."),
    tracing: ignored("Of Prometheus itself."),
    otlp: ignored("Of the OTLP endpoint."),
    rule_files: rejected("Rules."),
    alerting: rejected("Alerts."),
    remote_write: rejected("Use the exporter prometheus_remote_write."),
    remote_read: rejected("Remote read."),
  },
);

const startTime = "use the processor metric_start_time";
const unused = "this key has no effect any more; remove it";

/** Configuration of the receiver. */
export const config = t.object("Scrapes Prometheus targets.", {
  config: t.optional(prometheusConfig),
  trim_metric_suffixes: t.boolean({
    description: "Whether `_total` and the unit are cut off from the names of metrics.",
    default: false,
  }),
  target_allocator: t.any({ description: "Not supported yet." }),
  api_server: t.any({ description: "Not supported yet." }),
  report_extra_scrape_metrics: t.optional(
    t.boolean({ description: "Old name.", deprecated: "use config.global.extra_scrape_metrics" }),
  ),
  use_start_time_metric: gone("Gone.", startTime),
  start_time_metric_regex: gone("Gone.", startTime),
  enable_protobuf_negotiation: gone("Gone.", "use scrape_protocols"),
  report_extra_metrics: gone("Gone.", unused),
  buffer_period: gone("Gone.", unused),
  buffer_count: gone("Gone.", unused),
  enable_prometheus_ui_server: gone("Gone.", unused),
});
/** The receiver's decoded configuration. */
export type ReceiverConfig = Decoded<typeof config>;
/** The decoded Prometheus document in it. */
export type PrometheusConfig = Decoded<typeof prometheusConfig>;

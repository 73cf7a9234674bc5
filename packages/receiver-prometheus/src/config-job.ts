import { type Decoded, type Schema, t } from "@sluice/component";
import { prometheusHttpClientProperties } from "@sluice/lib-http";
import { relabelRuleSchema } from "@sluice/lib-prometheus";

/** Discoveries of Prometheus that are not here yet. */
export const LATER_DISCOVERIES = [
  "aws",
  "azure",
  "consul",
  "digitalocean",
  "dns",
  "docker",
  "dockerswarm",
  "ec2",
  "eureka",
  "gce",
  "hetzner",
  "http",
  "ionos",
  "kubernetes",
  "kuma",
  "lightsail",
  "linode",
  "marathon",
  "nerve",
  "nomad",
  "oci",
  "openstack",
  "outscale",
  "ovhcloud",
  "puppetdb",
  "scaleway",
  "serverset",
  "stackit",
  "triton",
  "uyuni",
  "vultr",
] as const;

/** A list entry that may have been left empty, so that the check can say so in Prometheus' words. */
export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return { json: { anyOf: [{ type: "null" }, schema.json] }, optional: false };
}

const flag = (description: string) =>
  t.optional(t.boolean({ description: `${description} Without it the global setting.` }));
const limit = (description: string) =>
  t.optional(t.integer({ description: `${description} 0 or nothing is the global setting.`, minimum: 0 }));

const rule = nullable(relabelRuleSchema);
const staticConfig = t.object("Targets that share labels.", {
  targets: t.array(t.text({ description: "Host and port." }), {
    description: "Addresses of targets.",
    default: [],
    examples: [["localhost:9090"]],
  }),
  labels: t.record(nullable(t.text({ description: "Value." })), {
    description: "Labels of all of them; one without a value is empty.",
    default: {},
  }),
});
const fileSdConfig = t.object("Targets from files.", {
  files: t.array(t.text({ description: "Path; its last part may contain one `*`.", file: "awaited" }), {
    description: "JSON or YAML files with lists of `{targets, labels}`, read again when they change.",
    default: [],
  }),
  refresh_interval: t.prometheusDuration({ description: "How often they are read anyway.", default: "5m" }),
});

const laterProperties = Object.fromEntries(
  LATER_DISCOVERIES.map((kind) => [`${kind}_sd_configs`, t.any({ description: "Not supported yet." })]),
) as Record<`${(typeof LATER_DISCOVERIES)[number]}_sd_configs`, Schema<unknown>>;

/** Limits and switches that stand in `global` and in each job. */
export const inheritedProperties = {
  scrape_interval: t.optional(
    t.prometheusDuration({ description: "How often a target is scraped. Without it the global one, then 1m." }),
  ),
  scrape_timeout: t.optional(
    t.prometheusDuration({
      description: "Time for a scrape. Without it the global one, then 10s; the interval when that is shorter.",
    }),
  ),
  scrape_protocols: t.optional(
    t.array(t.text({ description: "Protocol." }), {
      description:
        "What is asked for, best first: OpenMetricsText1.0.0, OpenMetricsText0.0.1, PrometheusText1.0.0, PrometheusText0.0.4, and before them PrometheusProto when native histograms are scraped.",
    }),
  ),
  body_size_limit: t.optional(
    t.prometheusSize({
      description:
        "A page of this size or more, inflated, fails the scrape. 0 or nothing is the global setting; 0 there or with nothing there is no limit, nothing at all is 256MB.",
    }),
  ),
  sample_limit: limit("A page with more samples after relabelling fails the scrape."),
  label_limit: limit("A series with more labels fails the scrape."),
  label_name_length_limit: limit("A longer label name, in bytes, fails the scrape."),
  label_value_length_limit: limit("A longer label value, in bytes, fails the scrape."),
  target_limit: limit("With more targets than this no target of the job is scraped."),
  keep_dropped_targets: limit("How many targets that relabelling dropped are remembered."),
  metric_name_validation_scheme: t.text({
    description: "Which names are allowed: utf8 or legacy. Empty is the global setting, then utf8.",
    default: "",
  }),
  metric_name_escaping_scheme: t.text({
    description:
      "How targets are asked to write names: allow-utf-8, underscores, dots or values. Empty is the global setting.",
    default: "",
  }),
  scrape_native_histograms: flag(
    "Whether native histograms are taken, and protobuf is asked for first; else the classic side of them is.",
  ),
  convert_classic_histograms_to_nhcb: flag(
    "Whether classic histograms become native ones with custom buckets, each one series.",
  ),
  always_scrape_classic_histograms: flag(
    "Whether classic histograms are taken beside the native ones that stand for them.",
  ),
  extra_scrape_metrics: flag(
    "Whether scrape_timeout_seconds, scrape_sample_limit and scrape_body_size_bytes are added.",
  ),
  scrape_failure_log_file: t.text({
    description: "File to which failed scrapes are logged as JSON lines.",
    default: "",
  }),
};

/** One entry of `scrape_configs`. */
export const scrapeConfig = t.object("A job: targets that are scraped alike.", {
  job_name: t.text({ description: "Name, the label `job` of its targets.", default: "", examples: ["node"] }),
  ...inheritedProperties,
  fallback_scrape_protocol: t.text({
    description: "How a page without a known Content-Type is read. Empty is PrometheusText0.0.4.",
    default: "",
  }),
  scrape_classic_histograms: t.optional(
    t.boolean({ description: "Old name.", deprecated: "use always_scrape_classic_histograms" }),
  ),
  metrics_path: t.text({ description: "Path of the page.", default: "/metrics" }),
  scheme: t.oneOf(["http", "https"], { description: "Protocol.", default: "http" }),
  params: t.record(t.array(t.text({ description: "Value." }), { description: "Values." }), {
    description: "Parameters of the URL.",
    default: {},
  }),
  honor_labels: t.boolean({
    description: "Whether labels of the page win over those of the target; else they are renamed `exported_<name>`.",
    default: false,
  }),
  honor_timestamps: t.boolean({ description: "Whether timestamps on the page are taken.", default: true }),
  track_timestamps_staleness: t.boolean({
    description: "Whether series with timestamps on the page get stale markers when they vanish.",
    default: false,
  }),
  enable_compression: t.boolean({ description: "Whether targets are asked for gzip.", default: true }),
  native_histogram_bucket_limit: t.integer({
    description:
      "A native histogram with more buckets is reduced to a lower resolution; if none is low enough, the scrape fails. 0 is no limit.",
    default: 0,
    minimum: 0,
  }),
  native_histogram_min_bucket_factor: t.number({
    description: "Native histograms whose buckets grow by less than this factor are reduced to a lower resolution.",
    default: 0,
  }),
  relabel_configs: t.array(rule, { description: "Relabelling of targets before they are scraped.", default: [] }),
  metric_relabel_configs: t.array(rule, { description: "Relabelling of samples.", default: [] }),
  static_configs: t.array(nullable(staticConfig), { description: "Targets named here.", default: [] }),
  file_sd_configs: t.array(nullable(fileSdConfig), { description: "Targets named in files.", default: [] }),
  ...laterProperties,
  ...prometheusHttpClientProperties,
});
/** A decoded entry of `scrape_configs`. */
export type ScrapeConfig = Decoded<typeof scrapeConfig>;

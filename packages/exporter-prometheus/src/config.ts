import { type Decoded, type Problem, t } from "@sluice/component";
import { httpServerProperties, validateHttpServer } from "@sluice/lib-http";
import { constantLabelsOf, labelName, type Naming, strategyOf, translationStrategies } from "@sluice/lib-prometheus";

const pattern = t.string({ description: "Attribute key; `*` stands for any text." });

export const config = t.object("Shows the latest value of every series at `/metrics`, for Prometheus to scrape.", {
  ...httpServerProperties(),
  namespace: t.string({ description: "Put before every metric name, with an underscore.", default: "" }),
  const_labels: t.record(t.text({ description: "Label value." }), {
    description: "Labels put on every series that does not have them yet.",
    default: {},
  }),
  send_timestamps: t.boolean({ description: "Whether each sample tells when it was taken.", default: false }),
  metric_expiration: t.duration({ description: "How long a series without updates is shown.", default: "5m" }),
  enable_open_metrics: t.boolean({
    description: "Whether a client that asks for OpenMetrics gets it, with exemplars.",
    default: false,
  }),
  add_metric_suffixes: t.boolean({
    description: "Whether unit and type suffixes (`_seconds`, `_total`) are added to metric names.",
    default: true,
  }),
  translation_strategy: t.oneOf(translationStrategies, {
    description: "How names are translated; set, it decides instead of `add_metric_suffixes`.",
    default: "",
  }),
  without_scope_info: t.boolean({ description: "true leaves out the `otel_scope_*` labels.", default: false }),
  resource_constant_labels: t.defaulted(
    t.object("Chosen resource attributes as labels on every series.", {
      included: t.array(pattern, {
        description: "Which attributes become labels; none, with `excluded` set, is all.",
        default: [],
      }),
      excluded: t.array(pattern, { description: "Which of those do not.", default: [] }),
    }),
  ),
  resource_to_telemetry_conversion: t.defaulted(
    t.object("Resource attributes as labels on every series; `resource_constant_labels` takes precedence.", {
      enabled: t.boolean({ description: "Whether all resource attributes become labels.", default: false }),
      exclude_service_attributes: t.boolean({
        description:
          "Leaves out service.name, service.namespace and service.instance.id, which are job and instance already.",
        default: false,
      }),
    }),
  ),
  sending_queue: t.optional(
    t.any({ description: "No longer has any effect.", deprecated: "it has no effect: nothing is sent; remove it" }),
  ),
});
export type Config = Decoded<typeof config>;

/** The rules across keys. */
export function validate(config: Config): Problem[] {
  const problems = validateHttpServer(config);
  for (const [key, value] of Object.entries(config.const_labels)) {
    const path = ["const_labels", key];
    if (key === "" || value === "") problems.push({ path, message: "found nothing, expected a name and a value" });
    else if (labelName(key, strategyOf(config)) === undefined) {
      problems.push({ path, message: `found "${key}", of which nothing is valid in a label name` });
    }
  }
  return problems;
}

/** The keys that decide about names and labels; another value of one begins the page anew. */
export const namingKeys = [
  "namespace",
  "const_labels",
  "add_metric_suffixes",
  "translation_strategy",
  "without_scope_info",
  "resource_constant_labels",
  "resource_to_telemetry_conversion",
] as const;

/** What a configuration says about names and labels. */
export function namingOf(config: Config): Naming {
  const strategy = strategyOf(config);
  const { namespace, const_labels } = config;
  return {
    strategy,
    namespace,
    externalLabels: Object.entries(const_labels).map(([key, value]) => [labelName(key, strategy) ?? key, value]),
    isConstantLabel: constantLabelsOf(config),
    scopeLabels: !config.without_scope_info,
    targetInfo: true,
  };
}

import { type Decoded, t } from "@sluice/component";
import { attributeList, matchKeys, matchSchema } from "@sluice/lib-attributes";

const errorModes = ["ignore", "silent", "propagate"] as const;
/** What happens when a condition cannot be decided. */
export type ErrorMode = (typeof errorModes)[number];

const errorMode = {
  description:
    "What happens when a condition cannot be decided, since a value has another type than it needs: `ignore`: it counts as false, and the log says so; `silent`: it counts as false; `propagate`: the batch is refused for good.",
};
const condition = t.string({ description: "A condition.", minLength: 1 });
const conditions = (description: string) => t.array(condition, { description, default: [] });
const texts = (description: string) =>
  t.array(t.string({ description: "A text or pattern." }), { description, default: [] });

const metricMatch = (description: string) =>
  t.object(description, {
    ...matchKeys,
    match_type: t.oneOf(["strict", "regexp", "expr"], {
      description:
        "`strict`: texts are equal; `regexp`: a regular expression (RE2) matches any piece of the text. `expr` is not supported: write conditions instead.",
    }),
    metric_names: texts("Names of metrics, of which one must match."),
    resource_attributes: attributeList("Attributes of the resource, all of which must match."),
    expressions: texts("Only for `expr`."),
  });
/** The old block on metrics, as a configuration says it. */
export type MetricMatchConfig = Decoded<ReturnType<typeof metricMatch>>;

const logMatch = (description: string) =>
  t.object(description, {
    match_type: matchKeys.match_type,
    resource_attributes: attributeList("Attributes of the resource, all of which must match."),
    record_attributes: attributeList("Attributes of the record, all of which must match."),
    severity_texts: texts("Severity texts, of which one must match."),
    severity_number: t.optional(
      t.object("The least severity.", {
        min: t.text({
          description: "A severity's short name in any case, or its number.",
          default: "",
          examples: ["INFO", "9"],
        }),
        match_undefined: t.boolean({ description: "Whether records without a severity match.", default: false }),
      }),
    ),
    bodies: texts("Bodies as text, of which one must match."),
  });
/** The old block on log records, as a configuration says it. */
export type LogMatchConfig = Decoded<ReturnType<typeof logMatch>>;

const metrics = t.object("Which data points are dropped.", {
  include: t.optional(
    metricMatch("What does not match is dropped: metrics by their names, resources by their attributes."),
  ),
  exclude: t.optional(metricMatch("What matches is dropped: metrics by their names, resources by their attributes.")),
  regexp: t.optional(matchKeys.regexp),
  resource: conditions("Conditions on resources; all data points of one that meets any are dropped."),
  metric: conditions("Conditions on metrics; all data points of one that meets any are dropped."),
  datapoint: conditions("Conditions on data points; one that meets any is dropped."),
});
const spans = t.object("Which spans are dropped, by blocks.", {
  include: t.optional(matchSchema("What does not match is dropped.")),
  exclude: t.optional(matchSchema("What matches is dropped.")),
});
const traces = t.object("Which spans and events are dropped, by conditions.", {
  resource: conditions("Conditions on resources; all spans of one that meets any are dropped."),
  span: conditions("Conditions on spans; one that meets any is dropped."),
  spanevent: conditions("Conditions on events of spans; one that meets any is dropped, and its span stays."),
});
const logs = t.object("Which log records are dropped.", {
  include: t.optional(logMatch("What does not match is dropped.")),
  exclude: t.optional(logMatch("What matches is dropped.")),
  resource: conditions("Conditions on resources; all records of one that meets any are dropped."),
  log_record: conditions("Conditions on log records; one that meets any is dropped."),
});

const group = t.object("Conditions with settings of their own.", {
  context: t.optional(
    t.oneOf(["resource", "scope", "metric", "datapoint", "span", "spanevent", "log"], {
      description:
        "What the conditions are asked of; paths then need no prefix. Found out from the paths when missing.",
    }),
  ),
  error_mode: t.optional(t.oneOf(errorModes, errorMode)),
  conditions: t.array(condition, { description: "The conditions." }),
});
/** Conditions with settings of their own, as a configuration says them. */
export type GroupConfig = Decoded<typeof group>;
const groups = (what: string) =>
  t.array(t.union([condition, group], { description: "A condition, or several with settings of their own." }), {
    description: `Conditions whose paths tell what they are about, as \`${what}\`; what meets any is dropped. All entries are texts, or all are groups.`,
    default: [],
  });

export const config = t.object("Drops data points, spans and log records that match.", {
  error_mode: t.oneOf(errorModes, { ...errorMode, default: "ignore" }),
  metric_conditions: groups('metric.name == "up"'),
  trace_conditions: groups('span.name == "GET /health"'),
  log_conditions: groups("log.severity_number < SEVERITY_NUMBER_INFO"),
  metrics: t.defaulted(metrics),
  spans: t.defaulted(spans),
  traces: t.defaulted(traces),
  logs: t.defaulted(logs),
});
export type Config = Decoded<typeof config>;

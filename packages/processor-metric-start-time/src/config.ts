import { type Decoded, type Problem, t } from "@sluice/component";
import { compileRegex } from "@sluice/lib-prometheus";

/** The strategies, upstream's names. */
const strategies = ["true_reset_point", "subtract_initial_point", "start_time_metric"] as const;
export type StrategyName = (typeof strategies)[number];

export const config = t.object("Gives cumulative points the start time that they came without.", {
  strategy: t.oneOf(strategies, {
    description:
      "Where start times come from: `true_reset_point`: the first point, which keeps its value; `subtract_initial_point`: the first point, which is dropped and its value taken from all later ones; `start_time_metric`: a metric of the same resource.",
    default: "true_reset_point",
  }),
  gc_interval: t.duration({
    description: "How often series are forgotten that were not seen since the last time.",
    default: "10m",
    examples: ["1h"],
  }),
  start_time_metric_regex: t.string({
    description:
      "Name of the metric that says when its resource started, in seconds since 1970: a regular expression (RE2) that may match any piece of the name. Empty: `process_start_time_seconds`. Only for the strategy `start_time_metric`.",
    default: "",
    examples: ["^.+_process_start_time_seconds$"],
  }),
});
export type Config = Decoded<typeof config>;

export function validate({ strategy, gc_interval, start_time_metric_regex: pattern }: Config): Problem[] {
  const problems: Problem[] = [];
  if (gc_interval <= 0) problems.push({ path: ["gc_interval"], message: "must be more than 0" });
  const path = ["start_time_metric_regex"];
  if (pattern !== "" && strategy !== "start_time_metric") {
    problems.push({ path, message: `only the strategy start_time_metric has use for it, and this is ${strategy}` });
  }
  try {
    compileRegex(pattern);
  } catch (error) {
    problems.push({ path, message: (error as Error).message });
  }
  return problems;
}

import { defineProcessor } from "@sluice/component";
import { config, validate } from "./config.ts";
import { createProcessor } from "./processor.ts";

export default defineProcessor({
  type: "metric_start_time",
  aliases: ["metricstarttime"],
  signals: ["metrics"],
  stability: "beta",
  config,
  validate,
  create: createProcessor,
});

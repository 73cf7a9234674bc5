import { defineProcessor } from "@sluice/component";
import { config, validate } from "./config.ts";
import { createProcessor } from "./processor.ts";

export default defineProcessor({
  type: "resource",
  signals: ["metrics", "traces", "logs"],
  stability: "beta",
  config,
  validate,
  create: createProcessor,
});

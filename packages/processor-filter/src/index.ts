import { defineProcessor } from "@sluice/component";
import { config } from "./config.ts";
import { createProcessor } from "./processor.ts";
import { validate } from "./validate.ts";

export default defineProcessor({
  type: "filter",
  signals: ["metrics", "traces", "logs"],
  stability: "beta",
  config,
  validate,
  create: createProcessor,
});

import { defineProcessor } from "@sluice/component";
import { config } from "./config.ts";
import { createProcessor } from "./processor.ts";

export default defineProcessor({
  type: "sample",
  signals: ["metrics", "traces", "logs"],
  stability: "development",
  config,
  create: createProcessor,
});

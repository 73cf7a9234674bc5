import { defineExporter } from "@sluice/component";
import { config, validate } from "./config.ts";
import { createDebug } from "./exporter.ts";

export default defineExporter({
  type: "debug",
  signals: ["metrics", "traces", "logs"],
  stability: "alpha",
  config,
  validate,
  create: createDebug,
});

import { defineExporter } from "@sluice/component";
import { config } from "./config.ts";
import { createExporter } from "./exporter.ts";

export default defineExporter({
  type: "sample",
  signals: ["metrics", "traces", "logs"],
  stability: "development",
  config,
  create: createExporter,
});

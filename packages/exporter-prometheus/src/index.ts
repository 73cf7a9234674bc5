import { defineExporter } from "@sluice/component";
import { config, validate } from "./config.ts";
import { createExporter } from "./exporter.ts";

export default defineExporter({
  type: "prometheus",
  signals: ["metrics"],
  isSingle: true,
  stability: "beta",
  config,
  validate,
  create: createExporter,
});

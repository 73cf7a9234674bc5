import { defineExporter } from "@sluice/component";
import { config, validate } from "./config.ts";
import { createExporter } from "./exporter.ts";

export default defineExporter({
  type: "prometheus_remote_write",
  aliases: ["prometheusremotewrite"],
  signals: ["metrics"],
  stability: "beta",
  config,
  validate,
  create: createExporter,
});

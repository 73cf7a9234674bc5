import { defineExporter } from "@sluice/component";
import { config } from "./config.ts";
import { createNop } from "./exporter.ts";

export default defineExporter({
  type: "nop",
  signals: ["metrics", "traces", "logs"],
  stability: "beta",
  config,
  create: createNop,
});

import { defineExtension } from "@sluice/component";
import { config, validate } from "./config.ts";
import { createHealthCheck } from "./extension.ts";

export default defineExtension({
  type: "health_check",
  provides: [],
  isSingle: true,
  stability: "beta",
  config,
  validate,
  create: createHealthCheck,
});

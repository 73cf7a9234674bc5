import { defineReceiver } from "@sluice/component";
import { config } from "./config.ts";
import { createReceiver } from "./receiver.ts";
import { validateConfig } from "./validate.ts";

export default defineReceiver({
  type: "prometheus",
  signals: ["metrics"],
  shares: true,
  stability: "beta",
  config,
  validate: validateConfig,
  create: createReceiver,
});

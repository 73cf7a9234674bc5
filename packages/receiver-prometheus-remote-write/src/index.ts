import { defineReceiver } from "@sluice/component";
import { config, validate } from "./config.ts";
import { createReceiver } from "./receiver.ts";

export default defineReceiver({
  type: "prometheus_remote_write",
  aliases: ["prometheusremotewrite"],
  signals: ["metrics"],
  stability: "alpha",
  config,
  validate,
  create: createReceiver,
});

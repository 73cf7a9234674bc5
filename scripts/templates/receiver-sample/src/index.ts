import { defineReceiver } from "@sluice/component";
import { config } from "./config.ts";
import { createReceiver } from "./receiver.ts";

export default defineReceiver({
  type: "sample",
  signals: ["metrics", "traces", "logs"],
  stability: "development",
  config,
  create: createReceiver,
});

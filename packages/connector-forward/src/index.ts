import { defineConnector } from "@sluice/component";
import { config } from "./config.ts";
import { createForward } from "./connector.ts";

export default defineConnector({
  type: "forward",
  routes: [
    { from: "metrics", to: "metrics" },
    { from: "traces", to: "traces" },
    { from: "logs", to: "logs" },
  ],
  stability: "beta",
  config,
  create: createForward,
});

import { defineConnector } from "@sluice/component";
import { config } from "./config.ts";
import { createConnector } from "./connector.ts";

export default defineConnector({
  type: "sample",
  routes: [
    { from: "metrics", to: "metrics" },
    { from: "traces", to: "traces" },
    { from: "logs", to: "logs" },
  ],
  stability: "development",
  config,
  create: createConnector,
});

import { defineExtension } from "@sluice/component";
import { config } from "./config.ts";
import { createExtension } from "./extension.ts";

export default defineExtension({
  type: "sample",
  stability: "development",
  config,
  create: createExtension,
});

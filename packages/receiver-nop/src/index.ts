import { defineReceiver } from "@sluice/component";
import { config } from "./config.ts";
import { createNop } from "./receiver.ts";

export default defineReceiver({
  type: "nop",
  signals: ["metrics", "traces", "logs"],
  stability: "beta",
  config,
  create: createNop,
});

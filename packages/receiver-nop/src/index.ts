import { defineReceiver, t } from "@sluice/component";

export default defineReceiver({
  type: "nop",
  signals: ["metrics", "traces", "logs"],
  stability: "beta",
  config: t.object("Gives nothing.", {}),
  create: () => ({}),
});

import { defineExporter, t } from "@sluice/component";

export default defineExporter({
  type: "nop",
  signals: ["metrics", "traces", "logs"],
  stability: "beta",
  config: t.object("Takes everything and forgets it.", {}),
  create: () => ({ consume: async () => {} }),
});

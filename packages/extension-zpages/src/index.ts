import { defineExtension } from "@sluice/component";
import { validateHttpServer } from "@sluice/lib-http";
import { config } from "./config.ts";
import { createZpages } from "./extension.ts";

export default defineExtension({
  type: "zpages",
  provides: [],
  isSingle: true,
  stability: "beta",
  config,
  validate: (config) => validateHttpServer(config),
  create: createZpages,
});

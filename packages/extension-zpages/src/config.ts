import { type Decoded, t } from "@sluice/component";
import { httpServerProperties } from "@sluice/lib-http";

export const config = t.object("Shows over HTTP what the collector runs and how it fares, for people.", {
  ...httpServerProperties({ endpoint: "localhost:55679" }),
  expvar: t.defaulted(
    t.object("The page of variables.", {
      enabled: t.boolean({ description: "Serves /debug/expvarz.", default: false }),
    }),
  ),
});
export type ZpagesConfig = Decoded<typeof config>;

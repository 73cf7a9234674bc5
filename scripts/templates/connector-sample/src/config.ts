import { type Decoded, t } from "@sluice/component";

export const config = t.object("Says in one sentence what the sample connector does.", {});
export type Config = Decoded<typeof config>;

import { t } from "@sluice/component";

export const config = t.object("Gives nothing.", {});

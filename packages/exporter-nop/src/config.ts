import { t } from "@sluice/component";

export const config = t.object("Takes everything and forgets it.", {});

import { t } from "@sluice/component";

export const config = t.object("Hands on what it is given.", {});

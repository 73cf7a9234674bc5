import type { Command } from "@sluice/core";
import { sampleApp } from "./sample-command.ts";
import { verify } from "./verify-command.ts";

export { type Family, families, type PageFormat, type Sample } from "./families.ts";
export { createSampleApp, type SampleAppOptions } from "./sample-app.ts";

/** What this package adds to a distribution's command line, by name. */
export const commands = { "sample-app": sampleApp, verify } satisfies Record<string, Command>;

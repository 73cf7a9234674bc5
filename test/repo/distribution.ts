import { join } from "node:path";
import type { BuildInfo } from "@sluice/component";
import type { Definitions } from "@sluice/core";
import { root } from "../../scripts/packages.ts";

const main: unknown = await import(join(root, "distributions/core/main.ts"));
/** The core distribution, by its path: a distribution is no package that others depend on. */
export const { build, definitions } = main as { readonly build: BuildInfo; readonly definitions: Definitions };

import { alertTable } from "../dashboards/files.ts";
import type { WorkspacePackage } from "../packages.ts";
import { commandTexts } from "./commands.ts";
import { differenceTables } from "./differences.ts";
import { messageLists } from "./messages.ts";
import { adotTable, exampleTable } from "./migration.ts";
import { ownMetrics } from "./own-metrics.ts";
import { componentTable, gateTables, oldFormTable, telemetryTable } from "./tables.ts";
import { upstreamTable } from "./upstream-core.ts";

/** The generated parts of the pages in docs, by file and marker. */
export async function generatedPages(
  packages: readonly WorkspacePackage[],
): Promise<[string, Record<string, string>][]> {
  return [
    ["distributions/core/README.md", { upstream: upstreamTable() }],
    ["docs/alerts.md", { alerts: alertTable() }],
    ["docs/command-line.md", { commands: await commandTexts() }],
    ["docs/components.md", { components: await componentTable(packages) }],
    ["docs/configuration.md", { "old-forms": oldFormTable() }],
    ["docs/differences.md", { differences: differenceTables(packages) }],
    ["docs/errors.md", { messages: messageLists() }],
    ["docs/feature-gates.md", { gates: gateTables() }],
    ["docs/migrate/from-adot.md", { examples: await exampleTable(), missing: await adotTable() }],
    ["docs/own-metrics.md", { metrics: await ownMetrics() }],
    ["docs/telemetry.md", { config: telemetryTable() }],
  ];
}

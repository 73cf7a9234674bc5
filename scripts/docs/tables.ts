/** Tables of documents that are made from one list in the code each. */
import { oldForms } from "@sluice/core";
import { knownGates } from "../../packages/core/src/known-gates.ts";
import { telemetrySchema } from "../../packages/core/src/telemetry/config.ts";
import { configTable } from "../config-table.ts";
import { cellsOf, code, table } from "../markdown.ts";
import type { WorkspacePackage } from "../packages.ts";
import { loadDefinitions } from "./sluice.ts";

/** Ways of writing that upstream had once. */
export function oldFormTable(): string {
  const rows = oldForms.map(({ old, now, note }) => [code(old), now.startsWith("nothing") ? now : code(now), note]);
  return table(["Old", "Now", "Where"], rows);
}

/** The feature gates, those that do something first. */
export function gateTables(): string {
  const rows = (wanted: (gate: (typeof knownGates)[number]) => boolean) =>
    knownGates.filter(wanted).map(({ id, stage, description }) => [code(id), stage, description]);
  const header = ["Gate", "Stage", "What is so here"];
  return [
    "## Gates that do something",
    table(
      header,
      rows(({ effect = false }) => effect),
    ),
    "## Gates without an effect",
    table(
      header,
      rows(({ effect = false, gone = false }) => !effect && !gone),
    ),
    "## Gates that upstream has no more",
    table(
      header,
      rows(({ gone = false }) => gone),
    ),
  ].join("\n\n");
}

const kinds = ["receiver", "processor", "exporter", "connector", "extension"];

/** The components of the core distribution, with links from the folder docs. */
export async function componentTable(packages: readonly WorkspacePackage[]): Promise<string> {
  const definitions = (await loadDefinitions()).toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
  const rows = definitions.map((definition) => {
    const { kind, type, aliases = [], stability } = definition;
    const folder = `packages/${kind}-${type.replaceAll("_", "-")}`;
    const about = packages.find((one) => one.folder === folder)?.manifest.description ?? "";
    const old = aliases.length === 0 ? "" : ` (also ${aliases.map(code).join(", ")})`;
    return [kind, `[${type}](../${folder}/README.md)${old}`, signalsOf(definition), stability, about];
  });
  return table(["Kind", "Type", "Signals", "Stability", "What it does"], rows);
}

function signalsOf(definition: Awaited<ReturnType<typeof loadDefinitions>>[number]): string {
  if (definition.kind === "extension") return "";
  if (definition.kind !== "connector") return definition.signals.join(", ");
  const routes: readonly { readonly from: string; readonly to: string }[] = definition.routes;
  return routes.map(({ from, to }) => (from === to ? from : `${from} to ${to}`)).join(", ");
}

/** What stands once, below logs::processors[]::batch, is the same in these places. */
const repeated = /^`(?:traces\.processors|metrics\.readers\[\]\.periodic)\S*\.exporter\.otlp\.|^`\S*\.simple\./;

/** `service::telemetry`: every key but those of an exporter that stand in the table before. */
export function telemetryTable(): string {
  const [head = [], , ...rows] = configTable(telemetrySchema.json).split("\n").map(cellsOf);
  // Levels are read in any case.
  const lower = rows.map((row) => row.with(1, (row[1] ?? "").replaceAll(/, `[A-Z]\w*`/g, "")));
  return table(
    head,
    lower.filter(([key = ""]) => !repeated.test(key)),
  );
}

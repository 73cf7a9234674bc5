import type { Action, InstanceStep, PipelineStep, ReloadPlan } from "./plan.ts";

const actions: readonly Action[] = ["updated", "replaced", "changed", "added", "removed", "kept"];

/** Whether a reload leaves everything as it is. */
export function isUnchanged({ instances, pipelines, telemetry }: ReloadPlan): boolean {
  return instances.every(({ action }) => action === "kept") && pipelines.length === 0 && telemetry.length === 0;
}

/** How many instances share each fate: "1 replaced, 3 kept". */
export function countSteps({ instances }: ReloadPlan): string {
  const counts = actions.map((action) => [action, instances.filter((step) => step.action === action).length] as const);
  const told = counts.filter(([, count]) => count > 0).map(([action, count]) => `${count} ${action}`);
  return told.length === 0 ? "no components" : told.join(", ");
}

/** One line for each thing that changes: `exporter "debug" updated: verbosity changed`. */
export function listSteps({ instances, pipelines, telemetry }: ReloadPlan): readonly string[] {
  return [
    ...instances.filter(({ action }) => action !== "kept").map(instanceLine),
    ...pipelines.map(pipelineLine),
    ...(telemetry.length === 0 ? [] : [`service::telemetry changed: ${telemetry.join("; ")}`]),
  ];
}

/** The plan for people: a line for each thing that changes, then how many there are. */
export function formatPlan(plan: ReloadPlan): string {
  const lines = isUnchanged(plan) ? ["nothing changes"] : listSteps(plan);
  return `${[...lines, countSteps(plan)].join("\n")}\n`;
}

function instanceLine({ kind, id, pipeline, action, changes }: InstanceStep): string {
  const where = pipeline === undefined ? "" : ` of pipeline "${pipeline}"`;
  return `${kind} "${id}"${where} ${action}${because(changes)}`;
}
function pipelineLine({ id, action, changes }: PipelineStep): string {
  return `pipeline "${id}" ${action}${because(changes)}`;
}
function because(changes: readonly string[]): string {
  return changes.length === 0 ? "" : `: ${changes.join("; ")}`;
}

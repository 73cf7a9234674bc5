import type { PipelinePlan, Plan } from "./graph.ts";

/** A pipeline, or a connector between pipelines. */
export type Step = PipelinePlan | { readonly connector: string };
type Connected = Pick<Plan, "pipelines" | "connectors">;

/** What leads to what, and what was placed so far. */
interface Search {
  readonly plan: Connected;
  /** Those that lead to a step. */
  readonly before: ReadonlyMap<Step, readonly Step[]>;
  /** To how many steps each leads that are not placed yet. */
  readonly left: Map<Step, number>;
  readonly placed: Set<Step>;
}

/**
 * Gives pipelines and connectors, each after all that it leads to, otherwise as configured. A connector that leads back to a
 * pipeline which feeds it with another signal comes before that pipeline. Throws when batches would go in a circle: the check of a
 * configuration reports that with its place.
 */
export function orderPipelines(plan: Connected): readonly Step[] {
  const search = prepare(plan);
  const { left, placed, before } = search;
  const ready = [...left].filter(([, count]) => count === 0).map(([step]) => step);
  while (placed.size < left.size) {
    for (const step of ready) {
      if (placed.has(step)) continue;
      placed.add(step);
      for (const one of before.get(step) ?? []) {
        const count = left.get(one)! - 1;
        left.set(one, count);
        if (count === 0) ready.push(one);
      }
    }
    ready.length = 0;
    if (placed.size < left.size) ready.push(findPassable(search));
  }
  return [...placed];
}

function prepare(plan: Connected): Search {
  const { pipelines, connectors } = plan;
  const before = new Map<Step, Step[]>();
  const left = new Map<Step, number>(pipelines.map((pipeline) => [pipeline, 0]));
  const steps = new Map<string, Step>();
  const stepOf = (connector: string): Step => {
    const step = steps.get(connector) ?? { connector };
    if (!steps.has(connector)) left.set(step, 0);
    steps.set(connector, step);
    return step;
  };
  const lead = (from: Step, to: Step): void => {
    const known = before.get(to);
    if (known === undefined) before.set(to, [from]);
    else known.push(from);
    left.set(from, left.get(from)! + 1);
  };
  for (const pipeline of pipelines) {
    for (const id of pipeline.exporters) if (connectors.has(id)) lead(pipeline, stepOf(id));
    for (const id of pipeline.receivers) if (connectors.has(id)) lead(stepOf(id), pipeline);
  }
  return { plan, before, left, placed: new Set() };
}

/** A connector of several signals, one of which leads to placed pipelines only. */
function findPassable({ plan, before, left, placed }: Search): Step {
  for (const step of left.keys()) {
    if (placed.has(step) || !("connector" in step)) continue;
    const { routes } = plan.connectors.get(step.connector)!.definition;
    const fed = plan.pipelines.filter(({ receivers }) => receivers.includes(step.connector));
    for (const feeder of before.get(step) ?? []) {
      if ("connector" in feeder) continue;
      const reached = routes.filter(({ from }) => from === feeder.signal).map(({ to }) => to);
      if (fed.every((pipeline) => !reached.includes(pipeline.signal) || placed.has(pipeline))) return step;
    }
  }
  throw new Error("BUG: pipelines feed each other in a circle");
}

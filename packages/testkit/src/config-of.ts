import type { AnyDefinition } from "@sluice/component";
import { checkComponentConfig } from "@sluice/core";
import { createSimulation } from "./simulation.ts";

/** A component's decoded configuration from its body in YAML. Rejects with the printed problems. */
export async function configOf<C>(definition: AnyDefinition, yaml: string, env = createSimulation().env): Promise<C> {
  const checked = await checkComponentConfig(definition, yaml, env);
  if ("problems" in checked) throw new Error(checked.problems);
  return checked.config as C;
}

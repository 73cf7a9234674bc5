import type { AnyDefinition, Env } from "@sluice/component";
import { readBody } from "./body.ts";
import { decoderFor } from "./decode-yaml.ts";
import { expandTree } from "./expand.ts";
import { newBudget } from "./limits.ts";
import { ConfigProblems, createNotes, type LocatedProblem } from "./problems.ts";
import { createRetrieve } from "./providers.ts";
import { parseYaml } from "./yaml.ts";

/** What a component's body came to: its decoded configuration and what is worth telling of it, or what is wrong, printed. */
export type CheckedComponent =
  | { readonly config: unknown; readonly warnings: readonly LocatedProblem[] }
  | { readonly problems: string };

/**
 * Reads the body of one component alone, as it would stand below its id, in the way `loadConfig` does. Messages name the text
 * "config.yaml", and paths lead from the body. For tests of components.
 */
export async function checkComponentConfig(
  definition: AnyDefinition,
  yamlText: string,
  env: Env,
): Promise<CheckedComponent> {
  const source = "config.yaml";
  const { report, sources, stopAtErrors } = createNotes();
  sources.add(source);
  try {
    const budget = newBudget();
    const { node, problems } = parseYaml(yamlText, source, budget);
    for (const problem of problems) report({ severity: "error", path: [], ...problem });
    stopAtErrors();
    const expanded = await expandTree({ retrieve: createRetrieve(env), budget, report, sources }, node, []);
    const build = { command: "check", description: "Component check", version: "0.0.0" };
    const base = { env, baseDirectory: env.process.cwd, build };
    const context = { ...base, decode: decoderFor(base) };
    const body = { node: expanded, path: [], place: { source, line: 1, column: 1 } };
    const read = await readBody(body, definition.config, definition.validate?.bind(definition), context, report);
    return { config: read?.config, warnings: stopAtErrors() };
  } catch (error) {
    if (error instanceof ConfigProblems) return { problems: error.message };
    throw error;
  }
}

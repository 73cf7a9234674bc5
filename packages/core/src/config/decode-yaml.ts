import type { CheckContext, Context } from "@sluice/component";
import { readBody } from "./body.ts";
import { newBudget } from "./limits.ts";
import { createNotes } from "./problems.ts";
import { parseYaml } from "./yaml.ts";

/**
 * What `Context.decode` is: reads a text in YAML (or JSON) by a schema, with the same rules and messages as the configuration.
 * `${...}` stays as it is: such files belong to other programs too.
 */
export function decoderFor(base: Omit<CheckContext, "decode">): Context["decode"] {
  const decode: Context["decode"] = async (schema, text, source) => {
    const { report, stopAtErrors } = createNotes();
    const { node, problems } = parseYaml(text, source, newBudget());
    for (const problem of problems) report({ severity: "error", path: [], ...problem });
    stopAtErrors();
    const body = { node, path: [], place: { source, line: 1, column: 1 } };
    const read = await readBody(body, schema, undefined, { ...base, decode }, report);
    stopAtErrors();
    if (read === undefined) throw new Error(`BUG: "${source}" has neither a value nor a problem`);
    return read.config;
  };
  return decode;
}

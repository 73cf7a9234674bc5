import { type CheckContext, ConfigError, type Context } from "@sluice/component";
import { readBody } from "./body.ts";
import { newBudget } from "./limits.ts";
import { ConfigProblems, createNotes, formatProblem } from "./problems.ts";
import { parseYaml } from "./yaml.ts";

/**
 * What `Context.decode` is: reads a text in YAML (or JSON) by a schema, with the same rules and messages as the configuration.
 * `${...}` stays as it is: such files belong to other programs too.
 */
export function decoderFor(base: Omit<CheckContext, "decode">): Context["decode"] {
  const decode: Context["decode"] = async (schema, text, source) => {
    try {
      return await read(schema, text, source);
    } catch (error) {
      if (!(error instanceof ConfigProblems)) throw error;
      const errors = error.problems.filter(({ severity }) => severity === "error");
      throw new ConfigError(errors.map(formatProblem).join("\n"));
    }
  };
  const read: Context["decode"] = async (schema, text, source) => {
    const { report, stopAtErrors } = createNotes();
    const { node, problems } = parseYaml(text, source, newBudget());
    for (const problem of problems) report({ severity: "error", path: [], ...problem });
    stopAtErrors();
    const body = { node, path: [], place: { source, line: 1, column: 1 } };
    const decoded = await readBody(body, schema, undefined, { ...base, decode }, report);
    stopAtErrors();
    if (decoded === undefined) throw new Error(`BUG: "${source}" has neither a value nor a problem`);
    return decoded.config;
  };
  return decode;
}

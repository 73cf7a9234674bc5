import { type Decoded, type Problem, t } from "@sluice/component";
import { compileSearch } from "@sluice/lib-prometheus";
import { rawProblem } from "./raw-value.ts";

const actions = ["insert", "update", "upsert", "delete", "hash", "extract", "convert"] as const;

/** One action on attributes, upstream's keys. */
const actionSchema = t.object("One action on one attribute, or on all whose names match.", {
  key: t.string({
    description: "Name of the attribute. `delete` and `hash` can do with a `pattern` instead, or have both.",
    default: "",
    examples: ["environment"],
  }),
  action: t.oneOf(actions, {
    description:
      "`insert` sets an attribute that is missing, `update` one that is there, `upsert` either; `delete` removes it; `hash` replaces its value by the SHA-256 of it; `extract` sets attributes from the named groups of `pattern`, found in the value; `convert` changes its type.",
    anyCase: true,
  }),
  value: t.any({
    description: "The value to set: text, a number, a truth value, a list or a map. Whole numbers are ints.",
    examples: ["production"],
  }),
  from_attribute: t.string({
    description: "Takes the value of this attribute; if there is none, `default_value`, or nothing happens.",
    default: "",
  }),
  from_context: t.string({
    description:
      "Takes a value of the request that the data came with, for receivers with `include_metadata`: `metadata.<name>`, or the name alone. Several values are joined by `;`.",
    default: "",
    examples: ["metadata.x-scope-orgid"],
  }),
  default_value: t.any({ description: "The value to set where its source has none." }),
  pattern: t.string({
    description:
      "Regular expression (RE2) that may match any piece: of names for `delete` and `hash`, of the value for `extract`, which needs a name for each of its groups.",
    default: "",
    examples: ["^http\\."],
  }),
  converted_type: t.optional(
    t.oneOf(["int", "double", "string"], { description: "What `convert` makes of the value, if it can." }),
  ),
});
/** One action, as a configuration says it. */
export type ActionConfig = Decoded<typeof actionSchema>;
type Key = keyof ActionConfig;

const SOURCES = ["value", "from_attribute", "from_context"] as const satisfies readonly Key[];
const settersUse: readonly Key[] = [...SOURCES, "default_value"];
const uses: Readonly<Record<ActionConfig["action"], readonly Key[]>> = {
  insert: settersUse,
  update: settersUse,
  upsert: settersUse,
  delete: ["pattern"],
  hash: ["pattern"],
  extract: ["pattern"],
  convert: ["converted_type"],
};
const optionKeys: readonly Key[] = [...settersUse, "pattern", "converted_type"];

/** Whether a key has been given something. */
export function isSet(action: ActionConfig, key: Key): boolean {
  const value = action[key];
  return value !== undefined && value !== null && value !== "";
}
/** As `isSet`, but a `value` may be the empty text. */
function isGiven(action: ActionConfig, key: Key): boolean {
  return isSet(action, key) || ((key === "value" || key === "default_value") && action[key] === "");
}

/** Whether a `from_context` means metadata of the request, and not who sent it. */
export function isMetadata(from: string): boolean {
  return from !== "client.address" && !from.startsWith("auth.");
}

/** A list of actions. */
export const actionsSchema = t.array(actionSchema, {
  description: "What is done with the attributes, one after another.",
  minItems: 1,
});

/** What is wrong with a list of actions that stands at `path`. */
export function validateActions(list: readonly ActionConfig[], path: Problem["path"]): Problem[] {
  return list.flatMap((action, index) => {
    const at = (key: Key | undefined, message: string, severity: Problem["severity"] = "error"): Problem => ({
      path: key === undefined ? [...path, index] : [...path, index, key],
      message,
      severity,
    });
    return [...missing(action, at), ...unused(action, at), ...wrongValues(action, at)];
  });
}

type At = (key: Key | undefined, message: string, severity?: Problem["severity"]) => Problem;

function missing(config: ActionConfig, at: At): Problem[] {
  const { action, key, pattern } = config;
  const has = (name: Key): boolean => isGiven(config, name);
  if (action === "delete" || action === "hash") {
    return key === "" && pattern === "" ? [at(undefined, `action "${action}" needs "key" or "pattern"`)] : [];
  }
  const problems = key === "" ? [at(undefined, `action "${action}" needs "key"`)] : [];
  for (const name of action === "extract" ? (["pattern"] as const) : action === "convert" ? uses.convert : []) {
    if (!has(name)) problems.push(at(undefined, `action "${action}" needs "${name}"`));
  }
  if (uses[action] === settersUse && !settersUse.some(has)) {
    problems.push(at(undefined, `action "${action}" needs "value", "from_attribute" or "from_context"`));
  }
  const [first, second] = SOURCES.filter(has);
  if (uses[action] === settersUse && second !== undefined) {
    problems.push(at(second, `found beside "${first}"; expected one source of the value`));
  }
  return problems;
}

function unused(config: ActionConfig, at: At): Problem[] {
  const { action } = config;
  return optionKeys
    .filter((key) => isGiven(config, key) && !uses[action].includes(key))
    .map((key) => {
      // Upstream takes these, and does nothing with them.
      const ignored = key === "default_value" || (key === "from_context" && (action === "delete" || action === "hash"));
      return at(key, `action "${action}" has no use for it`, ignored ? "warning" : "error");
    });
}

function wrongValues(config: ActionConfig, at: At): Problem[] {
  const problems: Problem[] = [];
  for (const key of ["value", "default_value"] as const) {
    const problem = rawProblem(config[key]);
    if (problem !== undefined) problems.push(at(key, problem));
  }
  if (!isMetadata(config.from_context)) {
    const message = `no receiver tells "${config.from_context}"; only metadata of requests is known, so the source has no value`;
    problems.push(at("from_context", message, "warning"));
  }
  if (config.pattern === "" || !uses[config.action].includes("pattern")) return problems;
  try {
    const { groupNames } = compileSearch(config.pattern);
    if (config.action === "extract") {
      const groups = groupNames.slice(1);
      if (groups.length === 0) problems.push(at("pattern", "found no group; expected named ones, as in (?P<name>.*)"));
      if (groups.includes(""))
        problems.push(at("pattern", "found a group without a name; write (?P<name>...) or (?:...)"));
    }
  } catch (error) {
    problems.push(at("pattern", (error as Error).message));
  }
  return problems;
}

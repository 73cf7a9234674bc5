import { type Decoded, t } from "@sluice/component";
import { isLabelName, isValidUtf8Name, type NameScheme } from "./labels.ts";
import { quote } from "./quote.ts";
import { compileRegex } from "./regex.ts";

const DEFAULTS = { separator: ";", regex: "(.*)", modulus: 0, replacement: "$1" } as const;

/** One entry of `relabel_configs` or `metric_relabel_configs`. What the keys mean together is checked by `validateRelabelRule`. */
export const relabelRuleSchema = t.object("One relabelling rule.", {
  source_labels: t.array(t.text({ description: "A label name." }), {
    default: [],
    description: "Labels whose values, joined by the separator, are matched against the regular expression.",
  }),
  separator: t.text({ default: DEFAULTS.separator, description: "Placed between the values of the source labels." }),
  regex: t.text({
    default: DEFAULTS.regex,
    description: "RE2 regular expression; it must match the whole text, and a dot matches newlines too.",
  }),
  modulus: t.integer({
    default: DEFAULTS.modulus,
    minimum: 0,
    description: "Modulus of the hash of the source labels' values, for hashmod.",
  }),
  target_label: t.text({
    default: "",
    description: "Label that is written (or compared, by keepequal and dropequal); may refer to groups for replace.",
  }),
  replacement: t.text({
    default: DEFAULTS.replacement,
    description:
      "Value written by replace, or new name of labelmap; $1 and named references stand for groups of the regex.",
  }),
  action: t.text({
    default: "replace",
    description:
      "replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase or uppercase, in any case.",
  }),
});

/** A decoded relabelling rule. */
export type RelabelRule = Decoded<typeof relabelRuleSchema>;

/** What a rule does, in lower case. */
export type RelabelAction = (typeof ACTIONS)[number];

const ACTIONS = [
  "replace",
  "keep",
  "drop",
  "keepequal",
  "dropequal",
  "hashmod",
  "labelmap",
  "labeldrop",
  "labelkeep",
  "lowercase",
  "uppercase",
] as const;

const NEED_TARGET: readonly RelabelAction[] = [
  "replace",
  "keepequal",
  "dropequal",
  "hashmod",
  "lowercase",
  "uppercase",
];
const NO_REPLACEMENT: readonly RelabelAction[] = ["keepequal", "dropequal", "lowercase", "uppercase"];

/** The rule's action, undefined when there is no such action. */
export function relabelAction(rule: RelabelRule): RelabelAction | undefined {
  const lower = rule.action.toLowerCase();
  return ACTIONS.find((action) => action === lower);
}

/** What is wrong with the rule, in Prometheus' words; undefined when nothing is. */
export function validateRelabelRule(rule: RelabelRule, scheme: NameScheme = "utf8"): string | undefined {
  const action = relabelAction(rule);
  if (action === undefined) return `unknown relabel action ${quote(rule.action)}`;
  const badSource = rule.source_labels.find((name) => !isValidUtf8Name(name));
  if (badSource !== undefined) return `${quote(badSource)} is not a valid label name`;
  try {
    compileRegex(rule.regex);
  } catch (error) {
    return (error as Error).message;
  }
  if (rule.modulus === 0 && action === "hashmod") return "relabel configuration for hashmod requires non-zero modulus";
  if (NEED_TARGET.includes(action) && rule.target_label === "") {
    return `relabel configuration for ${action} action requires 'target_label' value`;
  }
  if (NEED_TARGET.includes(action) && !isTargetLabel(rule.target_label, action === "replace", scheme)) {
    return `${quote(rule.target_label)} is invalid 'target_label' for ${action} action`;
  }
  if (NO_REPLACEMENT.includes(action) && rule.replacement !== DEFAULTS.replacement) {
    return `'replacement' can not be set for ${action} action`;
  }
  if (action === "labelmap" && !isTargetLabel(rule.replacement, true, scheme)) {
    return `${quote(rule.replacement)} is invalid 'replacement' for ${action} action`;
  }
  return checkOtherFields(rule, action);
}

/** Some actions take few fields, and refuse the others so that nobody expects them to work. */
function checkOtherFields(rule: RelabelRule, action: RelabelAction): string | undefined {
  const { separator, modulus, replacement } = rule;
  const plain =
    separator === DEFAULTS.separator && modulus === DEFAULTS.modulus && replacement === DEFAULTS.replacement;
  if ((action === "keepequal" || action === "dropequal") && (!plain || rule.regex !== DEFAULTS.regex)) {
    return `${action} action requires only 'source_labels' and \`target_label\`, and no other fields`;
  }
  const named = rule.source_labels.length > 0 || rule.target_label !== "";
  if ((action === "labeldrop" || action === "labelkeep") && (!plain || named)) {
    return `${action} action requires only 'regex', and no other fields`;
  }
  return undefined;
}

/** A label name, or where references are allowed a template that may become one. */
function isTargetLabel(name: string, references: boolean, scheme: NameScheme): boolean {
  if (scheme === "legacy" && references && name.includes("$")) return LEGACY_TEMPLATE.test(name);
  return isLabelName(name, scheme);
}

const LEGACY_TEMPLATE = /^(?:[a-zA-Z_]|\$(?:\{\w+\}|\w))(?:\w|\$(?:\{\w+\}|\w))*$/;

import { compareText, isLabelName, type LabelSet, type NameScheme } from "./labels.ts";
import { toLower, toUpper } from "./letter-case.ts";
import { md5 } from "./md5.ts";
import { compileRegex } from "./regex.ts";
import { type RelabelAction, type RelabelRule, relabelAction, validateRelabelRule } from "./relabel-rule.ts";
import { expandTemplate, parseTemplate } from "./template.ts";

/** The labels after all rules: the same object when nothing changed, undefined when they were dropped. */
export interface Relabel {
  (labels: LabelSet): LabelSet | undefined;
  /**
   * Labels by whose values the rules decide: two sets with the same names that are alike in these fare alike, and other values are
   * only passed on. undefined = any value may count.
   */
  readonly reads?: ReadonlySet<string> | undefined;
}

/** Labels under work: changes on top of a set that stays as it is. */
interface Draft {
  readonly base: LabelSet;
  /** In the order in which they were first written. */
  readonly written: Map<string, string>;
  readonly deleted: Set<string>;
}

/** One rule at work: false drops the labels. */
type Step = (draft: Draft) => boolean;

function get({ base, written, deleted }: Draft, name: string): string {
  return written.get(name) ?? (deleted.has(name) ? "" : (base.get(name) ?? ""));
}

/** Writing "" removes the label. */
function set({ written, deleted }: Draft, name: string, value: string): void {
  if (value === "") {
    written.delete(name);
    deleted.add(name);
  } else written.set(name, value);
}

/** The labels as they are now: the untouched ones by name, then the written ones in their order. Later writes do not show. */
function snapshot({ base, written, deleted }: Draft): [name: string, value: string][] {
  const untouched = [...base].filter(([name, value]) => value !== "" && !written.has(name) && !deleted.has(name));
  return [...untouched.sort(([a], [b]) => compareText(a, b)), ...written];
}

function finish(draft: Draft): LabelSet {
  const { base, written, deleted } = draft;
  if (written.size === 0 && deleted.size === 0) return base;
  const labels = new Map(base);
  for (const name of deleted) labels.delete(name);
  for (const [name, value] of written) labels.set(name, value);
  return labels;
}

/**
 * Compiles rules to one function that never changes its input. Throws an Error with Prometheus' message for a rule that
 * `validateRelabelRule` refuses.
 */
export function compileRelabel(rules: readonly RelabelRule[], scheme: NameScheme = "utf8"): Relabel {
  const steps = rules.map((rule) => {
    const problem = validateRelabelRule(rule, scheme);
    if (problem !== undefined) throw new Error(problem);
    return ACTIONS[relabelAction(rule)!](rule, scheme);
  });
  const reads = readBy(rules);
  if (steps.length === 0) return Object.assign((labels: LabelSet) => labels, { reads });
  const relabel = (labels: LabelSet): LabelSet | undefined => {
    const draft: Draft = { base: labels, written: new Map(), deleted: new Set() };
    return steps.every((step) => step(draft)) ? finish(draft) : undefined;
  };
  return Object.assign(relabel, { reads });
}

/** Rules that write a label read the values of their source labels only, and the others do not write. */
function readBy(rules: readonly RelabelRule[]): ReadonlySet<string> | undefined {
  const reads = new Set<string>();
  for (const rule of rules) {
    const action = relabelAction(rule);
    // What is mapped may be read under its new name.
    if (action === "labelmap" || !(rule.replacement + rule.separator).isWellFormed()) return undefined;
    for (const name of rule.source_labels) reads.add(name);
    if (action === "keepequal" || action === "dropequal") reads.add(rule.target_label);
  }
  return reads;
}

/** The values of the source labels, joined. */
function sourceOf({ source_labels, separator }: RelabelRule): (draft: Draft) => string {
  const [only] = source_labels;
  if (source_labels.length === 1) return (draft) => get(draft, only!);
  return (draft) => source_labels.map((name) => get(draft, name)).join(separator);
}

/** Writes what `compute` makes of the source labels' values into the target label. */
function writing(rule: RelabelRule, compute: (value: string) => string): Step {
  const source = sourceOf(rule);
  return (draft) => {
    set(draft, rule.target_label, compute(source(draft)));
    return true;
  };
}

/** Keeps the labels when the source labels' values match (or do not). */
function matching(rule: RelabelRule, wanted: boolean): Step {
  const source = sourceOf(rule);
  const regex = compileRegex(rule.regex);
  return (draft) => regex.matches(source(draft)) === wanted;
}

/** Keeps the labels when the source labels' values equal the target label's (or do not). */
function equalling(rule: RelabelRule, wanted: boolean): Step {
  const source = sourceOf(rule);
  return (draft) => (source(draft) === get(draft, rule.target_label)) === wanted;
}

/** Keeps only labels whose names match (or do not). */
function selecting(rule: RelabelRule, wanted: boolean): Step {
  const regex = compileRegex(rule.regex);
  return (draft) => {
    for (const [name] of snapshot(draft)) if (regex.matches(name) !== wanted) set(draft, name, "");
    return true;
  };
}

function replacing(rule: RelabelRule, scheme: NameScheme): Step {
  const source = sourceOf(rule);
  const regex = compileRegex(rule.regex);
  const target = parseTemplate(rule.target_label);
  const replacement = parseTemplate(rule.replacement);
  const fixedTarget = rule.target_label.includes("$") ? undefined : rule.target_label;
  return (draft) => {
    const match = regex.exec(source(draft));
    if (match === undefined) return true;
    const name = fixedTarget ?? expandTemplate(target, match);
    if (isLabelName(name, scheme)) set(draft, name, expandTemplate(replacement, match));
    return true;
  };
}

function mapping(rule: RelabelRule): Step {
  const regex = compileRegex(rule.regex);
  const replacement = parseTemplate(rule.replacement);
  return (draft) => {
    for (const [name, value] of snapshot(draft)) {
      const match = regex.exec(name);
      if (match !== undefined) set(draft, expandTemplate(replacement, match), value);
    }
    return true;
  };
}

const encoder = new TextEncoder();

/** The last eight bytes of the digest, big-endian, modulo `modulus`. Not on a sample's path: labels are worked out once. */
export function hashMod(value: string, modulus: number): string {
  const digest = md5(encoder.encode(value));
  return `${new DataView(digest.buffer).getBigUint64(8) % BigInt(modulus)}`;
}

const ACTIONS: Readonly<Record<RelabelAction, (rule: RelabelRule, scheme: NameScheme) => Step>> = {
  replace: replacing,
  keep: (rule) => matching(rule, true),
  drop: (rule) => matching(rule, false),
  keepequal: (rule) => equalling(rule, true),
  dropequal: (rule) => equalling(rule, false),
  hashmod: (rule) => writing(rule, (value) => hashMod(value, rule.modulus)),
  labelmap: mapping,
  labeldrop: (rule) => selecting(rule, false),
  labelkeep: (rule) => selecting(rule, true),
  lowercase: (rule) => writing(rule, toLower),
  uppercase: (rule) => writing(rule, toUpper),
};

import type { Attributes } from "@sluice/data";
import {
  checkLabelLimits,
  isLabelName,
  isMetricName,
  type LabelSet,
  labelNames,
  METRIC_NAME,
  normalizeFloatText,
  SeriesForm,
} from "@sluice/lib-prometheus";
import { finish, mix } from "./line-table.ts";
import {
  deriveLabels,
  hashPair,
  isAttribute,
  isOwn,
  isScopeLabel,
  mixText,
  type SeriesRules,
  withExternal,
} from "./series.ts";
import type { Judged } from "./series-adder.ts";

/** A page rarely has series of more forms than this in turn. */
const MOST = 16;
/** Begins what stands for a value left open: no text that was decoded has half of a surrogate pair. */
const OPEN = "\ud800";
const OPEN_NAME = `${OPEN}name`;

/** A label of the samples of a form. */
interface Output {
  readonly key: string;
  /** The label of the form whose value it has; -1 = it has always this `value`. */
  readonly from: number;
  readonly value: string;
  /** Hash of the key, to go on from. */
  readonly head: number;
  /** The pair's hash, and the pair as an attribute, with the form's `changedAt` that they are of. */
  hash: number;
  hashAt: number;
  entry: Attributes[number];
  entryAt: number;
}

/** What holds for all series of a form: which labels their samples have, and where each one's value comes from. */
export class Recipe {
  readonly form: SeriesForm;
  /** The type in effect for the series' own name. */
  readonly type: string;
  /** The only name it holds for; undefined = it holds for all. */
  readonly onlyFor: string | undefined;
  /** undefined = samples of the form are dropped. */
  readonly labels: LabelSet | undefined;
  /** The name of the samples; undefined = that on the page. */
  readonly name: string | undefined;
  /** `le` or `quantile`, by the type in effect. */
  readonly float: "le" | "quantile" | undefined;
  /** The series or its samples have a label `float`. */
  readonly #hasFloat: boolean;
  /** The recipe that was asked for after this one. */
  next: Recipe | undefined;
  /** What the last name made of it. */
  judged: Judged | undefined;
  readonly #bound: Output | undefined;
  readonly #attributes: Output[] = [];
  /** Labels that tell series of a metric and source apart: of fixed value, and others, both without `float`. */
  readonly #fixed: Output[] = [];
  readonly #own: Output[] = [];
  readonly #fixedHash: number = 0;

  constructor(form: SeriesForm, type: string, onlyFor: string | undefined, labels: LabelSet | undefined, seed: number) {
    this.form = form;
    this.type = type;
    this.onlyFor = onlyFor;
    this.labels = labels;
    this.float = floatOf(type);
    const { float } = this;
    this.#hasFloat = float !== undefined && (labels?.has(float) === true || form.names.includes(float));
    const name = labels?.get(METRIC_NAME);
    this.name = name === OPEN_NAME ? undefined : name;
    for (const [key, value] of [...(labels ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const output = outputOf(key, value, seed);
      if (key === float) this.#bound = output;
      else if (isOwn(key, undefined)) (output.from < 0 ? this.#fixed : this.#own).push(output);
      if (isAttribute(key, float) && value !== "") this.#attributes.push(output);
    }
    for (const { key, value } of this.#fixed) this.#fixedHash = (this.#fixedHash + hashPair(key, value, seed)) | 0;
  }

  /** The text of the bound or quantile of the sample just read. */
  bound(): string | undefined {
    const bound = this.#bound;
    if (bound === undefined || bound.from < 0) return bound?.value;
    return normalised(this.form.value(bound.from));
  }

  /** Whether hash and attributes are those of points that leave this label out. */
  leavesOut(without: "le" | "quantile" | undefined): boolean {
    return without === undefined ? !this.#hasFloat : without === this.float;
  }

  /** The same as `hashLabels` of the labels, without `float`. */
  hash(): number {
    const { changedAt, text, from, to } = this.form;
    let sum = this.#fixedHash;
    for (const output of this.#own) {
      const label = output.from;
      const at = changedAt[label]!;
      if (output.hashAt !== at) {
        let h = output.head;
        for (let i = from[label]!, end = to[label]!; i < end; i++) h = mix(h, text[i]!);
        output.hash = finish(h);
        output.hashAt = at;
      }
      sum = (sum + output.hash) | 0;
    }
    return sum;
  }

  /** Attributes of the sample just read, without `float`. What stayed the same is the same object as before. */
  attributes(): Attributes {
    const { form } = this;
    return this.#attributes.map((output) => {
      const label = output.from;
      if (label >= 0 && output.entryAt !== form.changedAt[label]!) {
        output.entry = { key: output.key, value: form.value(label) };
        output.entryAt = form.changedAt[label]!;
      }
      return output.entry;
    });
  }

  /** Whether the sample just read and the one just read of another recipe are alike, without `float`. */
  isLike(other: Recipe): boolean {
    if (other === this) return true;
    const fixed = this.#fixed;
    const own = this.#own;
    if (fixed.length !== other.#fixed.length || own.length !== other.#own.length) return false;
    for (let i = 0; i < fixed.length; i++) {
      if (fixed[i]!.key !== other.#fixed[i]!.key || fixed[i]!.value !== other.#fixed[i]!.value) return false;
    }
    for (let i = 0; i < own.length; i++) {
      if (own[i]!.key !== other.#own[i]!.key) return false;
      if (!this.form.hasValueOf(own[i]!.from, other.form, other.#own[i]!.from)) return false;
    }
    return true;
  }
  /** Whether nothing but `float` changed since the form had read so many series. */
  isUnchangedSince(series: number): boolean {
    for (const { from } of this.#own) if (this.form.changedAt[from]! > series) return false;
    return true;
  }
}

/** Texts of bounds, which are few, in OpenMetrics' form. */
const bounds = new Map<string, string>();
function normalised(text: string): string {
  const known = bounds.get(text);
  if (known !== undefined) return known;
  if (bounds.size >= 1000) bounds.clear();
  const found = normalizeFloatText(text);
  bounds.set(text, found);
  return found;
}

function floatOf(type: string): "le" | "quantile" | undefined {
  return type === "histogram" ? "le" : type === "summary" ? "quantile" : undefined;
}
function outputOf(key: string, value: string, seed: number): Output {
  const from = value.startsWith(OPEN) ? Number(value.slice(1)) : -1;
  return {
    key,
    from,
    value,
    head: mixText(seed ^ key.length, key),
    hash: 0,
    hashAt: 0,
    entry: { key, value },
    entryAt: 0,
  };
}

/** The recipes of the forms seen last. */
class Recipes {
  readonly #rules: SeriesRules;
  readonly #seed: number;
  readonly #reads: ReadonlySet<string> | undefined;
  readonly #list: Recipe[] = [];
  #oldest = 0;
  #last: Recipe | undefined;

  constructor(rules: SeriesRules, seed: number) {
    this.#rules = rules;
    this.#seed = seed;
    const texts = [...rules.targetLabels, ...rules.externalLabels].flat();
    this.#reads = texts.every((text) => text.isWellFormed()) ? rules.relabel.reads : undefined;
  }

  /**
   * Reads the series `name` with labels `bytes[from..to)` by the recipe of its form; undefined = it has none, and is to be read the
   * plain way, which also says what is wrong with it.
   */
  read(bytes: Uint8Array, from: number, to: number, name: string, type: string): Recipe | undefined {
    if (this.#reads === undefined) return undefined;
    const last = this.#last;
    const next = last?.next;
    let found = last !== undefined && reads(last, bytes, from, to, name, type) ? last : undefined;
    if (found === undefined && next !== undefined && reads(next, bytes, from, to, name, type)) found = next;
    if (found === undefined) {
      for (const recipe of this.#list) {
        if (recipe === last || recipe === next || !reads(recipe, bytes, from, to, name, type)) continue;
        found = recipe;
        break;
      }
      found ??= this.#add(bytes, from, to, name, type);
      if (found === undefined) return undefined;
    }
    // Not of one that had to go for the new one.
    if (this.#last !== undefined && this.#last !== found) this.#last.next = found;
    this.#last = found;
    return this.#isLong(found, name) ? undefined : found;
  }
  /** Some value may be over the limit. */
  #isLong({ form: { from, to } }: Recipe, name: string): boolean {
    const limit = this.#rules.limits.label_value_length_limit;
    return limit > 0 && (name.length > limit || from.some((start, label) => to[label]! - start > limit));
  }

  #add(bytes: Uint8Array, from: number, to: number, name: string, type: string): Recipe | undefined {
    const names = labelNames(bytes, from, to);
    if (names === undefined || names.includes(METRIC_NAME)) return undefined;
    const { honorLabels } = this.#rules;
    const reads = this.#reads!;
    const isFixed = (label: string): boolean =>
      reads.has(label) || isScopeLabel(label) || (honorLabels && (label === "job" || label === "instance"));
    const form = new SeriesForm(names, bytes, from, to, isFixed);
    const onlyFor = reads.has(METRIC_NAME) ? name : undefined;
    const open = new Map([[METRIC_NAME, onlyFor ?? OPEN_NAME]]);
    for (const [at, label] of names.entries()) open.set(label, isFixed(label) ? form.value(at) : `${OPEN}${at}`);
    const kept = deriveLabels({ name, labels: open, hasEmpty: false }, type, this.#rules);
    if (kept !== undefined && !this.#isPlain(kept)) return undefined;
    const labels = kept && withExternal(kept, this.#rules.externalLabels);
    if (labels !== undefined && isOdd(labels)) return undefined;
    const recipe = new Recipe(form, type, onlyFor, labels, this.#seed);
    if (this.#list.length < MOST) this.#list.push(recipe);
    else {
      this.#drop(this.#list[this.#oldest]!);
      this.#list[this.#oldest] = recipe;
      this.#oldest = (this.#oldest + 1) % MOST;
    }
    return recipe;
  }
  /** One that somebody still holds leads to no other. */
  #drop(recipe: Recipe): void {
    recipe.next = undefined;
    if (this.#last === recipe) this.#last = undefined;
  }
  /** Lets all go. */
  clear(): void {
    for (const recipe of this.#list) this.#drop(recipe);
  }
  /** Whether labels with open values are allowed for any values: as `checkLabels` would say. */
  #isPlain(labels: LabelSet): boolean {
    const { nameScheme, limits } = this.#rules;
    const name = labels.get(METRIC_NAME) ?? "";
    // A name on the page that has no quotes is allowed.
    if (name !== OPEN_NAME && !isMetricName(name, nameScheme)) return false;
    for (const label of labels.keys()) if (!isLabelName(label, nameScheme)) return false;
    return checkLabelLimits(labels, limits) === undefined;
  }
}

/** Those of the target whose series were asked for last. */
let bench: { readonly target: object; readonly recipes: Recipes } | undefined;

/** The recipes of a target, which is known by an object of its own. They are forgotten when another target's are asked for. */
export function recipesOf(target: object, rules: SeriesRules, seed: number): Recipes {
  if (bench?.target !== target) {
    bench?.recipes.clear();
    bench = { target, recipes: new Recipes(rules, seed) };
  }
  return bench.recipes;
}

/** Whether values left open decide about name, source or scope. */
function isOdd(labels: LabelSet): boolean {
  const name = labels.get(METRIC_NAME);
  if (name === undefined || (name !== OPEN_NAME && name.startsWith(OPEN))) return true;
  for (const [label, value] of labels) {
    if (!value.startsWith(OPEN)) continue;
    if (label === "job" || label === "instance" || isScopeLabel(label)) return true;
    if (value === OPEN_NAME && label !== METRIC_NAME) return true;
  }
  return false;
}

/** Whether the recipe holds for the series, which its form has then read. */
function reads(recipe: Recipe, bytes: Uint8Array, from: number, to: number, name: string, type: string): boolean {
  if (recipe.type !== type || (recipe.onlyFor !== undefined && recipe.onlyFor !== name)) return false;
  return recipe.form.read(bytes, from, to);
}

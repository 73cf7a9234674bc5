import { CUSTOM_MARK, type LabelSet, METRIC_NAME, NATIVE_MARK } from "@sluice/lib-prometheus";
import { isCreatedName } from "./created-keys.ts";
import { DROPPED, finish, mix, SELF } from "./line-table.ts";
import { type Fit, fitOf } from "./metric.ts";
import { type Recipe, recipesOf } from "./recipes.ts";
import {
  type Bounds,
  boundRole,
  COUNT,
  CUSTOM_ROLE,
  EXPONENTIAL_ROLE,
  hashRole,
  INF,
  NUMBER_ROLE,
  SUM,
} from "./role.ts";
import {
  checkLabels,
  deriveLabels,
  hashLabels,
  hashPair,
  readSeries,
  ScrapeError,
  sameLabels,
  scopeOf,
  withExternal,
} from "./series.ts";
import type { EffectiveOf, Tables } from "./tables.ts";
import type { FamilyKey } from "./vocabulary.ts";

/** The row shows `target_info`: consumed into the resource of the source that is its `place`. */
export const TARGET_INFO = -4;
/** The row says when the series of its `place` (see `CreatedKeys`) began, and is no series itself. */
export const CREATED = -5;

/** What the samples of one name with labels of one form share. */
export interface Judged extends FamilyKey {
  readonly fit: Fit;
  readonly without: "le" | "quantile" | undefined;
  readonly family: number;
  readonly metricIndex: number;
  /** Lines of one metric and source have one run. */
  readonly run: number;
  readonly metricHash: number;
}

/** A text that becomes a row. */
interface Line {
  bytes: Uint8Array;
  from: number;
  to: number;
  hash: number;
}
const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder();

/** How a text never seen becomes a row of a target's tables. */
export class SeriesAdder {
  readonly #tables: Tables;
  readonly #line: Line = { bytes: NOTHING, from: 0, to: 0, hash: 0 };
  /** Of the line: what it is compared by, and its labels once they are needed. */
  #judged: Judged | undefined;
  #labels: LabelSet | undefined;
  /** The name read last, and its text. */
  #name = -1;
  #nameText = new Uint8Array(64);
  #nameLength = 0;
  /** The lines of a histogram follow each other: the group of the line before is nearly always right. */
  #lastGroup = -1;
  #lastRun = -1;
  #lastLabels: LabelSet | undefined;
  #lastRecipe: Recipe | undefined;
  /** How many series the form of `#lastRecipe` had read. */
  #lastSeries = 0;
  readonly #role = { wanted: 0 };
  readonly #isSame = (row: number): boolean => this.#confirm(row);
  readonly #isSameRole = (row: number): boolean =>
    this.#tables.lines.role[row] === this.#role.wanted && this.#confirm(row);

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Adds a row for a text never seen under the metadata in effect; throws ScrapeError when the series is not allowed. */
  add(bytes: Uint8Array, from: number, to: number, hash: number, effectiveOf: EffectiveOf): number {
    const line = this.#line;
    line.bytes = bytes;
    line.from = from;
    line.to = to;
    line.hash = hash;
    this.#labels = undefined;
    const row = this.#addByForm(line, effectiveOf);
    return row >= 0 ? row : this.#addPlain(line, effectiveOf);
  }

  /** The page is read: lets go what only its lines need. */
  endPage(): void {
    this.#line.bytes = NOTHING;
    this.#labels = this.#lastLabels = undefined;
    this.#judged = undefined;
    this.#lastRecipe = undefined;
    this.#lastGroup = -1;
  }

  /** The plain way, for every text. */
  #addPlain(line: Line, effectiveOf: EffectiveOf): number {
    const { words, createdKeys, takesCreated, settings } = this.#tables;
    const { bytes, from, to } = line;
    const { rules, seed } = settings;
    const raw = readSeries(bytes, from, to);
    const rawName = words.nameId(raw.name);
    const rawEffective = effectiveOf(rawName);
    if (takesCreated && isCreatedName(raw.name, words.metaOf(rawEffective).type, rawEffective)) {
      const place = createdKeys.idOf(words.names.items[words.trimmed[rawName]!]!, raw.labels);
      return this.#addOther(line, CREATED, place, rawName, rawEffective);
    }
    const kept = deriveLabels(raw, words.metaOf(rawEffective).type, rules);
    if (kept === undefined) return this.#addOther(line, DROPPED, -1, rawName, rawEffective);
    checkLabels(kept, rules);
    const labels = withExternal(kept, rules.externalLabels);
    const source = this.#sourceOf(labels);
    const name = labels.get(METRIC_NAME)!;
    if (name === "target_info") return this.#addOther(line, TARGET_INFO, source, rawName, rawEffective);
    const nameId = words.nameId(name);
    const effective = nameId === rawName ? rawEffective : effectiveOf(nameId);
    const whole = wholeOf(bytes[from]!);
    let fit = whole?.fit ?? this.#fitOf(nameId, effective);
    let role = whole?.role ?? this.#roleOf(fit, nameId, effective, (label) => labels.get(label));
    if (role < 0) {
      fit = "plain";
      role = NUMBER_ROLE;
    }
    const key = { rawName, name: nameId, rawEffective, effective, source, scope: this.#scopeOf(labels) };
    const judged = this.#judge(fit, key);
    this.#labels = labels;
    return this.#addSeries(line, judged, role, hashLabels(labels, judged.without, seed), undefined);
  }

  /** The way for what is plainly written: by the recipe of its form, without labels of its own. -1 = there is none. */
  #addByForm(line: Line, effectiveOf: EffectiveOf): number {
    const { words, takesCreated, settings, key: target } = this.#tables;
    const { bytes, from, to } = line;
    const brace = bareNameEnd(bytes, from, to);
    if (brace < 0) return -1;
    const rawName = this.#nameId(bytes, from, brace);
    const rawEffective = effectiveOf(rawName);
    const { type } = words.metaOf(rawEffective);
    const rawText = words.names.items[rawName]!;
    if (takesCreated && isCreatedName(rawText, type, rawEffective)) return -1;
    const recipe = recipesOf(target, settings.rules, settings.seed).read(bytes, brace, to, rawText, type);
    if (recipe === undefined) return -1;
    const { labels } = recipe;
    if (labels === undefined) return this.#addOther(line, DROPPED, -1, rawName, rawEffective);
    const name = recipe.name === undefined ? rawName : words.nameId(recipe.name);
    const effective = name === rawName ? rawEffective : effectiveOf(name);
    let { judged } = recipe;
    if (judged?.rawName !== rawName || judged.rawEffective !== rawEffective || judged.effective !== effective) {
      if (words.names.items[name] === "target_info") return -1;
      const source = this.#sourceOf(labels);
      const keys = { rawName, name, rawEffective, effective, source, scope: this.#scopeOf(labels) };
      judged = this.#judge(this.#fitOf(name, effective), keys);
      recipe.judged = judged;
    }
    if (!recipe.leavesOut(judged.without)) return -1;
    const role = this.#roleOf(judged.fit, name, effective, () => recipe.bound());
    return role < 0 ? -1 : this.#addSeries(line, judged, role, recipe.hash(), recipe);
  }

  /** Adds the row of a series; `sum` is the hash of its labels. */
  #addSeries(line: Line, judged: Judged, role: number, sum: number, recipe: Recipe | undefined): number {
    const { lines, bounds, sources } = this.#tables;
    const { bytes, from, to, hash } = line;
    const { family, source, metricHash, without } = judged;
    const identity = mix(mix(sum, metricHash), sources.hashOf(source));
    const seriesHash = finish(mix(identity, hashRole(role, bounds)));
    this.#judged = judged;
    this.#role.wanted = role;
    const known = lines.findSeries(seriesHash, this.#isSameRole);
    if (known >= 0) return lines.add(bytes, from, to, hash, { target: known, family, role, place: -1, seriesHash });
    const place = without === undefined ? -1 : this.#groupOf(finish(identity), judged, recipe);
    return lines.add(bytes, from, to, hash, { target: SELF, family, role, place, seriesHash });
  }
  /** Adds the row of a line that makes no point; its family says under which metadata it was judged. */
  #addOther(line: Line, target: number, place: number, rawName: number, rawEffective: number): number {
    const { lines, words } = this.#tables;
    const key = { rawName, name: rawName, rawEffective, effective: rawEffective, source: 0, scope: 0 };
    const family = words.familyId("plain", words.names.items[rawName]!, key);
    return lines.add(line.bytes, line.from, line.to, line.hash, { target, family, role: 0, place, seriesHash: 0 });
  }

  /** Whether a row shows the series of the line, or one of its group. */
  #confirm(row: number): boolean {
    const { words, lines } = this.#tables;
    const { metricIndex, source, without, rawEffective } = this.#judged!;
    const family = words.families.items[lines.family[row]!]!;
    if (family.metricIndex !== metricIndex || family.source !== source) return false;
    const { bytes, from, to } = this.#line;
    this.#labels ??= this.#tables.labelsOfText(bytes, from, to, words.metaOf(rawEffective).type);
    return sameLabels(this.#tables.labelsOf(row), this.#labels, without);
  }

  #judge(fit: Fit, key: FamilyKey): Judged {
    const { words, settings } = this.#tables;
    const isOwn = (fit !== "histogram" && fit !== "summary") || (key.effective & 1) === 1;
    const metricName = words.names.items[isOwn ? key.name : words.trimmed[key.name]!]!;
    const family = words.familyId(fit, metricName, key);
    const { metricIndex } = words.families.items[family]!;
    const without = fit === "histogram" ? "le" : fit === "summary" ? "quantile" : undefined;
    const metricHash = hashPair(metricName, "", settings.seed);
    return { ...key, fit, without, family, metricIndex, run: words.runOf[family]!, metricHash };
  }
  #fitOf(name: number, effective: number): Fit {
    const { words } = this.#tables;
    return fitOf(words.metaOf(effective).type, words.names.items[name]!, (effective & 1) === 1);
  }
  /** Which of its point's numbers a sample is; -1 when it does not fit after all. `textOf` gives the value of a label. */
  #roleOf(
    fit: Fit,
    nameId: number,
    effective: number,
    textOf: (label: "le" | "quantile") => string | undefined,
  ): number {
    if (fit !== "histogram" && fit !== "summary") return NUMBER_ROLE;
    const name = this.#tables.words.names.items[nameId]!;
    const text = textOf(fit === "histogram" ? "le" : "quantile");
    const bounded = fit === "histogram" ? name.endsWith("_bucket") : (effective & 1) === 1;
    if (bounded) return text === undefined ? -1 : roleOfBound(fit, text, this.#tables.bounds);
    return text !== undefined ? -1 : name.endsWith("_sum") ? SUM : COUNT;
  }
  #sourceOf(labels: LabelSet): number {
    const { settings, sources } = this.#tables;
    const job = labels.get("job") || settings.identity.job;
    const instance = labels.get("instance") || settings.identity.instance;
    if (job === "" || instance === "") throw new ScrapeError("job or instance cannot be found from labels");
    return sources.indexOf(job, instance);
  }
  #scopeOf(labels: LabelSet): number {
    const found = scopeOf(labels);
    return found === undefined ? 0 : this.#tables.words.scopeId(found);
  }
  /** The id of a bare name; neighbours often have the same. */
  #nameId(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from;
    const text = this.#nameText;
    if (length === this.#nameLength) {
      let i = length - 1;
      while (i >= 0 && bytes[from + i] === text[i]) i--;
      if (i < 0) return this.#name;
    }
    this.#name = this.#tables.words.nameId(decoder.decode(bytes.subarray(from, to)));
    this.#nameText = length > text.length ? new Uint8Array(length * 2) : text;
    for (let i = 0; i < length; i++) this.#nameText[i] = bytes[from + i]!;
    this.#nameLength = length;
    return this.#name;
  }

  #groupOf(hash: number, judged: Judged, recipe: Recipe | undefined): number {
    const { groups, lines } = this.#tables;
    const { run, without } = judged;
    const last = this.#lastGroup;
    const isLast = last >= 0 && groups.hashOf(last) === hash && this.#lastRun === run;
    let group = last;
    if (!isLast || !this.#isLikeLast(recipe, without)) {
      group = groups.find(hash, this.#isSame);
      if (group < 0) group = groups.add(hash, without === "le" ? "histogram" : "summary", lines.size);
    }
    this.#lastGroup = group;
    this.#lastRun = run;
    this.#lastLabels = this.#labels;
    this.#lastRecipe = recipe;
    this.#lastSeries = recipe?.form.series ?? 0;
    return group;
  }
  /** Whether the line has the labels of the one before in its group. False is no proof that it has not. */
  #isLikeLast(recipe: Recipe | undefined, without: string | undefined): boolean {
    const last = this.#lastRecipe;
    if (recipe !== undefined && last === recipe) return recipe.isUnchangedSince(this.#lastSeries);
    if (recipe !== undefined && last !== undefined) {
      return last.form.series === this.#lastSeries && recipe.isLike(last);
    }
    const [labels, lastLabels] = [this.#labels, this.#lastLabels];
    return labels !== undefined && lastLabels !== undefined && sameLabels(lastLabels, labels, without);
  }
}

/** Where the labels of a series with a bare name begin, its end when it has none; -1 when it is written otherwise. */
export function bareNameEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  for (; at < to; at++) {
    const byte = bytes[at]!;
    const letter = byte | 32;
    if ((letter >= 97 && letter <= 122) || byte === 95 || (byte >= 48 && byte <= 58)) continue;
    return byte === 123 && at > from ? at : -1;
  }
  return at;
}

/** A line that is a whole histogram, by its first byte. */
function wholeOf(mark: number): { readonly fit: Fit; readonly role: number } | undefined {
  if (mark === NATIVE_MARK) return { fit: "exponential", role: EXPONENTIAL_ROLE };
  return mark === CUSTOM_MARK ? { fit: "custom", role: CUSTOM_ROLE } : undefined;
}

function roleOfBound(fit: "histogram" | "summary", text: string, bounds: Bounds): number {
  if (text === "+Inf" && fit === "histogram") return INF;
  const bound = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(bound) ? boundRole(bounds.indexOf(bound)) : -1;
}

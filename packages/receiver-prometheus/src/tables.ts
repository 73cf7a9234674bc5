import type { Attributes } from "@sluice/data";
import type { LabelSet } from "@sluice/lib-prometheus";
import { CUSTOM_MARK, METRIC_NAME, NATIVE_MARK } from "@sluice/lib-prometheus";
import type { PageCatalog } from "./catalog.ts";
import { CreatedKeys, isCreatedName } from "./created-keys.ts";
import { Groups } from "./groups.ts";
import { DROPPED, finish, LineTable, METADATA, mix, SELF } from "./line-table.ts";
import { bytesRead } from "./line-texts.ts";
import { type Fit, fitOf, sameButHelp } from "./metric.ts";
import { fitsShape, type NativeSample, shapeOfSample } from "./native-samples.ts";
import {
  BOUND,
  Bounds,
  boundOfRole,
  boundRole,
  COUNT,
  CUSTOM_ROLE,
  EXPONENTIAL_ROLE,
  hashRole,
  INF,
  isWhole,
  kindOfRole,
  NUMBER_ROLE,
  SUM,
} from "./role.ts";
import {
  attributesOf,
  checkLabels,
  deriveLabels,
  hashLabels,
  hashPair,
  type RawSeries,
  readSeries,
  ScrapeError,
  type SeriesRules,
  sameLabels,
  scopeOf,
  withExternal,
} from "./series.ts";
import type { SharedWords } from "./shared-words.ts";
import { Sources, type TargetIdentity } from "./sources.ts";
import type { MetadataKind, Vocabulary } from "./vocabulary.ts";

/** What the tables of one target are made from. */
export interface TargetSettings {
  readonly identity: TargetIdentity;
  readonly rules: SeriesRules;
  readonly words: SharedWords;
  /** For the hash tables. */
  readonly seed: number;
  /** Of all catalogs of the target. */
  readonly order: object;
}
/** What is in effect for a name at the present place of the page (see `Vocabulary.metaOf`). */
export type EffectiveOf = (name: number) => number;

/** The row shows `target_info`: consumed into the resource of the source that is its `place`. */
export const TARGET_INFO = -4;
/** The row says when the series of its `place` (see `CreatedKeys`) began, and is no series itself. */
export const CREATED = -5;

/** Everything known of one target's lines, and how a text never seen becomes a row. */
export class Tables {
  readonly settings: TargetSettings;
  readonly lines: LineTable;
  readonly words: Vocabulary;
  readonly groups = new Groups();
  readonly bounds = new Bounds();
  readonly sources: Sources;
  readonly createdKeys = new CreatedKeys();
  /** `_created` lines of the page that is read say when series began, and are no series themselves. */
  takesCreated = false;
  /** What points of one line, made anew because the bounds of their buckets changed, weigh against rows. */
  remade = 0;
  /** The lines of a histogram follow each other: the group of the line before is nearly always right. */
  #lastGroup = -1;
  #lastRun = -1;
  #lastLabels: LabelSet = new Map();

  constructor(settings: TargetSettings, words = settings.words.forNew()) {
    this.settings = settings;
    this.lines = new LineTable(settings.seed);
    this.words = words;
    this.sources = new Sources(settings.identity);
  }

  get order(): object {
    return this.settings.order;
  }
  catalogOf(source: number): PageCatalog {
    return this.sources.catalog(source, this);
  }
  /** The point of a line that is a whole histogram: the one it had when that can hold `sample`, or a new one. */
  wholePoint(catalog: PageCatalog, row: number, sample: NativeSample): number {
    const { place } = this.lines;
    const last = place[row]!;
    if (last >= 0 && fitsShape(sample, catalog.shape(last))) return last;
    const shape = shapeOfSample(sample);
    if (last >= 0) this.remade += 1 + (shape.slots >> 3);
    place[row] = catalog.addWhole(row, shape);
    return place[row]!;
  }
  /** Which `_created` line would say when the series of this row began; -1 when none was ever seen. */
  createdKeyOf(row: number): number {
    const { lines, words } = this;
    return this.createdKeys.find(row, () => {
      const { rawName, rawEffective } = words.families.items[lines.family[row]!]!;
      const name = words.names.items[(rawEffective & 1) === 1 ? rawName : words.trimmed[rawName]!];
      const raw = this.#readRow(row);
      const { type } = words.metaOf(rawEffective);
      raw.labels.delete(type === "histogram" ? "le" : type === "summary" ? "quantile" : "");
      return name === undefined ? undefined : { name, labels: raw.labels };
    });
  }

  #readRow(row: number): RawSeries {
    const length = this.lines.texts.read(row);
    return readSeries(bytesRead(), 0, length);
  }
  /** The attributes of a row, for its catalog. */
  attributesOf(row: number, without: "le" | "quantile" | undefined): Attributes {
    return attributesOf(this.labelsOf(row), without);
  }

  /** The labels of a row's sample, from its text. Not for rows that were dropped. */
  labelsOf(row: number): LabelSet {
    const { lines, words } = this;
    const { rules } = this.settings;
    const { rawEffective } = words.families.items[lines.family[row]!]!;
    const raw = this.#readRow(row);
    const labels = deriveLabels(raw, words.metaOf(rawEffective).type, rules);
    if (labels === undefined) throw new Error("BUG: cannot derive the labels of a series that was kept");
    return withExternal(labels, rules.externalLabels);
  }

  /** Whether a text never seen would be dropped; throws ScrapeError as `add` does. Remembers nothing. */
  isDropped(bytes: Uint8Array, from: number, to: number, effective: EffectiveOf): boolean {
    const raw = readSeries(bytes, from, to);
    const name = this.words.findName(raw.name);
    const { type } = this.words.metaOf(name < 0 ? 0 : effective(name));
    const labels = deriveLabels(raw, type, this.settings.rules);
    if (labels !== undefined) checkLabels(labels, this.settings.rules);
    return labels === undefined;
  }

  /** Adds a row for a text never seen under the metadata in effect; throws ScrapeError when the series is not allowed. */
  add(bytes: Uint8Array, from: number, to: number, hash: number, effectiveOf: EffectiveOf): number {
    const { lines, words } = this;
    const { rules, seed } = this.settings;
    const raw = readSeries(bytes, from, to);
    const rawName = words.nameId(raw.name);
    const rawEffective = effectiveOf(rawName);
    if (this.takesCreated && isCreatedName(raw.name, words.metaOf(rawEffective).type, rawEffective)) {
      const family = this.#plainFamily(rawName, rawEffective);
      const place = this.createdKeys.idOf(words.names.items[words.trimmed[rawName]!]!, raw.labels);
      return lines.add(bytes, from, to, hash, { target: CREATED, family, role: 0, place, seriesHash: 0 });
    }
    const kept = deriveLabels(raw, words.metaOf(rawEffective).type, rules);
    if (kept === undefined) {
      const family = this.#plainFamily(rawName, rawEffective);
      return lines.add(bytes, from, to, hash, { target: DROPPED, family, role: 0, place: -1, seriesHash: 0 });
    }
    checkLabels(kept, rules);
    const labels = withExternal(kept, rules.externalLabels);
    const source = this.#sourceOf(labels);
    const name = labels.get(METRIC_NAME)!;
    if (name === "target_info") {
      const family = this.#plainFamily(rawName, rawEffective);
      return lines.add(bytes, from, to, hash, { target: TARGET_INFO, family, role: 0, place: source, seriesHash: 0 });
    }
    const nameId = words.nameId(name);
    const effective = nameId === rawName ? rawEffective : effectiveOf(nameId);
    const { fit, role } = wholeOf(bytes[from]!) ?? this.#judge(name, effective, labels);
    const found = scopeOf(labels);
    const scope = found === undefined ? 0 : words.scopeId(found);
    const isOwn = (fit !== "histogram" && fit !== "summary") || (effective & 1) === 1;
    const base = isOwn ? nameId : words.trimmed[nameId]!;
    const metricName = words.names.items[base]!;
    const key = { rawName, name: nameId, rawEffective, effective, source, scope };
    const family = words.familyId(fit, metricName, key);
    const { metricIndex } = words.families.items[family]!;
    const without = fit === "histogram" ? "le" : fit === "summary" ? "quantile" : undefined;
    const identity = mix(
      mix(hashLabels(labels, without, seed), hashPair(metricName, "", seed)),
      this.sources.hashOf(source),
    );
    const seriesHash = finish(mix(identity, hashRole(role, this.bounds)));
    const same = (row: number): boolean => this.#isSame(row, labels, metricIndex, source, without);
    const known = lines.findSeries(seriesHash, (row) => lines.role[row] === role && same(row));
    if (known >= 0) return lines.add(bytes, from, to, hash, { target: known, family, role, place: -1, seriesHash });
    const place =
      without === undefined ? -1 : this.#groupOf(finish(identity), words.runOf[family]!, without, labels, same);
    return lines.add(bytes, from, to, hash, { target: SELF, family, role, place, seriesHash });
  }

  /** The row of a HELP, TYPE or UNIT line, newline included; `read` says what a line never seen is. */
  metadataRow(
    bytes: Uint8Array,
    from: number,
    to: number,
    read: () => { readonly kind: MetadataKind; readonly name: string; readonly text: string },
  ): number {
    const { lines, words } = this;
    const hash = lines.hashText(bytes, from, to);
    for (let cursor = -1; ; ) {
      cursor = lines.findText(bytes, from, to, hash, cursor);
      if (cursor < 0) break;
      if (lines.target[lines.rowAt(cursor)] === METADATA) return lines.rowAt(cursor);
    }
    const { kind, name, text } = read();
    const row = { target: METADATA, family: words.nameId(name), role: words.textId(text), place: kind, seriesHash: 0 };
    return lines.add(bytes, from, to, hash, row);
  }

  /** A role of another table, here. */
  copyRole(from: Tables, role: number): number {
    return kindOfRole(role) === BOUND ? boundRole(this.bounds.indexOf(from.bounds.values[boundOfRole(role)]!)) : role;
  }

  /** Whether the verdict and identity of a row still hold under the metadata in effect. */
  isInEffect(row: number, effectiveOf: EffectiveOf): boolean {
    const { rawName, rawEffective, name, effective } = this.words.families.items[this.lines.family[row]!]!;
    return effectiveOf(rawName) === rawEffective && (name === rawName || effectiveOf(name) === effective);
  }

  /**
   * Takes in the rows of `target_info` that the page shows (`shown`). Gives the sources, of those that any row of `rows` names,
   * whose resource changed: their points get new ids.
   */
  inform(rows: readonly number[], shown: readonly number[]): ReadonlySet<number> {
    const { lines } = this;
    const moved = new Set<number>();
    const infos = new Map<number, Map<string, string>>();
    for (const row of shown) {
      const info = infos.get(lines.place[row]!) ?? new Map<string, string>();
      infos.set(lines.place[row]!, info);
      for (const [name, value] of this.labelsOf(row)) info.set(name, value);
    }
    for (const source of new Set(rows.map((row) => lines.place[row]!))) {
      if (this.sources.inform(source, infos.get(source))) moved.add(source);
    }
    if (moved.size > 0) this.#forgetIds(moved);
    return moved;
  }
  #forgetIds(moved: ReadonlySet<number>): void {
    const { lines, groups } = this;
    const families = this.words.families.items;
    for (let row = 0; row < lines.size; row++) {
      if (lines.target[row] !== row || !moved.has(families[lines.family[row]!]!.source)) continue;
      if (isWhole(lines.role[row]!)) lines.place[row] = -1;
      else groups.forgetPoint(lines.place[row]!);
    }
  }

  /**
   * Another row with the same series under another HELP, of those with one of these stamps; -1 when there is none. HELP is part
   * of a metric and no part of a series.
   */
  twinOf(row: number, stamp: number, orStamp: number): number {
    const { lines } = this;
    return lines.findSeries(lines.seriesHashOf(row), (other) => {
      const last = lines.stamp[other];
      return (last === stamp || last === orStamp) && other !== row && this.#differInHelp(row, other);
    });
  }
  #differInHelp(a: number, b: number): boolean {
    const { words, lines } = this;
    const one = words.families.items[lines.family[a]!]!;
    const other = words.families.items[lines.family[b]!]!;
    if (one.source !== other.source || one.scope !== other.scope || lines.role[a] !== lines.role[b]) return false;
    return sameButHelp(one.metric, other.metric) && sameLabels(this.labelsOf(a), this.labelsOf(b), undefined);
  }

  #isSame(row: number, labels: LabelSet, metric: number, source: number, without: string | undefined): boolean {
    const family = this.words.families.items[this.lines.family[row]!]!;
    return family.metricIndex === metric && family.source === source && sameLabels(this.labelsOf(row), labels, without);
  }

  /** The family of lines that make no point: it says under which metadata they were judged. */
  #plainFamily(rawName: number, rawEffective: number): number {
    const key = { rawName, name: rawName, rawEffective, effective: rawEffective, source: 0, scope: 0 };
    return this.words.familyId("plain", this.words.names.items[rawName]!, key);
  }

  #sourceOf(labels: LabelSet): number {
    const { identity } = this.settings;
    const job = labels.get("job") || identity.job;
    const instance = labels.get("instance") || identity.instance;
    if (job === "" || instance === "") throw new ScrapeError("job or instance cannot be found from labels");
    return this.sources.indexOf(job, instance);
  }

  /** How a sample stands to its family, and which of its point's numbers it is. */
  #judge(name: string, effective: number, labels: LabelSet): { readonly fit: Fit; readonly role: number } {
    const fit = fitOf(this.words.metaOf(effective).type, name, (effective & 1) === 1);
    if (fit !== "histogram" && fit !== "summary") return { fit, role: NUMBER_ROLE };
    const text = labels.get(fit === "histogram" ? "le" : "quantile");
    const bounded = fit === "histogram" ? name.endsWith("_bucket") : (effective & 1) === 1;
    const role = bounded ? this.#roleOfBound(fit, text) : name.endsWith("_sum") ? SUM : COUNT;
    if (role < 0 || (!bounded && text !== undefined)) return { fit: "plain", role: NUMBER_ROLE };
    return { fit, role };
  }
  #roleOfBound(fit: "histogram" | "summary", text: string | undefined): number {
    if (text === undefined) return -1;
    if (text === "+Inf" && fit === "histogram") return INF;
    const bound = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(bound) ? boundRole(this.bounds.indexOf(bound)) : -1;
  }

  #groupOf(
    hash: number,
    run: number,
    without: "le" | "quantile",
    labels: LabelSet,
    same: (row: number) => boolean,
  ): number {
    const { groups } = this;
    const last = this.#lastGroup;
    if (
      last >= 0 &&
      groups.hashOf(last) === hash &&
      this.#lastRun === run &&
      sameLabels(this.#lastLabels, labels, without)
    ) {
      return last;
    }
    let group = groups.find(hash, same);
    if (group < 0) group = groups.add(hash, without === "le" ? "histogram" : "summary", this.lines.size);
    this.#lastGroup = group;
    this.#lastRun = run;
    this.#lastLabels = labels;
    return group;
  }
}

/** A line that is a whole histogram, by its first byte. */
function wholeOf(mark: number): { readonly fit: Fit; readonly role: number } | undefined {
  if (mark === NATIVE_MARK) return { fit: "exponential", role: EXPONENTIAL_ROLE };
  return mark === CUSTOM_MARK ? { fit: "custom", role: CUSTOM_ROLE } : undefined;
}

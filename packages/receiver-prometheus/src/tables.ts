import type { Attributes } from "@sluice/data";
import type { LabelSet } from "@sluice/lib-prometheus";
import type { PageCatalog } from "./catalog.ts";
import { CreatedKeys } from "./created-keys.ts";
import { Groups } from "./groups.ts";
import { LineTable, METADATA } from "./line-table.ts";
import { bytesRead } from "./line-texts.ts";
import { sameButHelp } from "./metric.ts";
import { fitsShape, type NativeSample, shapeOfSample } from "./native-samples.ts";
import { recipesOf } from "./recipes.ts";
import { BOUND, Bounds, boundOfRole, boundRole, isWhole, kindOfRole } from "./role.ts";
import {
  attributesOf,
  checkLabels,
  deriveLabels,
  type RawSeries,
  readSeries,
  type SeriesRules,
  sameLabels,
  withExternal,
} from "./series.ts";
import { bareNameEnd, CREATED, SeriesAdder, TARGET_INFO } from "./series-adder.ts";
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

export { CREATED, TARGET_INFO };

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
  /** Stands for these tables where they are not to be kept alive. */
  readonly key = {};
  readonly #adder: SeriesAdder;

  constructor(settings: TargetSettings, words = settings.words.forNew()) {
    this.settings = settings;
    this.lines = new LineTable(settings.seed);
    this.words = words;
    this.sources = new Sources(settings.identity);
    this.#adder = new SeriesAdder(this);
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
    return this.#attributesByForm(row, without) ?? attributesOf(this.labelsOf(row), without);
  }
  /** The same by the recipe of the row's form, if it has one. */
  #attributesByForm(row: number, without: "le" | "quantile" | undefined): Attributes | undefined {
    const { lines, words, settings } = this;
    const length = lines.texts.read(row);
    const bytes = bytesRead();
    const brace = bareNameEnd(bytes, 0, length);
    if (brace < 0) return undefined;
    const { rawName, rawEffective } = words.families.items[lines.family[row]!]!;
    const { type } = words.metaOf(rawEffective);
    const recipes = recipesOf(this.key, settings.rules, settings.seed);
    const recipe = recipes.read(bytes, brace, length, words.names.items[rawName]!, type);
    if (recipe === undefined || !recipe.leavesOut(without)) return undefined;
    return recipe.attributes();
  }

  /** The labels of a row's sample, from its text. Not for rows that were dropped. */
  labelsOf(row: number): LabelSet {
    const { rawEffective } = this.words.families.items[this.lines.family[row]!]!;
    return this.#derive(this.#readRow(row), this.words.metaOf(rawEffective).type);
  }
  /** The labels that a text would have under the type in effect for its name. Not for what would be dropped. */
  labelsOfText(bytes: Uint8Array, from: number, to: number, type: string): LabelSet {
    return this.#derive(readSeries(bytes, from, to), type);
  }
  #derive(raw: RawSeries, type: string): LabelSet {
    const { rules } = this.settings;
    const labels = deriveLabels(raw, type, rules);
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
    return this.#adder.add(bytes, from, to, hash, effectiveOf);
  }
  /** The page is read, for better or worse. */
  endPage(): void {
    this.#adder.endPage();
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
}

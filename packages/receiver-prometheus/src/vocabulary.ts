import type { Metric, Scope } from "@sluice/data";
import { type Fit, isDescribed, type Meta, makeMetric } from "./metric.ts";

/** What the lines of one name under one metadata, metric and source share. */
export interface Family {
  /** The name on the page, and the one after relabelling. */
  readonly rawName: number;
  readonly name: number;
  /** What was in effect for each (see `Vocabulary.metaOf`). */
  readonly rawEffective: number;
  readonly effective: number;
  readonly metric: Metric;
  readonly metricIndex: number;
  readonly source: number;
  readonly scope: number;
}

/** What a family is found by. */
export type FamilyKey = Omit<Family, "metric" | "metricIndex">;

const SUFFIXES = ["_bucket", "_count", "_sum", "_total", "_info", "_created"];

/**
 * The words of pages, interned: names, metadata, scopes, metrics, families. Few against the lines; shared by the targets that show
 * them (`shared-words.ts`).
 */
export class Vocabulary {
  readonly names = new Interned<string>();
  /** By name: the name whose metadata applies when this one has none (`a_bucket`: `a`), or -1. */
  readonly trimmed: number[] = [];
  readonly texts = new Interned<string>();
  readonly metas = new Interned<Meta>();
  readonly scopes = new Interned<Scope>();
  readonly metrics = new Interned<{ readonly metric: Metric; readonly fit: Fit; readonly name: string }>();
  readonly families = new Interned<Family>();
  /** By family: its run, the same for all families of one metric and source. Their rows stand together in a layout. */
  runOf: Int32Array = new Int32Array(64);
  readonly #runs = new Interned<undefined>();
  readonly #declared = new Map<number, number>();
  readonly #trim: boolean;
  #last: { fit: Fit; metricName: string; key: FamilyKey; family: number } | undefined;

  /** `trim`: the option trim_metric_suffixes. */
  constructor(trim: boolean) {
    this.#trim = trim;
    this.metaId("unknown", "", "");
  }

  /** Words held, whatever they are. */
  get size(): number {
    const { names, texts, metas, scopes, metrics, families } = this;
    return [names, texts, metas, scopes, metrics, families].reduce((sum, { items }) => sum + items.length, 0);
  }
  get runs(): number {
    return this.#runs.items.length;
  }

  nameId(name: string): number {
    const known = this.names.find(name);
    if (known >= 0) return known;
    const base = trimName(name);
    const trimmed = base === undefined ? -1 : this.nameId(base);
    const id = this.names.add(name, name);
    this.trimmed.push(trimmed);
    return id;
  }
  /** The name, or the one whose metadata applies to it, if it is known; else -1. */
  findName(name: string): number {
    const known = this.names.find(name);
    const base = known < 0 ? trimName(name) : undefined;
    return base === undefined ? known : this.names.find(base);
  }
  textId(text: string): number {
    return this.texts.id(text, () => text);
  }
  /** 0 is the metadata of a name without any. */
  metaId(type: string, help: string, unit: string): number {
    return this.metas.id(`${type} ${unit.length} ${unit}${help}`, () => ({ type, help, unit }));
  }
  scopeId(scope: Scope): number {
    const { name, version, schemaUrl, attributes } = scope;
    return this.scopes.id(JSON.stringify([name, version, schemaUrl, attributes]), () => scope);
  }

  /** What is known of a name after one more HELP, TYPE or UNIT line; `before` and the result are ids of metadata. */
  declared(before: number, which: MetadataKind, text: number): number {
    const key = (text * 4 + which) * 0x100_0000 + before;
    const known = this.#declared.get(key);
    if (known !== undefined) return known;
    const { type, help, unit } = this.metas.items[before]!;
    const word = this.texts.items[text]!;
    const after = this.metaId(
      which === MetadataKind.type ? (word === "untyped" ? "unknown" : word) : type,
      which === MetadataKind.help ? word : help,
      which === MetadataKind.unit ? word : unit,
    );
    this.#declared.set(key, after);
    return after;
  }
  /** The metadata of an `effective` number: twice its id, and 1 more when it is the name's own and not that of the trimmed one. */
  metaOf(effective: number): Meta {
    return this.metas.items[effective >> 1]!;
  }

  /** The family of a line; `metricName` is the name its metric has on the page. */
  familyId(fit: Fit, metricName: string, key: FamilyKey): number {
    const last = this.#last;
    // Lines of one family follow each other.
    if (last !== undefined && last.fit === fit && last.metricName === metricName && isSameKey(last.key, key)) {
      return last.family;
    }
    const { rawName, name, rawEffective, effective, source, scope } = key;
    const metricIndex = this.#metricIndex(fit, metricName, effective, scope);
    const family = this.families.id(`${rawName} ${name} ${rawEffective} ${effective} ${metricIndex} ${source}`, () => {
      const run = this.#runs.id(`${metricIndex} ${source}`, () => undefined);
      this.#noteRun(this.families.items.length, run);
      return { ...key, metric: this.metrics.items[metricIndex]!.metric, metricIndex };
    });
    this.#last = { fit, metricName, key, family };
    return family;
  }
  #noteRun(family: number, run: number): void {
    if (family === this.runOf.length) {
      const longer = new Int32Array(family * 2);
      longer.set(this.runOf);
      this.runOf = longer;
    }
    this.runOf[family] = run;
  }
  #metricIndex(fit: Fit, name: string, effective: number, scope: number): number {
    const meta = isDescribed(fit, this.metaOf(effective).type, (effective & 1) === 1) ? effective >> 1 : 0;
    return this.metrics.id(`${fit} ${meta} ${scope} ${name}`, () => {
      const metric = makeMetric(fit, name, this.metas.items[meta]!, this.scopes.items[scope]!, this.#trim);
      return { metric, fit, name };
    });
  }

  /** Takes a family over from the vocabulary of a table that is renewed; `source` is its source here. */
  copyFamily(from: Vocabulary, id: number, source: number): number {
    const family = from.families.items[id]!;
    const { fit, name } = from.metrics.items[family.metricIndex]!;
    return this.familyId(fit, name, {
      rawName: this.nameId(from.names.items[family.rawName]!),
      name: this.nameId(from.names.items[family.name]!),
      rawEffective: this.#copyEffective(from, family.rawEffective),
      effective: this.#copyEffective(from, family.effective),
      source,
      scope: this.scopeId(from.scopes.items[family.scope]!),
    });
  }
  #copyEffective(from: Vocabulary, effective: number): number {
    const { type, help, unit } = from.metaOf(effective);
    return this.metaId(type, help, unit) * 2 + (effective & 1);
  }
}

function isSameKey(a: FamilyKey, b: FamilyKey): boolean {
  return (
    a.rawName === b.rawName &&
    a.name === b.name &&
    a.rawEffective === b.rawEffective &&
    a.effective === b.effective &&
    a.source === b.source &&
    a.scope === b.scope
  );
}

/** Which of a name's three declarations a metadata line is. */
export const MetadataKind = { help: 0, type: 1, unit: 2 } as const;
export type MetadataKind = (typeof MetadataKind)[keyof typeof MetadataKind];

/** A list whose items are found by a key; an item's index never changes. */
class Interned<T> {
  readonly items: T[] = [];
  readonly #ids = new Map<string, number>();

  find(key: string): number {
    return this.#ids.get(key) ?? -1;
  }
  add(key: string, item: T): number {
    const id = this.items.push(item) - 1;
    this.#ids.set(key, id);
    return id;
  }
  id(key: string, make: () => T): number {
    return this.#ids.get(key) ?? this.add(key, make());
  }
}

function trimName(name: string): string | undefined {
  for (const suffix of SUFFIXES) {
    if (name.endsWith(suffix) && name.length > suffix.length) return name.slice(0, -suffix.length);
  }
  return undefined;
}

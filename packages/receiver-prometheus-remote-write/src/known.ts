import type { Attributes, Metric, Scope, Shape } from "@sluice/data";
import type { Announced } from "./announced.ts";
import { Arrangements } from "./arrangement.ts";
import { type LabelSource, SeriesCatalog } from "./catalog.ts";
import { KeyTable, longer } from "./key-table.ts";
import { type Form, type Meta, makeMetric, metaFor, typeName } from "./metric.ts";
import {
  attributesOf,
  type Identity,
  identify,
  type Reason,
  readLabels,
  resourceOf,
  textOf,
  type WireLabels,
} from "./series-labels.ts";

/** The points of one job's instance. */
export interface Source {
  readonly catalog: SeriesCatalog;
  readonly arrangements: Arrangements;
  /** Number of the request that showed it last, and its place in that request. */
  request: number;
  place: number;
}
/** What all series of one name, scope and metadata share; metadata of 1.0 may be announced later, or change. */
interface Family {
  readonly name: string;
  readonly scope: Scope;
  /** undefined = what was announced counts. */
  readonly said: Meta | undefined;
  meta: Meta;
  /** Which announcements `meta` knows. */
  version: number;
  /** By form. */
  readonly metrics: (Metric | undefined)[];
}
const BYTES_PER_SERIES = 32;
const BYTES_PER_SOURCE = 1000;
const BYTES_PER_FAMILY = 600;

/**
 * Every series that senders showed, by the bytes of its labels: so labels are looked into once. 1.0's bytes are those of the wire;
 * 2.0's are a list of numbers: type, help and unit, then names and values, each the number of a symbol. The first byte tells them
 * apart.
 */
export class Known implements LabelSource {
  /** Series by their labels. */
  readonly keys: KeyTable;
  /** Texts of 2.0. */
  readonly symbols: KeyTable;
  readonly sources = new Map<string, Source>();
  /** Series seen in this epoch. */
  seen = 0;
  readonly #announced: Announced;
  /** The orders of sources that were known before: samples of one must not overtake each other. */
  readonly #orders = new Map<string, object>();
  readonly #sourceOf: (Source | undefined)[] = [];
  /** By series; of one that is not taken its reason. */
  readonly #familyOf: (Family | Reason)[] = [];
  #newest: Int32Array = new Int32Array(64);
  #epoch: Int32Array = new Int32Array(64);
  #row: Int32Array = new Int32Array(64);
  #request: Int32Array = new Int32Array(64);
  readonly #families = new Map<string, Family>();
  readonly #scopes = new Map<string, { readonly scope: Scope; readonly number: number }>();
  #texts = 0;

  constructor(random: () => number, announced: Announced, before?: Known) {
    const word = (): number => Math.floor(random() * 2 ** 32);
    this.keys = new KeyTable(word(), word());
    this.symbols = new KeyTable(word(), word());
    this.#announced = announced;
    for (const [key, { catalog }] of before?.sources ?? []) this.#orders.set(key, catalog.order);
  }

  get bytes(): number {
    let bytes = this.keys.bytes + this.symbols.bytes + this.#texts;
    bytes += this.keys.size * BYTES_PER_SERIES + this.#families.size * BYTES_PER_FAMILY;
    for (const { catalog, arrangements } of this.sources.values()) {
      bytes += BYTES_PER_SOURCE + 24 * catalog.size + arrangements.bytes;
    }
    return bytes;
  }
  get bytesPerSeries(): number {
    return this.keys.size === 0 ? 0 : (this.keys.bytes + this.symbols.bytes) / this.keys.size + BYTES_PER_SERIES;
  }

  /** Takes in the series whose key was just added. */
  add(series: number): void {
    if (series >= this.#newest.length) {
      this.#newest = longer(this.#newest, series + 1);
      this.#epoch = longer(this.#epoch, this.#newest.length);
      this.#row = longer(this.#row, this.#newest.length);
      this.#request = longer(this.#request, this.#newest.length);
    }
    this.#newest[series] = -1;
    this.#epoch[series] = -1;
    this.#request[series] = -1;
    const identity = identify(this.#labelsOf(series));
    if (typeof identity === "string") {
      this.#familyOf.push(identity);
      this.#sourceOf.push(undefined);
      return;
    }
    this.#familyOf.push(this.#family(series, identity));
    this.#sourceOf.push(this.#source(identity));
  }

  /** Why a series is not taken; undefined when it is. */
  refusal(series: number): Reason | undefined {
    const family = this.#familyOf[series]!;
    return typeof family === "string" ? family : undefined;
  }
  /** The source of a series that is taken. */
  source(series: number): Source {
    return this.#sourceOf[series]!;
  }
  /** Notes the newest row of a series in a request. */
  setRow(series: number, row: number, request: number): void {
    this.#row[series] = row;
    this.#request[series] = request;
  }
  /** The newest row of a series in a request; -1 = none. */
  row(series: number, request: number): number {
    return this.#request[series] === request ? this.#row[series]! : -1;
  }
  /** The labels of a series, for people; -1 = a series that was not looked into. */
  describe(series: number): string {
    if (series < 0) return "";
    const labels = this.#labelsOf(series).map(([name, value]) => `${name ?? "?"}=${JSON.stringify(value ?? "?")}`);
    const text = `{${labels.join(",")}}`;
    return text.length > 200 ? `${text.slice(0, 200)}...` : text;
  }
  /** Notes that a series was seen in this epoch. */
  see(series: number, epoch: number): void {
    if (this.#epoch[series] === epoch) return;
    this.#epoch[series] = epoch;
    this.seen++;
  }
  /** The point of a series that is taken. */
  point(series: number, form: Form, shape: Shape): number {
    const metric = this.#metric(this.#familyOf[series] as Family, form);
    const { catalog } = this.#sourceOf[series]!;
    const id = catalog.pointOf(series, this.#newest[series]!, metric, shape);
    // The others are found from the newest.
    if (id > this.#newest[series]!) this.#newest[series] = id;
    return id;
  }
  /** The newest point of a series, if it is a histogram; -1 = none. */
  histogramPoint(series: number): number {
    const id = this.#newest[series]!;
    return id >= 0 && this.#sourceOf[series]!.catalog.shape(id).kind !== "number" ? id : -1;
  }

  attributes(series: number): Attributes {
    return attributesOf(this.#labelsOf(series));
  }

  #labelsOf(series: number): WireLabels {
    const key = this.keys.view(series);
    if (key[0] !== 0) return readLabels(key);
    const labels: [string | undefined, string | undefined][] = [];
    const ids = new DataView(key.buffer, key.byteOffset, key.byteLength);
    for (let at = 12; at < key.length; at += 8) {
      labels.push([this.#symbol(ids.getInt32(at, true)), this.#symbol(ids.getInt32(at + 4, true))]);
    }
    return labels;
  }
  #symbol(id: number): string | undefined {
    return textOf(this.symbols.view(id));
  }
  /** What a series of 2.0 says of its metric; text that is no UTF-8 is not worth a series. */
  #metaOf(series: number): Meta | undefined {
    const key = this.keys.view(series);
    if (key[0] !== 0) return undefined;
    const words = new DataView(key.buffer, key.byteOffset, key.byteLength);
    return {
      type: typeName(words.getInt32(0, true) >>> 8),
      help: this.#symbol(words.getInt32(4, true)) ?? "",
      unit: this.#symbol(words.getInt32(8, true)) ?? "",
    };
  }

  #source({ job, instance }: Identity): Source {
    const key = `${job.length} ${job}${instance}`;
    let source = this.sources.get(key);
    if (source === undefined) {
      const order = this.#orders.get(key) ?? {};
      const catalog = new SeriesCatalog(this, resourceOf(job, instance), order);
      source = { catalog, arrangements: new Arrangements(catalog), request: -1, place: -1 };
      this.sources.set(key, source);
      this.#texts += 4 * key.length;
    }
    return source;
  }

  #family(series: number, { name, scope: given }: Identity): Family {
    const said = this.#metaOf(series);
    const { scope, number } = this.#scope(given);
    const key = JSON.stringify([number, name, said?.type, said?.unit, said?.help]);
    let family = this.#families.get(key);
    if (family === undefined) {
      const meta = said ?? metaFor(name, this.#announced);
      family = { name, scope, said, meta, version: this.#announced.version, metrics: [] };
      this.#families.set(key, family);
      this.#texts += 4 * key.length;
    }
    return family;
  }
  #scope(scope: Scope): { readonly scope: Scope; readonly number: number } {
    const key = JSON.stringify(scope);
    let known = this.#scopes.get(key);
    if (known === undefined) {
      known = { scope, number: this.#scopes.size };
      this.#scopes.set(key, known);
      this.#texts += 4 * key.length;
    }
    return known;
  }
  #metric(family: Family, form: Form): Metric {
    if (family.version !== this.#announced.version && family.said === undefined) {
      family.version = this.#announced.version;
      const meta = metaFor(family.name, this.#announced);
      if (meta !== family.meta) {
        family.meta = meta;
        family.metrics.length = 0;
      }
    }
    family.metrics[form] ??= makeMetric(form, family.name, family.meta, family.scope);
    return family.metrics[form];
  }
}

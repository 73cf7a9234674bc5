import { type Layout, layoutOf, type Metric, type Scope } from "@sluice/data";
import type { SeriesCatalog } from "./catalog.ts";

/** How the points of one source stand in a part: points came in the order of `ids`, and the i-th is row `rowOf[i]`. */
export interface Arrangement {
  readonly ids: Int32Array;
  readonly rowOf: Int32Array;
  readonly layout: Layout;
}

/** Rows that all arrangements of a source may have together, for each point that it ever showed; and as many more. */
const MAX_ROWS_PER_POINT = 4;
const MIN_ROWS = 256;

/**
 * The arrangements that a source showed lately. The same points in the same order give the same layout: senders cut a long stream
 * into requests and share it among connections, so a source has several.
 */
export class Arrangements {
  readonly #catalog: SeriesCatalog;
  readonly #byHash = new Map<number, Arrangement>();
  #rows = 0;

  constructor(catalog: SeriesCatalog) {
    this.#catalog = catalog;
  }

  /** Memory that is held. */
  get bytes(): number {
    return this.#rows * 16 + this.#byHash.size * 300;
  }

  /** The arrangement of `ids[from..to)`; the list may be written again afterwards. */
  of(ids: Int32Array, from: number, to: number): Arrangement {
    const hash = hashOf(ids, from, to);
    const known = this.#byHash.get(hash);
    if (known !== undefined && isSame(known.ids, ids, from, to)) return known;
    const made = arrange(this.#catalog, ids.slice(from, to));
    this.#rows += to - from - (known?.ids.length ?? 0);
    if (this.#rows > MAX_ROWS_PER_POINT * this.#catalog.size + MIN_ROWS) {
      this.#byHash.clear();
      this.#rows = to - from;
    }
    this.#byHash.set(hash, made);
    return made;
  }
}

/** Puts points of one scope, then of one metric together, each in the order in which it first came. */
function arrange(catalog: SeriesCatalog, ids: Int32Array): Arrangement {
  const scopes = new Map<Scope, Map<Metric, number[]>>();
  for (let i = 0; i < ids.length; i++) {
    const metric = catalog.metric(ids[i]!);
    const metrics = scopes.get(metric.scope) ?? new Map<Metric, number[]>();
    scopes.set(metric.scope, metrics);
    const own = metrics.get(metric);
    if (own === undefined) metrics.set(metric, [i]);
    else own.push(i);
  }
  const rowOf = new Int32Array(ids.length);
  const inOrder = new Int32Array(ids.length);
  let row = 0;
  for (const metrics of scopes.values()) {
    for (const own of metrics.values()) {
      for (const i of own) {
        inOrder[row] = ids[i]!;
        rowOf[i] = row++;
      }
    }
  }
  return { ids, rowOf, layout: layoutOf(catalog, inOrder) };
}

function hashOf(ids: Int32Array, from: number, to: number): number {
  let hash = to - from;
  for (let i = from; i < to; i++) {
    hash = Math.imul(hash ^ ids[i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function isSame(known: Int32Array, ids: Int32Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== ids[from + i]) return false;
  return true;
}

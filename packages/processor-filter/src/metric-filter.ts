import {
  type Attributes,
  type Catalog,
  type IntColumn,
  intColumn,
  type Layout,
  type Metric,
  type MetricsPart,
  select,
  UNSET,
} from "@sluice/data";
import type { MetricItem } from "@sluice/lib-ottl";
import type { Judge } from "./judge.ts";
import type { Rules } from "./rules.ts";

const KEPT = 0;
const DROPPED = 1;

/** What is known of a layout. */
interface Verdict {
  /** Rows kept; undefined = all. */
  readonly kept: Int32Array | undefined;
  /** The last selection of rows that came with the layout, and what is left of it; undefined = all. */
  given: Int32Array | undefined;
  left: Int32Array | undefined;
}

/**
 * Filters data points: what identity decides is decided once per id, summed up once per layout, and costs nothing per sample. A
 * layout of which all is kept leaves the part as it is; of another the same rows are selected each time, as the same object.
 */
export class MetricFilter {
  readonly #rules: Rules;
  readonly #judge: Judge;
  /** By id, what rules say that depend on nothing else: on data points, and on metrics unless they ask for the points. */
  readonly #ofId = intColumn();
  /** By id, whether a point has what a rule asks for. */
  readonly #hasAttribute = new Map<string, IntColumn>();
  readonly #ofLayout = new WeakMap<Layout, Verdict>();

  constructor(rules: Rules, judge: Judge) {
    this.#rules = rules;
    this.#judge = judge;
  }

  /** The part with the rows that are kept; undefined when there are none. */
  apply(part: MetricsPart): MetricsPart | undefined {
    let verdict = this.#ofLayout.get(part.layout);
    if (verdict === undefined) {
      verdict = { kept: this.#keptOf(part.layout), given: undefined, left: undefined };
      this.#ofLayout.set(part.layout, verdict);
    }
    const { kept } = verdict;
    if (kept === undefined) return part;
    if (kept.length === 0) return undefined;
    if (part.rows === undefined) return { ...part, rows: kept };
    if (part.rows !== verdict.given) {
      const { rows } = select(part, kept);
      verdict.given = part.rows;
      verdict.left = rows!.length === part.rows.length ? undefined : rows;
    }
    if (verdict.left === undefined) return part;
    return verdict.left.length === 0 ? undefined : { ...part, rows: verdict.left };
  }

  #keptOf(layout: Layout): Int32Array | undefined {
    const { catalog, ids } = layout;
    if (this.#judge(this.#rules.resource, catalog)) return new Int32Array(0);
    const ofMetric = this.#rules.asksPoints ? this.#metricVerdicts(layout) : undefined;
    const kept = new Int32Array(ids.length);
    let count = 0;
    // Points come metric by metric.
    const last: LastMetric = { metric: undefined, dropped: false };
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row]!;
      if (ofMetric?.get(catalog.metric(id)) === true) continue;
      if (this.#isDropped(catalog, id, last)) continue;
      kept[count++] = row;
    }
    if (count === ids.length) return undefined;
    return kept.slice(0, count);
  }

  #isDropped(catalog: Catalog, id: number, last: LastMetric): boolean {
    const known = this.#ofId.of(catalog)[id]!;
    if (known !== UNSET) return known === DROPPED;
    const { datapoint, metric: metricRules, asksPoints } = this.#rules;
    const metric = catalog.metric(id);
    const { resource } = catalog;
    if (!asksPoints && metric !== last.metric) {
      last.metric = metric;
      last.dropped = this.#judge(metricRules, { resource, metric, hasOnDatapoint: () => false });
    }
    const dropped =
      last.dropped ||
      (datapoint.length > 0 && this.#judge(datapoint, { resource, metric, attributes: catalog.attributes(id) }));
    this.#ofId.set(catalog, id, dropped ? DROPPED : KEPT);
    return dropped;
  }

  /** What the rules on metrics say where they ask for the points: all that the layout has, whatever rows a part means. */
  #metricVerdicts({ catalog, ids }: Layout): ReadonlyMap<Metric, boolean> {
    const idsOf = new Map<Metric, number[]>();
    for (const id of ids) {
      const metric = catalog.metric(id);
      const list = idsOf.get(metric);
      if (list === undefined) idsOf.set(metric, [id]);
      else list.push(id);
    }
    const { resource } = catalog;
    const verdicts = new Map<Metric, boolean>();
    for (const [metric, list] of idsOf) {
      const item: MetricItem = {
        resource,
        metric,
        hasOnDatapoint: (key, text) => list.some((id) => this.#has(catalog, id, key, text)),
      };
      verdicts.set(metric, this.#judge(this.#rules.metric, item));
    }
    return verdicts;
  }

  #has(catalog: Catalog, id: number, key: string, text: string | undefined): boolean {
    const question = JSON.stringify([key, text]);
    let column = this.#hasAttribute.get(question);
    if (column === undefined) {
      column = intColumn();
      this.#hasAttribute.set(question, column);
    }
    const known = column.of(catalog)[id]!;
    if (known !== UNSET) return known === 1;
    const has = hasAttribute(catalog.attributes(id), key, text);
    column.set(catalog, id, has ? 1 : 0);
    return has;
  }
}

/** The metric that was judged last. */
interface LastMetric {
  metric: Metric | undefined;
  dropped: boolean;
}

function hasAttribute(attributes: Attributes, key: string, text: string | undefined): boolean {
  return attributes.some(({ key: name, value }) => {
    return name === key && (text === undefined || (typeof value === "string" ? value : "") === text);
  });
}

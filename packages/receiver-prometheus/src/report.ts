import {
  type Attributes,
  type Catalog,
  keyOf,
  type Layout,
  layoutOf,
  type Metric,
  type MetricsPart,
  NUMBER,
  pointsPart,
  type Resource,
  type Scope,
  type Shape,
  timesOf,
} from "@sluice/data";
import { type LabelSet, METRIC_NAME } from "@sluice/lib-prometheus";
import { attributesOf, labelsText } from "./series.ts";
import { stalePart } from "./stale.ts";

/** What is reported of each scrape. */
export interface Report {
  readonly up: boolean;
  readonly seconds: number;
  readonly scraped: number;
  readonly kept: number;
  readonly added: number;
  /** Bytes of the page, inflated; -1 when it was over the limit. */
  readonly bodyBytes: number;
  readonly timeoutMs: number;
  readonly sampleLimit: number;
}
/** The report series of a target. */
export interface Reporter {
  /** The report; before it stale markers of the former one when the target's resource changed. */
  parts(report: Report, timeMs: number): MetricsPart[];
  /** Adds the labels, as text, of each series reported last. */
  addSeries(to: Set<string>): void;
  /** Stale markers of what was reported last, but for the series in `others`; nothing when nothing was. It begins anew after that. */
  stale(timeMs: number, others: ReadonlySet<string>): MetricsPart[];
}

const METRICS: readonly {
  readonly name: string;
  readonly unit: string;
  readonly help: string;
  readonly extra?: true;
}[] = [
  { name: "up", unit: "", help: "The scraping was successful" },
  { name: "scrape_duration_seconds", unit: "s", help: "Duration of the scrape" },
  { name: "scrape_samples_scraped", unit: "", help: "The number of samples the target exposed" },
  {
    name: "scrape_samples_post_metric_relabeling",
    unit: "",
    help: "The number of samples remaining after metric relabeling was applied",
  },
  { name: "scrape_series_added", unit: "", help: "The approximate number of new series in this scrape" },
  { name: "scrape_timeout_seconds", unit: "s", help: "Timeout of the scrape", extra: true },
  { name: "scrape_sample_limit", unit: "", help: "Sample limit of the scrape", extra: true },
  { name: "scrape_body_size_bytes", unit: "By", help: "Length of the scrape response in bytes", extra: true },
];

/** Makes the reporter of a target; `resource` says what the target's resource is now. */
export function createReporter(options: {
  readonly labels: LabelSet;
  readonly scope: Scope;
  readonly order: object;
  readonly extra: boolean;
  resource(): Resource;
}): Reporter {
  const { order, extra } = options;
  const attributes = attributesOf(options.labels, undefined);
  const metrics = METRICS.filter((metric) => extra || metric.extra !== true).map((metric) =>
    makeMetric(metric, options.scope),
  );
  const ids = Int32Array.from(metrics, (_, id) => id);
  const seriesOf = ({ name }: Metric): string => labelsText(new Map([...options.labels, [METRIC_NAME, name]]));
  const state: { layout: Layout | undefined } = { layout: undefined };
  return {
    parts({ up, seconds, scraped, kept, added, bodyBytes, timeoutMs, sampleLimit }, timeMs) {
      const resource = options.resource();
      const time = timesOf(timeMs);
      const parts: MetricsPart[] = [];
      const former = state.layout;
      const isSame = former?.catalog.resource === resource;
      if (former !== undefined && !isSame) parts.push(stalePart(former, undefined, time));
      const layout = isSame ? former : layoutOf(makeCatalog(resource, metrics, attributes, order), ids);
      state.layout = layout;
      const all = [Number(up), seconds, scraped, kept, added, timeoutMs / 1000, sampleLimit, bodyBytes];
      parts.push(pointsPart({ layout, slots: Float64Array.from(all.slice(0, metrics.length)), time }));
      return parts;
    },
    addSeries(to) {
      if (state.layout !== undefined) for (const metric of metrics) to.add(seriesOf(metric));
    },
    stale(timeMs, others) {
      const former = state.layout;
      state.layout = undefined;
      const rows = ids.filter((id) => others.size === 0 || !others.has(seriesOf(metrics[id]!)));
      if (former === undefined || rows.length === 0) return [];
      return [stalePart(former, rows.length === ids.length ? undefined : rows, timesOf(timeMs))];
    },
  };
}

function makeMetric({ name, unit, help }: (typeof METRICS)[number], scope: Scope): Metric {
  const metadata = [{ key: "prometheus.type", value: "gauge" }];
  return { name, kind: "gauge", monotonic: false, temporality: "none", unit, help, metadata, scope };
}

function makeCatalog(resource: Resource, metrics: readonly Metric[], attributes: Attributes, order: object): Catalog {
  const known = (id: number): Metric => {
    const metric = metrics[id];
    if (metric === undefined) throw new RangeError(`cannot show point ${id} of ${metrics.length}`);
    return metric;
  };
  const catalog: Catalog = {
    resource,
    size: metrics.length,
    order,
    bytes: 0,
    metric: known,
    shape(id): Shape {
      known(id);
      return NUMBER;
    },
    attributes(id): Attributes {
      known(id);
      return attributes;
    },
    key: (id) => keyOf(catalog, id),
  };
  return catalog;
}

/** What the encoder has to write, worked out the plain way: everything from scratch for each sample, nothing remembered. */
import { ABSENT, asString, type BatchOf, type Metric, type MetricsPart, type Shape, STALE } from "@sluice/data";
import { formatFloat, labelName, metricName } from "@sluice/lib-prometheus";
import { bitsOf, histogramText } from "./decode.testing.ts";
import type { Naming } from "./naming.ts";

interface PlainSample {
  readonly ms: number;
  readonly bits: string;
}
export interface PlainResult {
  /** By series, as `decodeItems` writes it. */
  readonly samples: Map<string, PlainSample[]>;
  /** Samples left out, by reason. */
  readonly dropped: Record<string, number>;
}
interface Found {
  readonly series: string;
  readonly ms: number;
  readonly bits: string;
}

const staleBits = "7ff0000000000002";

/** `sources` is for all batches of one encoder: by order, the job and instance that it was first seen with. */
export function plainEncode(
  batch: BatchOf<"metrics">,
  naming: Naming,
  sources: Map<object, string> = new Map(),
): PlainResult {
  const samples: PlainResult["samples"] = new Map();
  const dropped: PlainResult["dropped"] = {};
  const drop = (reason: string, count: number) => {
    dropped[reason] = (dropped[reason] ?? 0) + count;
  };
  const write = ({ series, ms, bits }: Found) => {
    samples.set(series, [...(samples.get(series) ?? []), { ms, bits }]);
  };
  const parts = batch.parts.filter((part) => part.form === "points");
  const sourceOf = ({ layout: { catalog } }: MetricsPart) => {
    const source = sources.get(catalog.order) ?? JSON.stringify(identityOf(catalog.resource.attributes));
    sources.set(catalog.order, source);
    return source;
  };
  for (const source of new Set(parts.map(sourceOf))) {
    const own = parts.filter((part) => sourceOf(part) === source);
    const infos = new Map<string, number>();
    for (const moment of moments(own)) {
      const alive = new Set<string>();
      for (const part of moment.filter((each) => !hasOnlyMarkers(each))) {
        for (const sample of found(part, naming, drop)) {
          alive.add(sample.series);
          write(sample);
        }
        const info = targetInfo(part, naming);
        const times = rowsOf(part).map((row) => timeOf(part, row));
        const latest = Math.max(0, ...times);
        if (info !== undefined && latest > 0) infos.set(info, Math.max(latest, infos.get(info) ?? 0));
      }
      for (const part of moment.filter(hasOnlyMarkers)) {
        for (const sample of found(part, naming, drop, alive)) write(sample);
      }
    }
    for (const [series, ms] of infos) write({ series, ms, bits: bitsOf(1) });
  }
  return { samples, dropped };
}

function moments(parts: readonly MetricsPart[]): MetricsPart[][] {
  const result: MetricsPart[][] = [];
  let before: number | undefined;
  for (const part of parts) {
    if (before !== part.time.ms) result.push([]);
    result.at(-1)!.push(part);
    before = part.time.ms;
  }
  return result;
}

function hasOnlyMarkers({ states, ragged, slots }: MetricsPart): boolean {
  if (states !== "stale" && ragged !== undefined && ragged.size > 0) return false;
  if (states === undefined) return slots.length === 0;
  return states === "stale" || (states !== undefined && states.length > 0 && states.every((state) => state !== 0));
}

const rowsOf = ({ rows, layout }: MetricsPart): number[] => [...(rows ?? layout.ids.keys())];
const timeOf = ({ time }: MetricsPart, row: number): number => time.msOf?.[row] ?? time.ms;

function found(
  part: MetricsPart,
  naming: Naming,
  drop: (reason: string, count: number) => void,
  alive: ReadonlySet<string> = new Set(),
): Found[] {
  const { layout, states, slots } = part;
  const { catalog } = layout;
  const result: Found[] = [];
  const written = new Set<string>();
  for (const row of rowsOf(part).toSorted((a, b) => timeOf(part, a) - timeOf(part, b))) {
    const id = layout.ids[row]!;
    const at = layout.at[row]!;
    const stateOf = (slot: number) => (states === "stale" ? STALE : (states?.[slot] ?? 0));
    const labels = labelsOf(part, id, naming);
    if (typeof labels === "string") {
      const there = Array.from({ length: layout.at[row + 1]! - at }, (_, k) => at + k).filter(
        (slot) => stateOf(slot) !== ABSENT,
      );
      drop(labels, Math.max(1, there.length));
      continue;
    }
    const ms = timeOf(part, row);
    for (const { suffix, label, slot } of seriesOf(catalog.metric(id), catalog.shape(id))) {
      const state = slot < 0 ? STALE : stateOf(at + slot);
      if (state === ABSENT) continue;
      const own = new Map([...labels, ...(label === undefined ? [] : [label])]);
      own.set("__name__", labels.get("__name__")! + suffix);
      const series = textOf(own);
      const bits = slot < 0 ? nativeText(part, row) : state === STALE ? staleBits : bitsOf(slots[at + slot]!);
      if (alive.has(series)) drop("superseded", 1);
      else if (written.has(`${ms} ${series}`)) drop("duplicate_series", 1);
      else if (bits === undefined) drop(wholeOf(part, row) ? "native_histogram_scale" : "invalid_histogram", 1);
      else result.push({ series, ms, bits });
      if (!alive.has(series) && bits !== undefined) written.add(`${ms} ${series}`);
    }
  }
  return result;
}

interface PlainSeries {
  readonly suffix: string;
  readonly label?: [string, string];
  readonly slot: number;
}
function seriesOf(metric: Metric, shape: Shape): PlainSeries[] {
  if (shape.kind === "number" || shape.kind === "int") return [{ suffix: "", slot: 0 }];
  if (shape.kind === "exponential") return [{ suffix: "", slot: -1 }];
  const summary = shape.kind === "summary";
  const result: PlainSeries[] = [...shape.bounds].map((bound, slot) => {
    const label: [string, string] = [summary ? "quantile" : "le", formatFloat(bound)];
    return { suffix: summary ? "" : "_bucket", label, slot };
  });
  let slot = shape.bounds.length;
  const inf = shape.inf ? slot++ : undefined;
  const sum = shape.sum ? slot++ : undefined;
  const count = shape.count ? slot++ : undefined;
  const scraped = metric.metadata.some(({ key }) => key === "prometheus.type");
  const last = scraped ? inf : (count ?? inf);
  if (!summary && last !== undefined) result.push({ suffix: "_bucket", label: ["le", "+Inf"], slot: last });
  if (sum !== undefined) result.push({ suffix: "_sum", slot: sum });
  if (count !== undefined) result.push({ suffix: "_count", slot: count });
  return result;
}

/** The labels of all series of a point, or why it has none. */
function labelsOf({ layout: { catalog } }: MetricsPart, id: number, naming: Naming): Map<string, string> | string {
  const metric = catalog.metric(id);
  const isGauge = metric.temporality === "none" && metric.metadata.some(({ key }) => key === "prometheus.type");
  const cumulative = metric.kind === "exponential" && isGauge ? "none" : "cumulative";
  if (/^(sum|histogram|exponential)$/.test(metric.kind) && metric.temporality !== cumulative)
    return "delta_temporality";
  const name = metricName(metric, naming.namespace, naming.strategy);
  if (name === undefined) return "invalid_name";
  const { attributes: resource } = catalog.resource;
  const own = joined(catalog.attributes(id));
  const constant = joined(resource.filter(({ key }) => naming.isConstantLabel(key)));
  if (own === undefined || constant === undefined) return "invalid_label";
  const { scope } = metric;
  const scopeLabels = {
    ...Object.fromEntries(joined(scope.attributes.map((each) => ({ ...each, key: `otel_scope_${each.key}` })))!),
    ...(scope.name !== "" && { otel_scope_name: scope.name }),
    ...(scope.version !== "" && { otel_scope_version: scope.version }),
    ...(scope.schemaUrl !== "" && { otel_scope_schema_url: scope.schemaUrl }),
  };
  const labels = {
    ...Object.fromEntries(naming.externalLabels),
    ...Object.fromEntries(constant),
    ...Object.fromEntries(own),
    ...(naming.scopeLabels && scopeLabels),
    ...identityOf(resource),
    __name__: name,
  };
  return new Map(Object.entries(labels));
}

/** What a row's native histogram says; undefined = no schema is coarse enough. */
/** Whether the buckets hold what is counted; beyond 2^53 nobody can tell. */
function wholeOf({ ragged }: Pick<MetricsPart, "ragged">, row: number): boolean {
  const { count, zeroCount, positive, negative } = ragged!.get(row)!;
  const held = [zeroCount, ...positive.counts, ...negative.counts].reduce((sum, each) => sum + each, 0);
  return count > 2 ** 53 - 1 || held === count;
}

function nativeText({ states, ragged }: MetricsPart, row: number): string | undefined {
  const point = ragged?.get(row);
  const stale = {
    schema: 0,
    float: false,
    count: 0,
    sum: staleBits,
    zeroThreshold: 0,
    zeroCount: 0,
    positive: new Map(),
    negative: new Map(),
    reset: 0,
    customBounds: [],
  };
  if (states === "stale" || point === undefined) return histogramText(stale);
  if (point.scale < -4 || !wholeOf({ ragged }, row)) return undefined;
  const schema = Math.min(point.scale, 8);
  // Bucket i + 1 of Prometheus is bucket i of OTLP; each step of scale joins two.
  const buckets = ({ offset, counts }: typeof point.positive) => {
    const found = new Map<number, number>();
    for (const [i, count] of counts.entries()) {
      const index = Math.floor((offset + i) / 2 ** (point.scale - schema)) + 1;
      if (count > 0) found.set(index, (found.get(index) ?? 0) + count);
    }
    return found;
  };
  return histogramText({
    ...stale,
    schema,
    count: point.count,
    sum: bitsOf(point.sum ?? 0),
    zeroCount: point.zeroCount,
    zeroThreshold: point.zeroThreshold === 0 ? 1e-128 : point.zeroThreshold,
    positive: buckets(point.positive),
    negative: buckets(point.negative),
  });
}

type Attributes = MetricsPart["layout"]["catalog"]["resource"]["attributes"];

function joined(attributes: Attributes): Map<string, string> | undefined {
  const labels = new Map<string, string[]>();
  for (const { key, value } of attributes.toSorted((a, b) => Number(a.key > b.key) - Number(a.key < b.key))) {
    const name = labelName(key);
    if (name === undefined) return undefined;
    labels.set(name, [...(labels.get(name) ?? []), asString(value)]);
  }
  return new Map([...labels].map(([name, values]) => [name, values.join(";")]));
}

function identityOf(resource: Attributes): Record<string, string> {
  const text = (key: string) => asString(resource.find((each) => each.key === key)?.value ?? null);
  const [name, namespace, instance] = [text("service.name"), text("service.namespace"), text("service.instance.id")];
  return {
    ...(name !== "" && { job: namespace === "" ? name : `${namespace}/${name}` }),
    ...(instance !== "" && { instance }),
  };
}

function targetInfo({ layout }: MetricsPart, naming: Naming): string | undefined {
  const { attributes } = layout.catalog.resource;
  const identity = identityOf(attributes);
  const rest = attributes.filter(
    ({ key }) => !/^service\.(name|namespace|instance\.id)$/.test(key) && labelName(key) !== undefined,
  );
  if (!naming.targetInfo || Object.keys(identity).length === 0 || rest.length === 0) return undefined;
  const name = naming.namespace === "" ? "target_info" : `${naming.namespace}_target_info`;
  const external = Object.fromEntries(naming.externalLabels);
  const labels = { ...external, ...Object.fromEntries(joined(rest)!), ...identity, __name__: name };
  return textOf(new Map(Object.entries(labels)));
}

const textOf = (labels: ReadonlyMap<string, string>): string =>
  [...labels]
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => Number(a > b) - Number(a < b))
    .map(([name, value]) => `${name}=${value.toWellFormed()}`)
    .join(",");

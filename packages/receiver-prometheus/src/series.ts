import type { Attributes, Scope } from "@sluice/data";
import {
  checkLabelLimits,
  isLabelName,
  isMetricName,
  type LabelLimits,
  type LabelSet,
  METRIC_NAME,
  mergeTargetLabels,
  type NameScheme,
  normalizeFloatText,
  parseSeries,
  type Relabel,
} from "@sluice/lib-prometheus";
import { finish, mix } from "./line-table.ts";

/** Why a scrape failed, in Prometheus' words. */
export class ScrapeError extends Error {
  override readonly name = "ScrapeError";
}
/** A series exceeds label_limit, label_name_length_limit or label_value_length_limit. */
export class LabelLimitError extends ScrapeError {}

/** How the text of a series becomes the labels of a sample: what the job and the target say. */
export interface SeriesRules {
  readonly targetLabels: LabelSet;
  readonly honorLabels: boolean;
  /** metric_relabel_configs; undefined = drop. */
  readonly relabel: Relabel;
  /** global.external_labels: set on every sample, over what it has. */
  readonly externalLabels: LabelSet;
  readonly limits: LabelLimits;
  readonly nameScheme: NameScheme;
}
/** A series as the page writes it: `__name__` is among the labels. */
export interface RawSeries {
  readonly name: string;
  readonly labels: Map<string, string>;
  /** Some label is written with an empty value. */
  readonly hasEmpty: boolean;
}

const SCOPE_PREFIX = "otel_scope_";
/** Said by the resource, the scope or the metric. */
const NOT_ATTRIBUTES = new Set([METRIC_NAME, "job", "instance", "__scheme__", "__metrics_path__"]);

/** Reads a series; throws ScrapeError when it has a label twice. */
export function readSeries(bytes: Uint8Array, from: number, to: number): RawSeries {
  const { name, labels: pairs } = parseSeries(bytes, from, to);
  const labels = new Map<string, string>();
  labels.set(METRIC_NAME, name);
  let hasEmpty = false;
  for (const [label, value] of pairs) {
    if (labels.has(label)) throw new ScrapeError(`label name "${cut(label)}" is not unique: invalid sample`);
    labels.set(label, value);
    if (value === "") hasEmpty = true;
  }
  return { name, labels, hasEmpty };
}

/**
 * The labels of a sample: its own (`le` of histograms and `quantile` of summaries in OpenMetrics' form), merged with the
 * target's, relabelled. undefined = dropped. `type` is the type in effect for the series' own name.
 */
export function deriveLabels(raw: RawSeries, type: string, rules: SeriesRules): LabelSet | undefined {
  const { labels } = raw;
  const float = type === "histogram" ? "le" : type === "summary" ? "quantile" : undefined;
  if (float !== undefined) {
    const value = labels.get(float);
    if (value !== undefined) labels.set(float, normalizeFloatText(value));
  }
  const relabelled = rules.relabel(withTargetLabels(raw, rules));
  return relabelled === undefined || relabelled.size === 0 ? undefined : relabelled;
}
function withTargetLabels({ labels, hasEmpty }: RawSeries, { targetLabels, honorLabels }: SeriesRules): LabelSet {
  if (hasEmpty) return mergeTargetLabels(labels, targetLabels, honorLabels);
  for (const name of targetLabels.keys()) {
    if (labels.has(name)) return mergeTargetLabels(labels, targetLabels, honorLabels);
  }
  // Fast path: nothing in common and nothing empty, so nothing needs copying.
  for (const [name, value] of targetLabels) labels.set(name, value);
  return labels;
}

/** Throws ScrapeError when the labels are not allowed. */
export function checkLabels(labels: LabelSet, { limits, nameScheme }: SeriesRules): void {
  const name = labels.get(METRIC_NAME);
  if (name === undefined || name === "") throw new ScrapeError("missing metric name (__name__ label)");
  let valid = isMetricName(name, nameScheme);
  for (const label of labels.keys()) valid &&= isLabelName(label, nameScheme);
  if (!valid) throw new ScrapeError(`invalid metric name or label names: ${cut(labelsText(labels))}`);
  const exceeded = checkLabelLimits(labels, limits);
  if (exceeded !== undefined) throw new LabelLimitError(exceeded);
}

/** A page may hold a label of megabytes; a log line should not. */
function cut(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}...` : text;
}

/** The labels with the external ones over them. */
export function withExternal(labels: LabelSet, external: LabelSet): LabelSet {
  if (external.size === 0) return labels;
  const all = new Map(labels);
  for (const [name, value] of external) {
    if (value === "") all.delete(name);
    else all.set(name, value);
  }
  return all;
}

/** `{__name__="a", b="c"}`, sorted. */
export function labelsText(labels: LabelSet): string {
  const pairs = [...labels].sort(byName).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(", ")}}`;
}

/** What is left for the attributes of a point, sorted by name; `without` is `le` or `quantile` of a point of several lines. */
export function attributesOf(labels: LabelSet, without: string | undefined): Attributes {
  const attributes: { key: string; value: string }[] = [];
  for (const [key, value] of labels) {
    if (value !== "" && isAttribute(key, without)) attributes.push({ key, value });
  }
  return attributes.sort(byKey);
}

/** Whether a label is an attribute of its point; `without` as above. */
export function isAttribute(label: string, without: string | undefined): boolean {
  return isOwn(label, without) && !isScopeLabel(label);
}
/** Whether a label says something about the scope. */
export function isScopeLabel(label: string): boolean {
  return label.startsWith(SCOPE_PREFIX);
}

/** The scope that `otel_scope_*` labels name; undefined without any. */
export function scopeOf(labels: LabelSet): Scope | undefined {
  let name = "";
  let version = "";
  let schemaUrl = "";
  const attributes: { key: string; value: string }[] = [];
  let found = false;
  for (const [label, value] of labels) {
    if (!isScopeLabel(label) || value === "") continue;
    found = true;
    const key = label.slice(SCOPE_PREFIX.length);
    if (key === "name") name = value;
    else if (key === "version") version = value;
    else if (key === "schema_url") schemaUrl = value;
    else attributes.push({ key, value });
  }
  return found ? { name, version, schemaUrl, attributes: attributes.sort(byKey), droppedAttributes: 0 } : undefined;
}

/** A hash of what tells the series of one metric and source apart, whatever the order of labels. */
export function hashLabels(labels: LabelSet, without: string | undefined, seed: number): number {
  let sum = 0;
  for (const [name, value] of labels) if (isOwn(name, without)) sum = (sum + hashPair(name, value, seed)) | 0;
  return sum;
}
/** A hash of two texts. */
export function hashPair(name: string, value: string, seed: number): number {
  return finish(mixText(mixText(seed ^ name.length, name), value));
}
/** Adds a text to a hash. */
export function mixText(hash: number, text: string): number {
  let h = hash;
  for (let i = 0; i < text.length; i++) h = mix(h, text.charCodeAt(i));
  return h;
}

/** Whether two series of one metric and source are the same. */
export function sameLabels(a: LabelSet, b: LabelSet, without: string | undefined): boolean {
  if (countOwn(a, without) !== countOwn(b, without)) return false;
  for (const [name, value] of a) if (isOwn(name, without) && b.get(name) !== value) return false;
  return true;
}
function countOwn(labels: LabelSet, without: string | undefined): number {
  let count = 0;
  for (const name of labels.keys()) if (isOwn(name, without)) count++;
  return count;
}
/** Whether a label tells series of one metric and source apart. */
export function isOwn(name: string, without: string | undefined): boolean {
  return name !== without && !NOT_ATTRIBUTES.has(name);
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

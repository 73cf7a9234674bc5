import { quote } from "./quote.ts";

/** Labels by name, `__name__` among them. The order says nothing; an empty value means that there is no such label. */
export type LabelSet = ReadonlyMap<string, string>;

/** The label that holds a series' metric name. */
export const METRIC_NAME = "__name__";

/** Which names are allowed: any non-empty UTF-8, or the characters of the time before Prometheus 3. */
export type NameScheme = "utf8" | "legacy";

/** Whether the name fits `[a-zA-Z_:][a-zA-Z0-9_:]*`. */
export function isLegacyMetricName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

/** Whether the name fits `[a-zA-Z_][a-zA-Z0-9_]*`. */
export function isLegacyLabelName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

/** Whether the name is not empty and can be written as UTF-8 (no half of a surrogate pair). */
export function isValidUtf8Name(name: string): boolean {
  return name !== "" && name.isWellFormed();
}

/** Whether the scheme allows the metric name. */
export function isMetricName(name: string, scheme: NameScheme): boolean {
  return scheme === "legacy" ? isLegacyMetricName(name) : isValidUtf8Name(name);
}

/** Whether the scheme allows the label name. */
export function isLabelName(name: string, scheme: NameScheme): boolean {
  return scheme === "legacy" ? isLegacyLabelName(name) : isValidUtf8Name(name);
}

/** Compares by code point, which is the order of the UTF-8 bytes (and not that of JavaScript's `<`). */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    // Surrogates stand for the code points beyond all others.
    const isLeftHigh = (left & 0xf800) === 0xd800;
    return isLeftHigh === ((right & 0xf800) === 0xd800) ? left - right : isLeftHigh ? 1 : -1;
  }
  return a.length - b.length;
}

/**
 * The labels of a scraped sample with its target's. Where both have one, the target's holds and the scraped one is renamed
 * `exported_<name>`, repeated while that is taken, shorter names first; with `honorLabels` the scraped one holds, even when it is
 * empty. Neither input is changed; empty labels are left out of the result.
 */
export function mergeTargetLabels(scraped: LabelSet, target: LabelSet, honorLabels: boolean): Map<string, string> {
  const merged = new Map(scraped);
  const conflicts: [string, string][] = [];
  for (const [name, value] of target) {
    const existing = scraped.get(name);
    if (honorLabels) {
      if (existing === undefined) merged.set(name, value);
    } else {
      if (existing !== undefined && existing !== "") conflicts.push([name, existing]);
      merged.set(name, value);
    }
  }
  conflicts.sort(([a], [b]) => utf8Length(a) - utf8Length(b) || compareText(a, b));
  for (const [name, value] of conflicts) {
    let free = `exported_${name}`;
    while ((merged.get(free) ?? "") !== "") free = `exported_${free}`;
    merged.set(free, value);
  }
  for (const [name, value] of merged) if (value === "") merged.delete(name);
  return merged;
}

/** Limits on the labels of one series; 0 = none. Lengths are in bytes. */
export interface LabelLimits {
  readonly label_limit: number;
  readonly label_name_length_limit: number;
  readonly label_value_length_limit: number;
}

/** The message of the first limit the series exceeds (`__name__` and target labels count), undefined when there is none. */
export function checkLabelLimits(labels: LabelSet, limits: LabelLimits): string | undefined {
  const { label_limit, label_name_length_limit, label_value_length_limit } = limits;
  if (label_limit > 0 && labels.size > label_limit) {
    return `label_limit exceeded (${metric(labels)}, number of labels: ${labels.size}, limit: ${label_limit})`;
  }
  if (label_name_length_limit === 0 && label_value_length_limit === 0) return undefined;
  for (const [name, value] of labels) {
    const tooLongName = exceeds(name, label_name_length_limit);
    if (!tooLongName && !exceeds(value, label_value_length_limit)) continue;
    const label = `${metric(labels)}, label name: ${cut(name)}`;
    return tooLongName
      ? `label_name_length_limit exceeded (${label}, length: ${utf8Length(name)}, limit: ${label_name_length_limit})`
      : `label_value_length_limit exceeded (${label}, value: ${quote(value, 50)}, length: ${utf8Length(value)}, limit: ${label_value_length_limit})`;
  }
  return undefined;
}

/** Go's `%.50s`: at most 50 characters. */
const cut = (text: string): string => (text.length <= 50 ? text : Array.from(text).slice(0, 50).join(""));
const metric = (labels: LabelSet): string => `metric: ${cut(labels.get(METRIC_NAME) ?? "")}`;

/** A UTF-16 unit is one to three bytes, so most texts need no count. */
function exceeds(text: string, limit: number): boolean {
  return limit > 0 && text.length * 3 > limit && utf8Length(text) > limit;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts for two of the pair's four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3;
  }
  return bytes;
}

/** How a point's identity is written: the lines of its shape, each up to its number. */
import { type Shape, slotOf } from "@sluice/data";
import {
  compareText,
  type Escaping,
  escapeName,
  formatFloatG,
  formatOpenMetricsFloat,
  isLegacyLabelName,
  isLegacyMetricName,
  type TranslatedLabels,
} from "@sluice/lib-prometheus";

/** One sample of a point. */
export interface Line {
  readonly slot: number;
  readonly role: "value" | "bucket" | "quantile" | "sum" | "count";
  /** The value of `le` or `quantile`; NaN where there is neither. */
  readonly bound: number;
}

/** How lines are written. */
export interface Style {
  readonly format: "text" | "openmetrics";
  readonly escaping: Escaping;
}

const suffixes = { value: "", bucket: "_bucket", quantile: "", sum: "_sum", count: "_count" } as const;
const known = new WeakMap<Shape, readonly Line[]>();

/** The samples of a point in the order in which a page has them: buckets or quantiles, sum, count. */
export function linesOf(shape: Shape): readonly Line[] {
  let lines = known.get(shape);
  if (lines === undefined) {
    lines = makeLines(shape);
    known.set(shape, lines);
  }
  return lines;
}

function makeLines(shape: Shape): Line[] {
  const line = (slot: number, role: Line["role"], bound = Number.NaN): Line => ({ slot, role, bound });
  if (shape.kind === "number" || shape.kind === "int") return [line(0, "value")];
  const lines = Array.from(shape.bounds, (bound, slot) =>
    line(slot, shape.kind === "histogram" ? "bucket" : "quantile", bound),
  );
  const total = totalSlot(shape);
  if (shape.kind === "histogram") lines.push(line(total, "bucket", Number.POSITIVE_INFINITY));
  if (shape.sum) lines.push(line(slotOf(shape, "sum"), "sum"));
  if (total >= 0) lines.push(line(total, "count"));
  return lines;
}

/** Where the number of all observations stands; -1 = nowhere. */
export function totalSlot(shape: Shape): number {
  return shape.count ? slotOf(shape, "count") : shape.kind === "histogram" ? slotOf(shape, "inf") : -1;
}

/** A line's text up to its number. */
export function prefixOf(name: string, labels: TranslatedLabels, { role, bound }: Line, style: Style): string {
  const full = name + suffixes[role];
  const format = style.format === "text" ? formatFloatG : formatOpenMetricsFloat;
  const own = role === "bucket" ? `le="${format(bound)}"` : role === "quantile" ? `quantile="${format(bound)}"` : "";
  const plain = isLegacyMetricName(full);
  const inside = [plain ? "" : quoted(full), labelText(labels), own].filter((piece) => piece !== "").join(",");
  // Joined, not added: an addition is kept as its pieces, and each page would walk through them.
  return [plain ? full : "", inside === "" ? "" : `{${inside}}`, " "].join("");
}

/** Labels as they stand between braces. */
export function labelText(labels: TranslatedLabels): string {
  return labels.map(([name, value]) => `${isLegacyLabelName(name) ? name : quoted(name)}=${quoted(value)}`).join(",");
}

/** A name as it stands in metadata. */
export function nameText(name: string): string {
  return isLegacyMetricName(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`))}"`;
}

/** A help text as the format has it. */
export function helpText(help: string, { format }: Style): string {
  return format === "openmetrics" ? quoted(help).slice(1, -1) : help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
}

/** Labels under a scheme; the values of names that become one are joined, as in translation. */
export function escapeLabels(labels: TranslatedLabels, escaping: Escaping): TranslatedLabels {
  const escaped = new Map<string, string>();
  for (const [name, value] of labels) {
    const shown = escapeName(name, escaping, "label");
    const before = escaped.get(shown);
    escaped.set(shown, before === undefined ? value : `${before};${value}`);
  }
  return [...escaped].sort(([a], [b]) => compareText(a, b));
}

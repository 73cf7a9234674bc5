/** A page in text: prepared prefixes, and numbers between them. */
import { VALUE } from "@sluice/data";
import { escapeName } from "@sluice/lib-prometheus";
import type { ShownExemplar } from "./exemplars.ts";
import type { Group } from "./groups.ts";
import { escapeLabels, helpText, type Line, labelText, linesOf, nameText, prefixOf, type Style } from "./lines.ts";
import type { Prepared, Series } from "./table.ts";

/** What a series' lines begin with. */
export function prepareLines(series: Series, style: Style): Prepared {
  const name = escapeName(series.family!.name, style.escaping, "metric");
  const labels = escapeLabels(series.labels, style.escaping);
  const texts = linesOf(series.shape).map((line) => prefixOf(name, labels, line, style));
  return { shape: series.shape, texts, bytes: undefined };
}

/** Collects text, and gives it as UTF-8. */
class Output {
  private static readonly encoder = new TextEncoder();
  private readonly pieces: Uint8Array[] = [];
  private text = "";
  private size = 0;

  add(text: string): void {
    this.text += text;
    if (this.text.length > 65_536) this.flush();
  }
  finish(): Uint8Array {
    this.flush();
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const piece of this.pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
  private flush(): void {
    const piece = Output.encoder.encode(this.text);
    this.pieces.push(piece);
    this.size += piece.length;
    this.text = "";
  }
}

/** How a page is written; `prefixes` gives what a series' lines begin with. */
export interface TextOptions {
  readonly style: Style;
  readonly timestamps: boolean;
  readonly prefixes: (series: Series) => readonly string[];
}

/** Writes the page as it is now. */
export function writeText(groups: readonly Group[], options: TextOptions): Uint8Array {
  const output = new Output();
  const openMetrics = options.style.format === "openmetrics";
  for (const group of groups) {
    output.add(headOf(group, options.style));
    for (const series of group.series) output.add(samplesOf(series, group, options));
  }
  if (openMetrics) output.add("# EOF\n");
  return output.finish();
}

function headOf({ name, type, help, isCounter }: Group, style: Style): string {
  const openMetrics = style.format === "openmetrics";
  const shown = nameText(isCounter ? name.slice(0, -"_total".length) : name);
  const isUnknown = openMetrics && (type === "untyped" || (type === "counter" && !isCounter));
  const helpLine = help === "" ? "" : `# HELP ${shown} ${helpText(help, style)}\n`;
  return `${helpLine}# TYPE ${shown} ${isUnknown ? "unknown" : type}\n`;
}

function samplesOf(series: Series, group: Group, { style, timestamps, prefixes }: TextOptions): string {
  const openMetrics = style.format === "openmetrics";
  const { value, values, states, exemplars } = series;
  const lines = linesOf(series.shape);
  if (openMetrics && !isAllowedHistogram(series, lines)) return "";
  const starts = prefixes(series);
  const end = timestamps ? timeOf(series, openMetrics) : "";
  let text = "";
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (states !== undefined && states[line.slot] !== VALUE) continue;
    const number = values === undefined ? value : values[line.slot]!;
    if (openMetrics && !isAllowed(number, line, series, group)) continue;
    text += starts[i]! + formatNumber(number) + end;
    if (openMetrics && exemplars !== undefined && (line.role === "bucket" || group.isCounter)) {
      const exemplar = exemplars.get(line.slot);
      if (exemplar !== undefined) text += exemplarText(exemplar);
    }
    text += "\n";
  }
  const created = group.created?.get(series.key);
  if (text === "" || created === undefined || !(created.value >= 0)) return text;
  return `${text}${prefixes(created)[0]!}${formatNumber(created.value)}${end}\n`;
}

/** A number as both formats have it. */
export function formatNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (Number.isFinite(value)) return `${value}`;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

/** OpenMetrics 1.0 has seconds, the text format milliseconds. */
function timeOf({ ms, ns }: Series, openMetrics: boolean): string {
  if (ms === 0 && ns === 0) return "";
  return openMetrics ? ` ${ms / 1000}` : ` ${ms}`;
}

function exemplarText({ labels, value, ms, ns }: ShownExemplar): string {
  const time = ms === 0 && ns === 0 ? "" : ` ${(ms + ns / 1e6) / 1000}`;
  return ` # {${labelText(labels)}} ${formatNumber(value)}${time}`;
}

/** What OpenMetrics forbids is left out there: counters that are negative or no number, sums and counts likewise. */
function isAllowed(value: number, { role, bound }: Line, { shape }: Series, group: Group): boolean {
  if (role === "value") return !group.isCounter || value >= 0;
  if (role === "quantile") return !(value < 0) && bound >= 0 && bound <= 1;
  if (role === "sum") return value >= 0 && !(shape.kind === "histogram" && shape.bounds[0]! < 0);
  return role === "bucket" || (value >= 0 && Number.isInteger(value));
}

/** Counts are whole numbers in OpenMetrics. */
function isAllowedHistogram({ shape, values, states }: Series, lines: readonly Line[]): boolean {
  if (shape.kind !== "histogram" || values === undefined) return true;
  return lines.every(
    ({ role, slot }) =>
      role === "sum" || (states !== undefined && states[slot] !== VALUE) || Number.isInteger(values[slot]),
  );
}

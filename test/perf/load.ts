/** What the targets show, how often they are asked, and what is done to it on the way: one value for generator, sink and collectors. */
import { parseArgs } from "node:util";
import type { PageOptions } from "./page.ts";
import { maxPeriod } from "./page.ts";

/** A load. */
export interface Load {
  readonly targets: number;
  /** Lines of a page. */
  readonly series: number;
  readonly intervalMs: number;
  /** Share of a page's series that are replaced at every churning scrape; 1: every series is new. */
  readonly churn: number;
  readonly churnEvery: number;
  readonly gzip: boolean;
  /** More labels on every line. */
  readonly moreLabels: number;
  /** Rules, external labels and processors are set, see processing.ts. */
  readonly processed: boolean;
}

/** The load of the first case; others say what they have different. */
export const plainLoad: Load = {
  targets: 100,
  series: 1000,
  intervalMs: 1000,
  churn: 0,
  churnEvery: 1,
  gzip: false,
  moreLabels: 0,
  processed: false,
};

/** Bytes that prepared pages may take together, about. */
const preparedBytes = 2e9;
const bytesPerLine = 209;
const bytesPerLabel = 25;

/**
 * How many pages of each target are prepared and shown in turn; 0: each is rendered when it is asked for, which costs 70 ns a line
 * and is for lines that change.
 */
function variantsOf(load: Load): number {
  if (load.churn > 0) return 0;
  const round = load.targets * load.series * (bytesPerLine + load.moreLabels * bytesPerLabel);
  return Math.min(8, Math.max(2, Math.floor(preparedBytes / round)));
}

/** The pages of a load that are shown in so many variants. */
function pageOptions(load: Load, variants: number): PageOptions {
  const { series, churn, churnEvery, moreLabels } = load;
  return { series, churn, churnEvery, moreLabels, period: variants || maxPeriod };
}

/** Samples a second. */
export function sampleRate(load: Load): number {
  return (load.targets * load.series) / (load.intervalMs / 1000);
}

const options = {
  targets: { type: "string", default: "100" },
  series: { type: "string", default: "1000" },
  "interval-ms": { type: "string", default: "1000" },
  churn: { type: "string", default: "0" },
  "churn-every": { type: "string", default: "1" },
  gzip: { type: "boolean", default: false },
  "more-labels": { type: "string", default: "0" },
  processed: { type: "boolean", default: false },
  variants: { type: "string", default: "0" },
} as const;

/** A load as arguments of the generator and the sink. */
export function loadArgs(load: Load): string[] {
  const numbers = {
    targets: load.targets,
    series: load.series,
    "interval-ms": load.intervalMs,
    churn: load.churn,
    "churn-every": load.churnEvery,
    "more-labels": load.moreLabels,
    variants: variantsOf(load),
  };
  const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return [...args, ...(load.gzip ? ["--gzip"] : []), ...(load.processed ? ["--processed"] : [])];
}

/** Reads what `loadArgs` wrote, and further options with a text each. */
export function readLoad<const Name extends string>(
  args: readonly string[],
  further: Readonly<Record<Name, string>>,
): { load: Load; page: PageOptions } & Record<Name, string> {
  const texts = Object.entries<string>(further).map(
    ([name, text]) => [name, { type: "string", default: text }] as const,
  );
  const { values } = parseArgs({ args: [...args], options: { ...options, ...Object.fromEntries(texts) } });
  const load: Load = {
    targets: Number(values.targets),
    series: Number(values.series),
    intervalMs: Number(values["interval-ms"]),
    churn: Number(values.churn),
    churnEvery: Number(values["churn-every"]),
    gzip: values.gzip === true,
    moreLabels: Number(values["more-labels"]),
    processed: values.processed === true,
  };
  const variants = Number(values.variants);
  if (variants > 0 && load.churn > 0)
    throw new Error("cannot use --variants with --churn: what changes is not prepared");
  if (variants === 0 && load.gzip)
    throw new Error("cannot use --gzip without --variants: compressed pages are prepared");
  const found: Record<string, unknown> = Object.fromEntries(
    Object.keys(further).map((name) => [name, (values as Record<string, unknown>)[name]]),
  );
  return { load, page: pageOptions(load, variants), ...(found as Record<Name, string>) };
}

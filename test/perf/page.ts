/** The page a generated target shows, and what every one of its numbers must be: shared by the generator and the sink. */

/** What one target shows. Every target shows the same lines, told apart by their `pod` label. */
export interface PageOptions {
  /** Sample lines of a page. */
  readonly series: number;
  /**
   * Share of the lines that are new at a churning scrape; each replaces an older one, so a page keeps its length. Histograms stay,
   * unless it is 1.
   */
  readonly churn: number;
  /** Every how many scrapes lines are replaced. */
  readonly churnEvery: number;
  /** Scrape numbers count modulo this, so that a few prepared pages can be shown in turn. */
  readonly period: number;
  /** How many more labels each line has, at most eight. */
  readonly moreLabels?: number;
}

/** One sample line; its value is `base` followed by the six digits of the scrape number. */
export interface Line {
  readonly name: string;
  /** Sorted by name, without `pod` and `rev`. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly base: number;
  /** True: the scrape number stands after the decimal point. False: it is the last six digits of an integer. */
  readonly fraction: boolean;
  /** Place in the churn order, -1 for a line that is never replaced. */
  readonly churnSlot: number;
}

/** Scrape numbers are six digits. */
export const maxPeriod = 1_000_000;
const bounds = ["0.0025", "0.005", "0.0075", "0.025", "0.05", "0.075", "0.25", "0.5", "0.75", "2.5"];
const linesPerHistogram = bounds.length + 3;
const seriesPerFamily = 8;
const areas = ["checkout", "payments", "inventory", "shipping", "catalogue", "identity"];
const methods = ["GET", "POST", "PUT", "DELETE"];
const codes = ["200", "201", "404", "500"];
const plainKinds = [
  { suffix: "http_client_requests_total", type: "counter", fraction: false },
  { suffix: "process_cpu_seconds_total", type: "counter", fraction: true },
  { suffix: "connection_pool_idle_connections", type: "gauge", fraction: false },
  { suffix: "garbage_collection_duration_ratio", type: "gauge", fraction: true },
] as const;

const furtherLabels = [
  ["cluster", "production-1"],
  ["environment", "production"],
  ["node", "node-10-0-12-34"],
  ["owner", "shop-platform"],
  ["region", "eu-central-1"],
  ["release", "2026-11-18.4"],
  ["tier", "backend"],
  ["zone", "eu-central-1b"],
] as const;

/** What of the options decides which lines there are. */
type LineOptions = Partial<Pick<PageOptions, "churn" | "moreLabels">>;

interface Family {
  readonly name: string;
  readonly type: "histogram" | "counter" | "gauge";
  readonly lines: Line[];
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length]!;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function sortedLabels(index: number, more = 0, le?: string): [string, string][] {
  const area = at(areas, index);
  const labels: [string, string][] = [
    ["code", at(codes, index)],
    ["container", area],
    ["handler", `/api/v2/${area}/items/${pad(index, 5)}`],
    ["method", at(methods, index)],
    ["namespace", "shop-prod"],
    ...furtherLabels.slice(0, more).map(([name, value]): [string, string] => [name, value]),
  ];
  if (le !== undefined) labels.push(["le", le]);
  return labels.sort(([left], [right]) => (left < right ? -1 : 1));
}

function histogramLines(name: string, index: number, more?: number): Line[] {
  const base = 100 + (index % 50);
  const line = (suffix: string, step: number, fraction: boolean, le?: string): Line => ({
    name: name + suffix,
    labels: sortedLabels(index, more, le),
    base: base + step,
    fraction,
    churnSlot: -1,
  });
  return [
    ...bounds.map((le, step) => line("_bucket", step * 10, false, le)),
    line("_bucket", bounds.length * 10, false, "+Inf"),
    line("_sum", 400, true),
    line("_count", bounds.length * 10, false),
  ];
}

/** Half of the lines are histograms', as long as whole histograms fit. */
function pageFamilies(series: number, { churn, moreLabels }: LineOptions): Family[] {
  const families: Family[] = [];
  const histograms = Math.round(series / 2 / linesPerHistogram);
  for (let index = 0; index < histograms; index++) {
    const number = Math.floor(index / seriesPerFamily);
    const name = `${at(areas, number)}_${pad(number, 4)}_request_duration_seconds`;
    if (index % seriesPerFamily === 0) families.push({ name, type: "histogram", lines: [] });
    families.at(-1)!.lines.push(...histogramLines(name, index, moreLabels));
  }
  for (let index = 0; index < series - histograms * linesPerHistogram; index++) {
    const number = Math.floor(index / seriesPerFamily);
    const kind = at(plainKinds, number);
    const name = `${at(areas, number)}_${pad(number, 4)}_${kind.suffix}`;
    if (index % seriesPerFamily === 0) families.push({ name, type: kind.type, lines: [] });
    const [labels, base] = [sortedLabels(index, moreLabels), 100 + ((index * 37) % 900)];
    families.at(-1)!.lines.push({ name, labels, base, fraction: kind.fraction, churnSlot: index });
  }
  return churn === 1 ? allReplaced(families) : families;
}

/** The same, but that histograms are replaced as well. */
function allReplaced(families: readonly Family[]): Family[] {
  const slot = { next: 0 };
  return families.map((family) => ({
    ...family,
    lines: family.lines.map((line) => ({ ...line, churnSlot: slot.next++ })),
  }));
}

/** The lines of a page, in page order. */
export function pageLines(series: number, options: LineOptions = {}): Line[] {
  return pageFamilies(series, options).flatMap((family) => family.lines);
}

/** Name and labels in one text, to find a line by what a collector sent; `pod`, `rev`, `instance` and `job` left out. */
export function lineKey(name: string, sortedLabels: readonly (readonly [string, string])[]): string {
  return `${name}\n${sortedLabels.map(([key, value]) => `${key}=${value}`).join("\n")}`;
}

/** The number of a line at a scrape: exactly what a parser must read in its text. */
export function lineValue(line: Line, scrape: number): number {
  const digits = line.base * maxPeriod + scrape;
  return line.fraction ? digits / maxPeriod : digits;
}

/** The scrape number in a value of a line; meaningless if the value is not one of this line (compare with `lineValue`). */
export function scrapeOf(line: Line, value: number): number {
  return Math.round(line.fraction ? (value - line.base) * maxPeriod : value - line.base * maxPeriod);
}

/** Lines of a target that were replaced up to a scrape; targets are spread so that few lines churn a little everywhere. */
export function replacedLines(options: PageOptions, target: number, scrape: number): number {
  const phase = (target * 0.6180339887) % 1;
  return Math.floor(Math.floor(scrape / options.churnEvery) * options.churn * options.series + phase);
}

/** How often the line at a churn slot was replaced, when `replaced` lines of `slots` were, one after the other. */
export function revision(replaced: number, slot: number, slots: number): number {
  return slot < 0 ? 0 : Math.ceil(Math.max(0, replaced - slot) / slots);
}

/** How many lines may be replaced. */
export function churnSlots(lines: readonly Line[]): number {
  return lines.reduce((count, line) => count + (line.churnSlot >= 0 ? 1 : 0), 0);
}

/** One page as bytes, made anew for each scrape by overwriting digits of fixed width. */
export interface PageTemplate {
  /** A page of its own for one scrape of one target. */
  render(target: number, scrape: number): Buffer;
}

function lineText(line: Line): string {
  const labels = line.labels.map(([name, value]) => `${name}="${value}"`).join(",");
  const revised = line.churnSlot >= 0 ? ',rev="00000"' : "";
  return `${line.name}{${labels},pod="shop-5c6d8f9b7-00000"${revised}} ${line.base}${line.fraction ? "." : ""}000000\n`;
}

function overwrite(page: Uint8Array, end: number, digits: Uint8Array): void {
  const start = end - digits.length;
  for (let index = 0; index < digits.length; index++) page[start + index] = digits[index]!;
}

function digitsOf(value: number, width: number): Uint8Array {
  return Buffer.from(pad(value, width), "latin1");
}

/** Renders the text once and remembers where pod, revision and value stand in it. */
export function pageTemplate(options: PageOptions): PageTemplate {
  const families = pageFamilies(options.series, options);
  const lines = families.flatMap((family) => family.lines);
  const podEnds = new Int32Array(lines.length);
  const revisionEnds = new Int32Array(lines.length);
  const valueEnds = new Int32Array(lines.length);
  const place = { text: "", row: 0 };
  for (const family of families) {
    place.text += `# HELP ${family.name} Generated ${family.type} of the load test.\n# TYPE ${family.name} ${family.type}\n`;
    for (const line of family.lines) {
      const text = lineText(line);
      const start = place.text.length;
      podEnds[place.row] = start + text.indexOf("-00000") + 6;
      revisionEnds[place.row] = line.churnSlot >= 0 ? start + text.indexOf('rev="00000') + 10 : 0;
      valueEnds[place.row] = start + text.length - 1;
      place.text += text;
      place.row++;
    }
  }
  const page = Buffer.from(place.text, "latin1");
  const slots = churnSlots(lines);
  return {
    render(target, scrape) {
      const replaced = replacedLines(options, target, scrape);
      const [pod, value] = [digitsOf(target, 5), digitsOf(scrape, 6)];
      for (let row = 0; row < lines.length; row++) {
        overwrite(page, podEnds[row]!, pod);
        overwrite(page, valueEnds[row]!, value);
        const slot = options.churn > 0 ? lines[row]!.churnSlot : -1;
        if (slot >= 0) overwrite(page, revisionEnds[row]!, digitsOf(revision(replaced, slot, slots), 5));
      }
      return Buffer.from(page);
    },
  };
}

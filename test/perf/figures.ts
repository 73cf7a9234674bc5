/** The numbers a run gives, by name, and how they are written. */
import { median } from "./statistics.ts";

/** What of a number is written where; bytes are shown as megabytes, memory a series apart. */
interface Shape {
  readonly title: string;
  readonly digits: number;
  readonly divisor?: number;
}

/** Every figure, in the order of the tables. */
const shapes = {
  /** CPU seconds per million samples scraped. */
  cpuPerMillion: { title: "CPU s/M", digits: 2 },
  /** Percent of one core. */
  cpuPercent: { title: "CPU %", digits: 2 },
  /** Bytes. */
  rssMean: { title: "RSS mean MB", digits: 0, divisor: 1e6 },
  rssMax: { title: "RSS max MB", digits: 0, divisor: 1e6 },
  /** Bytes above the 50 MB that a Node process or a Go binary has before it does anything. */
  bytesPerSeries: { title: "B/series", digits: 0 },
  /** Growth of the RSS over the later half of the window, as a share. */
  rssGrowth: { title: "RSS growth %", digits: 1, divisor: 0.01 },
  samplesPerSecond: { title: "samples/s", digits: 0 },
  /** Samples shown that never came, over the whole run. */
  lost: { title: "lost", digits: 0 },
  /** Scrapes late by more than a tenth of the interval, and ticks without one, in the window. */
  late: { title: "late", digits: 0 },
  missed: { title: "missed", digits: 0 },
  /** Compressed bytes a sample. */
  wireBytes: { title: "wire B", digits: 1 },
  /** Milliseconds. */
  loopP99: { title: "loop p99 ms", digits: 1 },
  loopP999: { title: "loop p99.9 ms", digits: 1 },
  /** Seconds until everything was delivered after the targets stopped. */
  drain: { title: "drain s", digits: 1 },
  /** Cores that generator and sink used: when this nears their number, the figures are theirs. */
  harnessCores: { title: "harness cores", digits: 2 },
  /** Samples a second without falling behind. */
  most: { title: "most samples/s", digits: 0 },
  /** Milliseconds from starting the process. */
  ready: { title: "ready ms", digits: 0 },
  firstScrape: { title: "first scrape ms", digits: 0 },
  /** Milliseconds that an empty Node takes, and those of `ready` beyond it. */
  node: { title: "node -e 0 ms", digits: 0 },
  beyondNode: { title: "beyond Node ms", digits: 0 },
  version: { title: "--version ms", digits: 0 },
  idleRss: { title: "idle RSS MB", digits: 0, divisor: 1e6 },
} as const satisfies Readonly<Record<string, Shape>>;

/** Name of a figure. */
export type Figure = keyof typeof shapes;

/** What one run gave. */
export type Figures = Readonly<Partial<Record<Figure, number>>>;

/** All figures, in the order of the tables. */
const figureNames = Object.keys(shapes) as Figure[];

/** Title of a figure's column. */
export function titleOf(figure: Figure): string {
  return shapes[figure].title;
}

/** A value as the tables show it; a dash for none. */
export function showFigure(figure: Figure, value: number | undefined): string {
  if (value === undefined) return "-";
  const shape: Shape = shapes[figure];
  return (value / (shape.divisor ?? 1)).toFixed(shape.digits);
}

/** The median of each figure over the runs that have it. */
export function medians(runs: readonly Figures[]): Figures {
  return Object.fromEntries(
    figureNames.flatMap((figure) => {
      const values = runs.flatMap((run) => run[figure] ?? []);
      return values.length === 0 ? [] : [[figure, median(values)]];
    }),
  );
}

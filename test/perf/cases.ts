/** The cases of the bench and what is expected of each: data only. */
import type { CollectorName } from "./collectors.ts";
import type { Figure } from "./figures.ts";
import { type Load, plainLoad } from "./load.ts";
import { type PeerName, peerNames } from "./peers.ts";
import type { Course } from "./scrape.ts";

/** Something expected of ours: of a figure itself, or of its ratio to another collector's or another case's. */
export interface Target {
  readonly figure: Figure;
  readonly most?: number;
  readonly least?: number;
  readonly against?: { readonly peer: PeerName } | { readonly case: CaseName };
  /** Where the number comes from, when it is not ours. */
  readonly from?: string;
}

/** A case. */
export interface Case {
  readonly name: CaseName;
  readonly title: string;
  /** What is not plain from the title. */
  readonly note?: string;
  readonly kind: "scrape" | "ramp" | "start";
  readonly load: Load;
  /** Run beside ours; where there is no vmagent, Debian's stands for it. */
  readonly peers: readonly PeerName[];
  /** How it is run within ten minutes; none: only with --full. */
  readonly short?: Course;
  readonly full: Course;
  /** Columns of its table, where a collector has them. */
  readonly figures: readonly Figure[];
  /** Seconds of one more run of ours with --full, that tells whether the memory is flat. */
  readonly long?: number;
  readonly targets: readonly Target[];
}

/** Name of a case, for `--case`. */
export type CaseName =
  | "stable"
  | "churn"
  | "gzip"
  | "pages"
  | "labels"
  | "start"
  | "processed"
  | "million"
  | "many"
  | "fresh"
  | "most"
  | "aws-100"
  | "aws-1000"
  | "aws-5000";

const quick: Course = { warmUp: 3, window: 5 };
const everySecond: Course = { warmUp: 10, window: 20 };
const everyTenSeconds: Course = { warmUp: 30, window: 40 };
const everyFifteenSeconds: Course = { warmUp: 45, window: 60 };

const common = ["cpuPerMillion", "rssMean", "rssMax", "bytesPerSeries", "samplesPerSecond"] as const;
const delivery = ["lost", "late", "missed", "wireBytes", "harnessCores"] as const;
const figures: readonly Figure[] = [...common, ...delivery];

function cpu(most: number): Target {
  return { figure: "cpuPerMillion", most, against: { peer: "vmagent" } };
}

/** What Node itself takes, and so many bytes a series. */
function memory(load: Load, bytes: number): Target {
  return { figure: "rssMax", most: 50e6 + bytes * load.targets * load.series };
}

/** Everything that must be 0 where nothing was lost is held by the run itself, not by a target. */
const flat: Target = { figure: "rssGrowth", most: 0.05 };

const pages: Load = { ...plainLoad, targets: 10, series: 10_000 };
const million: Load = { ...plainLoad, targets: 1000, intervalMs: 10_000 };
const many: Load = { ...plainLoad, targets: 10_000, series: 100, intervalMs: 10_000 };

/** AWS's table: its sample application shows 13 series a unit, on one page. */
function awsCase(units: 100 | 1000 | 5000, percent: number, megabytes: number): Case {
  const from = "published for ADOT v0.49.0";
  return {
    name: `aws-${units}`,
    title: `${units} units of 13 series on one page every 15 s`,
    note: "The lines are those of the other cases, which are longer than those of AWS's sample application.",
    kind: "scrape",
    load: { ...plainLoad, targets: 1, series: 13 * units, intervalMs: 15_000 },
    peers: ["otelcol"],
    full: everyFifteenSeconds,
    figures: ["cpuPercent", ...figures],
    targets: [
      { figure: "cpuPercent", most: percent, from },
      { figure: "rssMean", most: megabytes * 1e6, from },
    ],
  };
}

/** All cases, in the order in which they run: when ten minutes are not enough, the last ones are left out. */
export const cases: readonly Case[] = [
  {
    name: "stable",
    title: "100 targets x 1000 series every second",
    kind: "scrape",
    load: plainLoad,
    peers: peerNames,
    short: quick,
    full: everySecond,
    figures,
    targets: [
      cpu(0.15),
      memory(plainLoad, 500),
      { figure: "cpuPerMillion", most: 0.05, against: { peer: "otelcol" } },
      { figure: "rssMax", most: 0.5, against: { peer: "otelcol" } },
    ],
  },
  {
    name: "gzip",
    title: "10 targets x 10,000 series every second, gzip",
    kind: "scrape",
    load: { ...pages, gzip: true },
    peers: ["vmagent"],
    short: quick,
    full: everySecond,
    figures,
    targets: [cpu(0.25), memory(pages, 600)],
  },
  {
    name: "churn",
    title: "5 % of the series replaced at every scrape",
    note: "100 targets x 1000 series every second; what is replaced is marked stale.",
    kind: "scrape",
    load: { ...plainLoad, churn: 0.05 },
    peers: ["vmagent"],
    short: quick,
    full: everySecond,
    figures: [...figures, "rssGrowth"],
    long: 600,
    targets: [cpu(0.5), flat],
  },
  {
    name: "labels",
    title: "Eight more labels on every series",
    note: "100 targets x 1000 series every second; ours against ours without them.",
    kind: "scrape",
    load: { ...plainLoad, moreLabels: 8 },
    peers: [],
    short: quick,
    full: everySecond,
    figures,
    targets: [{ figure: "cpuPerMillion", most: 4 / 3, against: { case: "stable" } }],
  },
  {
    name: "pages",
    title: "Event loop: 10 targets x 10,000 series every second",
    note: "p99.9 is the longest delay of the window where the collector's own page has no p99.9.",
    kind: "scrape",
    load: pages,
    peers: [],
    short: quick,
    full: everySecond,
    figures: ["loopP99", "loopP999", ...figures],
    targets: [{ figure: "loopP999", most: 50 }],
  },
  {
    name: "start",
    title: "Start, and memory with nothing to do",
    note: "A small configuration; ready is when its own port answers.",
    kind: "start",
    load: plainLoad,
    peers: ["vmagent", "otelcol"],
    short: { warmUp: 0, window: 3 },
    full: { warmUp: 0, window: 10 },
    figures: ["ready", "firstScrape", "node", "beyondNode", "version", "idleRss"],
    targets: [
      { figure: "beyondNode", most: 150 },
      { figure: "idleRss", most: 60e6 },
    ],
  },
  {
    name: "processed",
    title: "100 x 1000 every second, with three relabel rules, external labels, attributes and filter processors",
    note: "Peers get rules that do what the two processors do. The sink checks every label that must have changed.",
    kind: "scrape",
    load: { ...plainLoad, processed: true },
    peers: peerNames,
    full: everySecond,
    figures,
    targets: [cpu(0.17), memory(plainLoad, 500)],
  },
  {
    name: "million",
    title: "1,000,000 series every 10 s",
    note: "1000 targets x 1000 series.",
    kind: "scrape",
    load: million,
    peers: peerNames,
    full: everyTenSeconds,
    figures,
    targets: [cpu(0.12), memory(million, 300)],
  },
  {
    name: "many",
    title: "10,000 targets x 100 series every 10 s",
    kind: "scrape",
    load: many,
    peers: peerNames,
    full: everyTenSeconds,
    figures,
    targets: [cpu(0.3), { figure: "rssMax", most: 1, against: { peer: "vmagent" } }],
  },
  {
    name: "fresh",
    title: "Every series new at every scrape",
    note: "100 targets x 1000 series every second, of which none ever comes again.",
    kind: "scrape",
    load: { ...plainLoad, churn: 1 },
    peers: ["vmagent"],
    full: everySecond,
    figures: [...figures, "rssGrowth"],
    long: 600,
    targets: [cpu(1.5), flat],
  },
  {
    name: "most",
    title: "Most samples a second on one core without falling behind",
    note: "Pages of 1000 series every second; more and more targets, the collector alone on a core.",
    kind: "ramp",
    load: plainLoad,
    peers: ["vmagent"],
    full: { warmUp: 5, window: 6, pinned: true, holdMb: 3000 },
    figures: ["most", "cpuPerMillion", "harnessCores"],
    targets: [{ figure: "most", least: 4, against: { peer: "vmagent" } }],
  },
  awsCase(100, 0.22, 133.7),
  awsCase(1000, 0.64, 175.1),
  awsCase(5000, 2.89, 285.6),
];

/** What one collector gave in a case: medians over its runs. */
export interface Row {
  readonly collector: CollectorName;
  readonly version: string;
  readonly runs: number;
  readonly figures: Readonly<Partial<Record<Figure, number>>>;
  /** What went wrong, in any run; each once. */
  readonly problems: readonly string[];
  /** What a reader of the figures must know. */
  readonly remarks: readonly string[];
}

/** What a case gave. */
export interface CaseResult {
  readonly case: Case;
  readonly rows: readonly Row[];
  /** Why it was not run. */
  readonly leftOut?: string;
}

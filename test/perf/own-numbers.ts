/** What our collector says of itself: on its page of metrics, and in the account that it logs when it stops. */

/** The account of an exporter, in items. */
export interface Account {
  readonly accepted: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly dropped: number;
  /** Of the dropped: stale markers of series that went on, which nobody misses. */
  readonly superseded: number;
  readonly queued: number;
  /** Why items were dropped, where that is told. */
  readonly reasons?: string;
}

/** Seconds the event loop was late, over the time since it was asked before. */
export interface LoopDelay {
  readonly p99: number;
  /** The page's p99.9 or, where it has none, the longest delay, which is above it. */
  readonly p999: number;
}

/** One line of a page. */
interface Line {
  readonly labels: string;
  readonly value: number;
}

function linesOf(page: string, name: string): Line[] {
  return [...page.matchAll(new RegExp(`^${name}(?:\\{([^}]*)\\})? (\\S+)$`, "gm"))].map(([, labels = "", value]) => ({
    labels,
    value: Number(value),
  }));
}

/** Sum of the lines of a metric whose labels hold a text; 0 when there is none. */
export function sumOf(page: string, name: string, label = ""): number {
  return linesOf(page, name)
    .filter(({ labels }) => labels.includes(label))
    .reduce((sum, { value }) => sum + value, 0);
}

/** How late the event loop was; undefined when the page does not say. */
export function loopDelay(page: string): LoopDelay | undefined {
  const lines = linesOf(page, "sluice_event_loop_delay");
  const at = (quantile: string) => lines.find(({ labels }) => labels.includes(`quantile="${quantile}"`))?.value;
  const [p99, p999] = [at("0.99"), at("0.999") ?? at("1")];
  return p99 === undefined || p999 === undefined ? undefined : { p99, p999 };
}

/** Ticks by what came of them. */
export function slotOutcomes(page: string): Record<string, number> {
  const outcomes: Record<string, number> = {};
  for (const { labels, value } of linesOf(page, "sluice_scrape_slots")) {
    const [, outcome = "unknown"] = /outcome="(\w+)"/.exec(labels) ?? [];
    outcomes[outcome] = (outcomes[outcome] ?? 0) + value;
  }
  return outcomes;
}

/** The exporter's account on the page: what was going on while it was written may be in one number and not yet in another. */
export function accountOnPage(page: string): Account {
  const items = (kind: string) => sumOf(page, `sluice_exporter_${kind}_items`);
  return {
    accepted: items("accepted"),
    delivered: items("delivered"),
    rejected: items("rejected"),
    dropped: items("dropped"),
    superseded: sumOf(page, "sluice_exporter_dropped_items", 'reason="superseded"'),
    queued: items("queued"),
  };
}

/** The account in the log of a collector that stopped; undefined when it is not there, as after a kill. */
export function lastAccount(log: string): Account | undefined {
  const line = log.split("\n").findLast((text) => text.includes('"exporter stopped"'));
  if (line === undefined) return undefined;
  const { accepted, delivered, rejected, dropped, queued } = JSON.parse(line) as Omit<
    Account,
    "dropped" | "superseded"
  > & {
    readonly dropped: Readonly<Record<string, number>>;
  };
  const reasons = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return {
    accepted,
    delivered,
    rejected,
    dropped: Object.values(dropped).reduce((sum, n) => sum + n, 0),
    superseded: dropped.superseded ?? 0,
    queued,
    reasons: reasons.join(", "),
  };
}

/** What is wrong with the account of a collector that stopped, held against every sample its sink was sent; empty when it is right. */
export function accountProblems(account: Account | undefined, sent: number): string[] {
  if (account === undefined) return ["no account: the collector did not end in order"];
  const { accepted, delivered, rejected, dropped, superseded, queued, reasons = "" } = account;
  const told = delivered + rejected + dropped + queued;
  return [
    ...(delivered === sent ? [] : [`delivered ${delivered}, but the sink was sent ${sent}`]),
    ...(accepted === told ? [] : [`accepted ${accepted}, but accounts for ${told}`]),
    ...(dropped - superseded + rejected + queued === 0
      ? []
      : [`dropped ${reasons || dropped}, rejected ${rejected}, left ${queued}`]),
  ];
}

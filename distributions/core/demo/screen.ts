/** What the demo shows: a few lines that are redrawn on a terminal, or one line now and then elsewhere. */
import type { BackendStats } from "./backend.ts";

const blocks = "▁▂▃▄▅▆▇█";

/** Numbers as a row of blocks between their least and greatest. */
function sparkline(values: readonly number[]): string {
  const least = Math.min(...values);
  const span = Math.max(...values) - least || 1;
  return values
    .map((value) => blocks[Math.min(blocks.length - 1, Math.floor(((value - least) / span) * blocks.length))])
    .join("");
}

export interface View {
  readonly seconds: number;
  readonly stats: BackendStats;
  /** From the collector's own account of its exporter. */
  readonly account: Readonly<Record<"accepted" | "delivered" | "rejected" | "dropped" | "queued", number>>;
  readonly rssMegabytes: number;
  readonly links: Readonly<Record<string, string>>;
}

/** The screen as lines, for 80 columns. */
function draw({ seconds, stats, account, rssMegabytes, links }: View): string[] {
  const { accepted, delivered, rejected, dropped, queued } = account;
  const verdict =
    stats.problems === 0 ? "all samples as exposed" : `${stats.problems} problems; the latest: ${stats.lastProblem}`;
  const bytesEach = (stats.bytes / Math.max(1, stats.samples)).toFixed(1);
  return [
    `Sluice demo, ${seconds} s; Ctrl-C drains and ends`,
    "  scrapes itself and a sample shop each second, writes to an embedded backend",
    `  account   accepted ${accepted} = delivered ${delivered} + rejected ${rejected} + dropped ${dropped} + queued ${queued}`,
    `  backend   ${stats.samples} samples of ${stats.series} live series in ${stats.requests} requests, ${bytesEach} bytes a sample`,
    `  checked   ${stats.verified} scrapes of the shop, ${stats.staleMarkers} stale markers: ${verdict}`,
    `  memory    ${rssMegabytes.toFixed(0)} MB for everything`,
    `  chart     ${stats.chart.length > 0 ? `${sparkline(stats.chart)} shop_queue_length` : "waiting for the first scrape"}`,
    ...Object.entries(links).map(([name, url]) => `  ${name.padEnd(9)} ${url}`),
  ];
}

/** Draws over the lines drawn before when the stream is a terminal. */
export function createScreen(isTerminal: boolean, columns: () => number, write: (text: string) => void) {
  let drawn = 0;
  return (view: View): void => {
    const lines = draw(view);
    if (!isTerminal) {
      write(`${lines.join("\n")}\n`);
      return;
    }
    const fitted = lines.map((line) => line.slice(0, Math.max(20, columns() - 1)));
    write(`${drawn > 0 ? `\x1b[${drawn}A` : ""}${fitted.map((line) => `\x1b[2K${line}`).join("\n")}\n`);
    drawn = fitted.length;
  };
}

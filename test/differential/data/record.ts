import {
  compareText,
  decodeWriteRequest,
  type LabelPairs,
  snappyDecompress,
  writeVersionOf,
} from "@sluice/lib-prometheus";
import { type Case, pageAt, scrapes } from "./case.ts";

/** What a collector sent and asked for while it ran one case. */
export interface Recorded {
  readonly series: Map<string, { readonly labels: LabelPairs; readonly samples: Timed[]; readonly notes: Set<string> }>;
  readonly metadata: Set<string>;
  /** Scrapes of each target so far. */
  readonly asked: Map<string, number>;
  readonly headers: Set<string>;
}
interface Timed {
  readonly ms: number;
  readonly text: string;
}
/** What is answered to a request. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What nearly every series has, in short. */
const ownScope =
  'otel_scope_name="github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver",otel_scope_version="0.164.0"';
const noMetadata = JSON.stringify({ type: "unknown", help: "", unit: "" });
const maxBytes = 1 << 26;

export function createRecord(): Recorded {
  return { series: new Map(), metadata: new Set(), asked: new Map(), headers: new Set() };
}

/** Shows the next page to a scrape. */
export function scrape(one: Case, record: Recorded, target: string, path: string, headers: Headers): Answered {
  const count = (record.asked.get(target) ?? 0) + 1;
  record.asked.set(target, count);
  const { accept, "accept-encoding": encoding, "x-prometheus-scrape-timeout-seconds": timeout } = headers;
  // Weights are relative, and a version of Prometheus that knows one more protocol begins one tenth higher: the order tells.
  const wanted = String(accept).replace(/;q=0\.\d/g, "");
  record.headers.add(
    `scrape ${target}${path} accept ${wanted} encoding ${String(encoding)} timeout ${String(timeout)}`,
  );
  const { body = "", type = "text/plain; version=0.0.4", status = 200 } = pageAt(one, target, count);
  return { status, headers: { "content-type": type }, body };
}

/** Whether every target that is scraped at all was scraped once more than is compared. */
export function isEnough({ asked }: Recorded): boolean {
  return asked.size > 0 && [...asked.values()].every((count) => count > scrapes + 1);
}

/** Takes a remote-write request. */
export function take(record: Recorded, body: Uint8Array, headers: Headers): Answered {
  const type = String(headers["content-type"]);
  record.headers.add(`write ${type} version ${String(headers["x-prometheus-remote-write-version"])}`);
  const { timeseries, metadata } = decodeWriteRequest(snappyDecompress(body, maxBytes), writeVersionOf(type));
  for (const { labels, samples, histograms, exemplars, metadata } of timeseries) {
    const key = textOf(labels);
    const found = record.series.get(key) ?? { labels, samples: [], notes: new Set() };
    record.series.set(key, found);
    for (const { timestampMs: ms, startMs, stale, value } of samples) {
      found.samples.push({ ms, text: (stale ? "stale" : numberOf(value)) + startOf(startMs) });
    }
    for (const { timestampMs: ms, startMs, ...histogram } of histograms) {
      const { stale, sum, ...rest } = histogram;
      const text = `${JSON.stringify({ ...rest, sum: stale ? "stale" : numberOf(sum) })}${startOf(startMs)}`;
      found.samples.push({ ms, text: text.replaceAll('"', "") });
    }
    for (const { labels, value, timestampMs } of exemplars) {
      // The time of a scrape, unless the page says one.
      const at = timestampMs > 1e12 && timestampMs < 1.75e12 ? ` at ${timestampMs}` : "";
      found.notes.add(`exemplar ${textOf(labels.toSorted(([a], [b]) => compareText(a, b)))} ${numberOf(value)}${at}`);
    }
    // Nothing told is the same as a message without fields.
    if (JSON.stringify(metadata) !== noMetadata && metadata !== undefined)
      found.notes.add(`metadata ${JSON.stringify(metadata)}`);
  }
  for (const { family, type, help, unit } of metadata) {
    record.metadata.add(`metadata ${family} ${type} ${JSON.stringify(help)} ${JSON.stringify(unit)}`);
  }
  const written = { "x-prometheus-remote-write-samples-written": "0" };
  return { status: 204, headers: type.includes("v2") ? written : {}, body: "" };
}

/** What was recorded of the scrapes that are compared: one line a series, sorted; times are numbers of scrapes, or as the page has them. */
export function linesOf(record: Recorded): string[] {
  const ups = [...record.series.values()].filter(({ labels }) => /(?:^|_)up$/.test(nameOf(labels)));
  const ticks = [...new Set(ups.flatMap(({ samples }) => samples.map(({ ms }) => ms)))];
  const first = Math.min(...ticks);
  // Targets have ticks of their own, a second apart; a scrape's samples carry its tick.
  const numbers = new Map<number, number>();
  for (const { samples } of ups) {
    const own = [...new Set(samples.map(({ ms }) => ms))].toSorted((a, b) => a - b);
    for (const [index, ms] of own.entries()) numbers.set(ms, index + 1);
  }
  const lines: string[] = [];
  for (const [key, { samples, notes }] of record.series) {
    const shown: [number, string][] = [];
    for (const { ms, text } of samples) {
      const number = numbers.get(ms);
      if (number !== undefined && number <= scrapes) shown.push([number, `${number}:${text}`]);
      // When the last request goes out is a matter of chance; that of the last scrape that counts is among the first ones.
      else if (shown.length < scrapes && (ms < first - 60_000 || ms > first + 3_600_000))
        shown.push([0, `@${ms}:${text}`]);
    }
    if (shown.length === 0 && notes.size === 0) continue;
    const ordered = shown
      .toSorted(([a, left], [b, right]) => a - b || (a === 0 ? 0 : compareText(left, right)))
      .map(([, text]) => text);
    lines.push([key, ...(key.includes("scrape_duration") ? ["timed"] : ordered), ...[...notes].toSorted()].join("  "));
  }
  return [...[...record.headers].toSorted(), ...[...record.metadata].toSorted(), ...lines.toSorted()];
}

function nameOf(labels: LabelPairs): string {
  return labels.find(([name]) => name === "__name__")?.[1] ?? "";
}

function textOf(labels: LabelPairs): string {
  const pairs = labels.filter(([name]) => name !== "__name__");
  const text = pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",");
  return `${nameOf(labels)}{${text.replace(ownScope, "scope")}}`;
}

function startOf(ms: number): string {
  return ms === 0 ? "" : `^${ms}`;
}

function numberOf(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

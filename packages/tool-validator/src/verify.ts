import type { Env } from "@sluice/component";
import { type CompareOptions, type Comparison, compare, type Difference, Differences } from "./compare.ts";
import { addNotEnded, endedAt, namesOf } from "./ended.ts";
import { type Expected, parseAnswer, parseExpected, parseMoment, type Series } from "./expected.ts";
import { RequestError, type TextClient } from "./fetch-text.ts";

/** What is verified, and how patiently. */
export interface VerifyOptions extends CompareOptions {
  /** Of a backend that answers Prometheus' queries: what comes before "/api/v1/query". */
  readonly backend: string;
  /** Sent to the backend with every query. */
  readonly headers: Readonly<Record<string, string>>;
  /** The URL of `/expected_metrics`. */
  readonly expected: string;
  /** The series that belong to it, as labels and their values. */
  readonly matches: Readonly<Record<string, string>>;
  /** How many of the latest scrapes. */
  readonly scrapes: number;
  readonly timeoutMs: number;
  readonly pollMs: number;
}

/** How far the backend's times may lie from those of the scrapes, clocks that differ included. */
const MARGIN_S = 60;

/**
 * Waits until `/expected_metrics` has the scrapes and the backend holds them; gives the last comparison when that took too long,
 * or when waiting cannot help any more. Rejects when one of them gives no usable answer.
 */
export async function compareWithBackend(options: VerifyOptions, client: TextClient, env: Env): Promise<Comparison> {
  const { clock, timers } = env;
  const deadline = clock.monotonic() + options.timeoutMs;
  const isLate = (): boolean => clock.monotonic() >= deadline;
  const patiently = async <T>(ask: () => Promise<T>, isEnough: (answer: T) => boolean): Promise<T> => {
    for (;;) {
      const answer = await ask().catch((error: unknown) => {
        if (isLate() || !(error instanceof RequestError && error.mayPass)) throw error;
        return undefined;
      });
      if (answer !== undefined && (isLate() || isEnough(answer))) return answer;
      await timers.sleep(options.pollMs);
    }
  };

  const all = await patiently(
    () => askExpected(options, client),
    ({ scrapes }) => scrapes.length >= options.scrapes,
  );
  if (all.scrapes.length < options.scrapes) {
    throw new Error(
      `found ${all.scrapes.length} scrapes at "${options.expected}", expected ${options.scrapes}: is it scraped?`,
    );
  }
  const expected = latest(all, options.scrapes);
  return patiently(async () => {
    const comparison = compare(expected, await askBackend(expected, options, client), options);
    const shown = await findNotEnded(comparison, all, options, client);
    return { ...comparison, differences: [...comparison.differences, ...shown] };
  }, isFinal);
}

/** What is missing may still come, a marker too; what is there and wrong stays so. */
function isFinal({ differences }: Comparison): boolean {
  return !differences.some(({ kind }) => kind === "missing" || kind === "missing scrape" || kind === "not ended");
}

/** Asks what the backend shows at each scrape of the series that had vanished by then: a marker ends them at once. */
async function findNotEnded(
  { moments }: Comparison,
  all: Expected,
  options: VerifyOptions,
  client: TextClient,
): Promise<readonly Difference[]> {
  const differences = new Differences();
  for (const { scrape, stored } of moments) {
    const ended = endedAt(scrape, all, options);
    if (ended.size === 0) continue;
    const names = namesOf(ended).map((name) => name.replaceAll(/[^\w:]/g, "\\$&"));
    const query = `{${[...matchersOf(options), `__name__=~${JSON.stringify(names.join("|"))}`].join(",")}}`;
    // VictoriaMetrics would answer for half a minute earlier.
    const text = await ask({ query, time: `${stored}`, nocache: "1" }, options, client);
    addNotEnded(differences, readAnswer(text, parseMoment), ended, options);
  }
  return differences.list();
}

async function askExpected({ expected }: VerifyOptions, client: TextClient): Promise<Expected> {
  const text = await client.get(expected);
  try {
    return parseExpected(text);
  } catch (cause) {
    throw new Error(`cannot read "${expected}"`, { cause });
  }
}

/** Only the last `count` scrapes. */
function latest({ resultType, scrapes, result }: Expected, count: number): Expected {
  const kept = scrapes.slice(-count);
  const first = kept[0]!;
  const series = result.map((one) => ({ ...one, values: one.values.filter(([seconds]) => seconds >= first) }));
  return { resultType, scrapes: kept, result: series.filter(({ values }) => values.length > 0) };
}

async function askBackend(expected: Expected, options: VerifyOptions, client: TextClient): Promise<readonly Series[]> {
  const first = expected.scrapes[0]!;
  const last = expected.scrapes.at(-1)!;
  // Raw samples, with the times at which they were stored.
  const query = `{${matchersOf(options).join(",")}}[${Math.ceil(last - first) + 2 * MARGIN_S}s]`;
  return readAnswer(await ask({ query, time: `${Math.ceil(last) + MARGIN_S}` }, options, client), parseAnswer);
}

function matchersOf({ matches }: VerifyOptions): string[] {
  return Object.entries(matches).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
}

function ask(parameters: Record<string, string>, options: VerifyOptions, client: TextClient): Promise<string> {
  const query = new URLSearchParams(parameters).toString();
  return client.get(`${options.backend}/api/v1/query?${query}`, options.headers);
}

function readAnswer(text: string, read: (text: string) => readonly Series[]): readonly Series[] {
  try {
    return read(text);
  } catch (cause) {
    throw new Error("cannot read the backend's answer", { cause });
  }
}

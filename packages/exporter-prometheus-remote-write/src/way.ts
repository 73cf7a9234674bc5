/** The way to a backend: a client, and what its answers mean. */
import { type Context, type Counter, configChanges, PermanentError } from "@sluice/component";
import { type ConfiguredClient, createClient, errorOfAnswer, type HttpClientConfig, HttpError } from "@sluice/lib-http";
import { type Item, PartlyTakenError, SendAnewError, type SenderSettings } from "@sluice/lib-sending";
import type { BodyPool } from "./body-pool.ts";
import { headersOf, requestHeaders } from "./headers.ts";
import type { Protocol } from "./protocol.ts";
import { requestBody } from "./request-body.ts";
import type { WriteItem } from "./series-writer.ts";
import { requestBody2 } from "./transcode.ts";
import { readKey, type WriteVersion } from "./version.ts";
import { type Written, writtenOf } from "./written.ts";

export interface Way {
  /** Sends one request. */
  readonly post: SenderSettings["post"];
  /** What differs in another one made of an equal configuration: files that were read, the extension that gives credentials. */
  changesTo(other: Way): string[];
  /** Closes the connections once no request is under way. Safe to call twice. */
  retire(): void;
  readonly loaded: ConfiguredClient["loaded"];
  /** What its backend turned out to know. */
  readonly protocol: Protocol;
}

/** The labels of counters in items, as the sender's account has them. */
export const metricsLabels = { otel_signal: "metrics" } as const;

/** What is counted of answers. */
export interface AnswerCounters {
  /** Requests that a backend took, or refused for good. */
  readonly answered: Counter;
  /** Items that were rejected although they may be stored. */
  readonly uncertain: Counter;
  /** What backends wrote. */
  readonly written: { readonly [K in keyof Written]: Counter };
}

/** Makes the way that a configuration describes; rejects with `ConfigError` when a file or an extension is missing. */
export async function createWay(
  config: HttpClientConfig,
  ctx: Context,
  counters: AnswerCounters,
  protocol: Protocol,
  pool: BodyPool,
): Promise<Way> {
  const client = await createClient(config, ctx);
  const { loaded } = client;
  const fixed = { "1.0": requestHeaders(ctx.build), "2.0": requestHeaders(ctx.build, "2.0") };
  const judge = createJudge(ctx, counters, protocol);
  const use = { underWay: 0, retired: false };
  const seed = Math.floor(ctx.env.random.next() * 2 ** 32);
  const closeIfDone = () => {
    if (use.retired && use.underWay === 0) client.close();
  };
  return {
    loaded,
    protocol,
    async post(items, signal) {
      const { version, headers } = readKey(items[0]!.key);
      // A try before, or another request, found out that it has to be encoded anew.
      if (version === "2.0" && protocol.version === "1.0") {
        if (!items.some((item) => protocol.unreadable.has(item))) throw new SendAnewError("2.0 is not wanted any more");
        throw new PermanentError("cannot encode a request of remote write 2.0 as 1.0");
      }
      const body = version === "2.0" ? requestBody2(items, seed) : requestBody(items, pool);
      const request = { headers: { ...fixed[version], ...headersOf(headers) }, body, signal };
      use.underWay++;
      try {
        await judge(items, version, client.post({ ...request, encoding: "snappy" }));
        // A single item is its own body, and goes back with it.
        if (items.length > 1 && version === "1.0") pool.release(body);
      } finally {
        use.underWay--;
        closeIfDone();
      }
    },
    changesTo(other) {
      // With an interval the files are looked at again anyway.
      const files = config.tls.reload_interval > 0 ? [] : configChanges(loaded.tls, other.loaded.tls);
      return [
        ...(files.length > 0 ? ["content of TLS files changed"] : []),
        ...(loaded.auth === other.loaded.auth ? [] : ["authenticator replaced"]),
      ];
    },
    retire() {
      use.retired = true;
      closeIfDone();
    },
  };
}

/** Reads answers; rejects as a sender's `post` does. */
function createJudge({ env }: Context, { answered, uncertain, written }: AnswerCounters, protocol: Protocol) {
  /** Whether the backend took them nobody knows: the answer was lost, or it was that of somebody on the way. */
  const doubtful = new WeakSet<Item>();
  const doubt = (items: readonly Item[]) => {
    for (const item of items) doubtful.add(item);
  };
  const failure = (items: readonly Item[]) => (cause: unknown) => {
    const code = cause instanceof HttpError ? cause.code : undefined;
    // Nothing gets better by waiting: a client's metadata, say, that cannot stand in a header.
    if (code === "request") throw new PermanentError("cannot send the request", { cause });
    if (code !== "connect" && code !== "auth") doubt(items);
    throw cause;
  };
  const count = (found: Written) => {
    for (const what of ["samples", "histograms", "exemplars"] as const) written[what].add(found[what]);
  };
  return async (
    items: readonly WriteItem[],
    version: WriteVersion,
    answering: ReturnType<ConfiguredClient["post"]>,
  ): Promise<void> => {
    const answer = await answering.catch(failure(items));
    const { status } = answer;
    const said = version === "2.0" ? writtenOf(answer.headers) : undefined;
    if (version === "2.0") fallBackIfUnknown(answer, said, items, protocol);
    const what = `remote write request${isElsewhere(status) ? ` to "${placeOf(answer.url)}"` : ""} failed`;
    const error = errorOfAnswer(answer, { retries: retryable, what, now: env.clock.now() });
    if (error === undefined || error instanceof PermanentError) {
      answered.add(1);
      count(said ?? (error === undefined ? contentOf(items) : nothing));
    }
    if (status >= 500) doubt(items);
    const sent = itemsOf(items);
    const taken = said === undefined ? 0 : said.samples + said.histograms;
    if (error === undefined) {
      if (said === undefined || taken >= sent) return;
      throw new PartlyTakenError(`backend wrote ${taken} of ${sent} items, and answered ${status}`, taken);
    }
    if (taken > 0 && error instanceof PermanentError) throw new PartlyTakenError(error.message, taken);
    if (!isRepetition(status, error.message) || !items.every((item) => doubtful.has(item))) throw error;
    uncertain.add(sent, metricsLabels);
    throw new PermanentError(`${error.message} (it may be stored: the answer to an earlier try was lost)`);
  };
}

/**
 * A backend that does not know 2.0 says so with 415; or it takes the request for an empty one of 1.0 and answers 2xx without a
 * word on what it wrote, which every receiver of 2.0 has to say.
 */
function fallBackIfUnknown(
  { status }: { readonly status: number },
  said: Written | undefined,
  items: readonly Item[],
  protocol: Protocol,
): void {
  const isSilent = status >= 200 && status < 300 && said === undefined && itemsOf(items) > 0;
  if (status !== 415 && !isSilent) return;
  const why = isSilent ? `answer ${status} without X-Prometheus-Remote-Write-*-Written headers` : "answer 415";
  protocol.fallBack(why);
  throw new SendAnewError(why);
}

const nothing: Written = { samples: 0, histograms: 0, exemplars: 0 };

function itemsOf(items: readonly Item[]): number {
  let count = 0;
  for (const item of items) count += item.items;
  return count;
}

/** What a request has, as far as its items know. */
function contentOf(items: readonly WriteItem[]): Written {
  let histograms = 0;
  let exemplars = 0;
  for (const item of items) {
    histograms += item.histograms ?? 0;
    exemplars += item.exemplars ?? 0;
  }
  return { samples: itemsOf(items) - histograms, histograms, exemplars };
}

/** 5xx and 429 are worth another try (remote write 1.0); every other refusal is final. */
const retryable = (status: number): boolean => status === 429 || status >= 500;

/** Answers that say more about the URL than about the request. */
const isElsewhere = (status: number): boolean => (status >= 300 && status < 400) || status === 404 || status === 405;

/** Without query, user and password, which may be secret. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** Whether a backend says that it has these samples or newer ones: Prometheus and Mimir with 400, Thanos with 409. */
function isRepetition(status: number, message: string): boolean {
  return (status === 400 || status === 409) && /out[- ]of[- ]order|duplicate[- ](sample|timestamp)/i.test(message);
}

/** The way to a backend: a client, and what its answers mean. */
import { type Context, type Counter, PermanentError } from "@sluice/component";
import { type ConfiguredClient, createClient, errorOfAnswer, type HttpClientConfig, HttpError } from "@sluice/lib-http";
import type { Item, SenderSettings } from "@sluice/lib-sending";
import { changesOf } from "./changes.ts";
import { headersOf, requestHeaders } from "./headers.ts";
import { requestBody } from "./request-body.ts";

export interface Way {
  /** Sends one request. */
  readonly post: SenderSettings["post"];
  /** What differs in another one made of an equal configuration: files that were read, the extension that gives credentials. */
  changesTo(other: Way): string[];
  /** Closes the connections once no request is under way. Safe to call twice. */
  retire(): void;
  readonly loaded: ConfiguredClient["loaded"];
}

/** The labels of counters in items, as the sender's account has them. */
export const metricsLabels = { otel_signal: "metrics" } as const;

/** What is counted of answers. */
export interface AnswerCounters {
  /** Requests that a backend took, or refused for good. */
  readonly answered: Counter;
  /** Items that were rejected although they may be stored. */
  readonly uncertain: Counter;
}

/** Makes the way that a configuration describes; rejects with `ConfigError` when a file or an extension is missing. */
export async function createWay(config: HttpClientConfig, ctx: Context, counters: AnswerCounters): Promise<Way> {
  const client = await createClient(config, ctx);
  const { loaded } = client;
  const fixed = requestHeaders(ctx.build);
  const judge = createJudge(ctx, counters);
  const use = { underWay: 0, retired: false };
  const closeIfDone = () => {
    if (use.retired && use.underWay === 0) client.close();
  };
  return {
    loaded,
    async post(items, signal) {
      const request = { headers: { ...fixed, ...headersOf(items[0]!.key) }, body: requestBody(items), signal };
      use.underWay++;
      try {
        await judge(items, client.post({ ...request, encoding: "snappy" }));
      } finally {
        use.underWay--;
        closeIfDone();
      }
    },
    changesTo(other) {
      // With an interval the files are looked at again anyway.
      const files = config.tls.reload_interval > 0 ? [] : changesOf(loaded.tls, other.loaded.tls);
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
function createJudge({ env }: Context, { answered, uncertain }: AnswerCounters) {
  /** Whether the backend took them nobody knows: the answer was lost, or it was that of somebody on the way. */
  const doubtful = new WeakSet<Item>();
  const doubt = (items: readonly Item[]) => {
    for (const item of items) doubtful.add(item);
  };
  return async (items: readonly Item[], answering: ReturnType<ConfiguredClient["post"]>): Promise<void> => {
    const answer = await answering.catch((cause: unknown) => {
      const code = cause instanceof HttpError ? cause.code : undefined;
      // Nothing gets better by waiting: a client's metadata, say, that cannot stand in a header.
      if (code === "request") throw new PermanentError("cannot send the request", { cause });
      if (code !== "connect" && code !== "auth") doubt(items);
      throw cause;
    });
    const { status } = answer;
    const what = `remote write request${isElsewhere(status) ? ` to "${placeOf(answer.url)}"` : ""} failed`;
    const error = errorOfAnswer(answer, { retries: retryable, what, now: env.clock.now() });
    if (error === undefined || error instanceof PermanentError) answered.add(1);
    if (status >= 500) doubt(items);
    if (error === undefined) return;
    if (!isRepetition(status, error.message) || !items.every((item) => doubtful.has(item))) throw error;
    let count = 0;
    for (const item of items) count += item.items;
    uncertain.add(count, metricsLabels);
    throw new PermanentError(`${error.message} (it may be stored: the answer to an earlier try was lost)`);
  };
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

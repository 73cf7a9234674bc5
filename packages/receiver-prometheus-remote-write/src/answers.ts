import { type HttpResponse, PermanentError, RetryLaterError } from "@sluice/component";
import { WireError } from "@sluice/data";
import { SnappyError, type WriteVersion } from "@sluice/lib-prometheus";
import type { Tally } from "./reader.ts";

type Headers = Readonly<Record<string, string>>;

/** An answer with a text for people. */
export function answer(status: number, text: string, headers: Headers = {}): HttpResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body: `${text}\n` };
}

/**
 * How much was written, as 2.0 wants it told whatever the outcome, once both sides have agreed on it ("Required `Written` Response
 * Headers"). 1.0 has no such headers. Without a tally nothing was.
 */
export function writtenHeaders(version: WriteVersion, tally?: Tally): Headers {
  if (version === "1.0") return {};
  const { samples, histograms, exemplars } = tally ?? { samples: 0, histograms: 0, exemplars: 0 };
  return {
    "x-prometheus-remote-write-samples-written": `${samples}`,
    "x-prometheus-remote-write-histograms-written": `${histograms}`,
    "x-prometheus-remote-write-exemplars-written": `${exemplars}`,
  };
}

/** Whether the sender made a mistake that it would make again. */
export function isMistake(error: unknown): error is WireError | SnappyError {
  return error instanceof WireError || error instanceof SnappyError;
}

/** The answer when what follows did not take a batch: 400 ends it; senders try 503 again, also those that give up at 429. */
export function answerOfError(error: unknown, headers: Headers): HttpResponse {
  if (error instanceof PermanentError) return answer(400, error.message, headers);
  if (error instanceof RetryLaterError) return overloaded(error.message, error.afterMs, headers);
  return answer(503, error instanceof Error ? error.message : "not taken", headers);
}

/** Not now. */
export function overloaded(text: string, afterMs: number, headers: Headers): HttpResponse {
  return answer(503, text, { ...headers, "retry-after": `${Math.max(1, Math.ceil(afterMs / 1000))}` });
}

/** What was not taken of a request of which the rest was. */
export function partialText({ invalid }: Tally): string {
  const reasons = [...invalid].map(([reason, { count, example }]) =>
    example === "" ? `${reason}: ${count}` : `${reason}: ${count}, for example ${example}`,
  );
  return `some series were not taken; ${reasons.join("; ")}`;
}

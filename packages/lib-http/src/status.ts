import { PermanentError, RetryLaterError } from "@sluice/component";
import type { HttpAnswer } from "./client.ts";

/** As much of a backend's words as an error message quotes. */
const MAX_QUOTE = 1024;

/** How a sender reads answers. */
export interface StatusRules {
  /** What failed, for the message: "remote write request failed". */
  readonly what: string;
  /** Whether an answer outside 2xx may be tried again. */
  readonly retries: (status: number) => boolean;
  /** Wall time in milliseconds, for a Retry-After that is a date. */
  readonly now: number;
}

/**
 * What an answer means for a sender: undefined = taken (2xx); `RetryLaterError` = 429 or 503 that says when; an `Error` = may
 * be tried again; `PermanentError` = never. The message quotes the first KiB of the body.
 */
export function errorOfAnswer(
  answer: Pick<HttpAnswer, "status" | "statusText" | "headers" | "body">,
  { what, retries, now }: StatusRules,
): Error | undefined {
  const { status, statusText, headers } = answer;
  if (status >= 200 && status < 300) return undefined;
  const quote = quoted(answer.body);
  const message = `${what}: ${`${status} ${statusText}`.trim()}${quote === "" ? "" : `: ${quote}`}`;
  if (!retries(status)) return new PermanentError(message);
  const afterMs = status === 429 || status === 503 ? retryAfter(headers["retry-after"], now) : undefined;
  return afterMs === undefined ? new Error(message) : new RetryLaterError(message, afterMs);
}

/** The wait a Retry-After header asks for (RFC 9110 10.2.3): seconds, or a date. Milliseconds, at least 0; undefined when it says nothing. */
export function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1000;
  const date = parseHttpDate(value);
  return date === undefined ? undefined : Math.max(0, date - now);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const HTTP_DATE = /^[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/;

/** "Sun, 06 Nov 1994 08:49:37 GMT" as milliseconds since 1970. */
function parseHttpDate(text: string): number | undefined {
  const match = HTTP_DATE.exec(text);
  const month = match === null ? -1 : MONTHS.indexOf(match[2]!);
  if (match === null || month < 0) return undefined;
  const [day, year, hour, minute, second] = [match[1], match[3], match[4], match[5], match[6]].map(Number);
  return (daysSinceEpoch(year!, month + 1, day!) * 86_400 + hour! * 3600 + minute! * 60 + second!) * 1000;
}

/** Days from 1970-01-01 in the Gregorian calendar; years begin in March here, so that the leap day is their last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const days = y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear;
  return days - 719_468;
}

/** One line of printable text. */
function quoted(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, MAX_QUOTE));
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}

import { HttpError } from "./errors.ts";
import { hideLogin } from "./url.ts";

/** Go's client gives up after as many. */
export const MAX_REDIRECTS = 10;

/** Where an answer sends the client. */
export interface Redirect {
  readonly url: URL;
  readonly method: string;
  readonly keepsBody: boolean;
  /** The new URL is of another origin: scheme, host and port are compared, so a downgrade to http counts. */
  readonly crossOrigin: boolean;
}

/** Where an answer sends the client, as Go's client reads it; undefined when it is no redirect. Throws `HttpError`. */
export function redirectOf(
  from: URL,
  method: string,
  status: number,
  location: string | undefined,
): Redirect | undefined {
  const rewrites = status === 301 || status === 302 || status === 303;
  if (!(rewrites || status === 307 || status === 308) || location === undefined || location === "") return undefined;
  const url = URL.parse(location, from.href);
  if (url === null) throw new HttpError("redirect", `cannot follow redirect to "${hideLogin(location)}": not a URL`);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new HttpError("redirect", `cannot follow redirect to "${hideLogin(location)}": unsupported scheme`);
  }
  return {
    url,
    method: rewrites && method !== "GET" && method !== "HEAD" ? "GET" : method,
    keepsBody: !rewrites,
    crossOrigin: url.origin !== from.origin,
  };
}

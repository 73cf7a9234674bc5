import { HttpError } from "./errors.ts";

/** The host of a URL, an IPv6 address without its brackets. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "");

/** The port of a URL, or the usual one of its protocol. */
export function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  if (protocol === "https:") return 443;
  return protocol.startsWith("socks5") ? 1080 : 80;
}

/** The user and password of a URL, decoded; undefined when it has neither. Throws `HttpError` (code "request") on bad escapes. */
export function loginOf({ username, password }: URL): { readonly user: string; readonly password: string } | undefined {
  if (username === "" && password === "") return undefined;
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    // Without the cause and the text: both would show the credentials.
    throw new HttpError("request", "cannot read the user and password of a URL: bad escape");
  }
}

/** A URL, or something meant as one, without the user and password in it: as a message may show it. */
export function hideLogin(url: string): string {
  const parsed = URL.parse(url);
  // Without a host the scheme may be a user: "me:secret@host".
  if (parsed !== null && parsed.host !== "" && parsed.username === "" && parsed.password === "") return url;
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1[REDACTED]@");
}

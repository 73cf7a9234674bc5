import { HttpError } from "./errors.ts";
import { loginOf } from "./url.ts";

/** What a header's name is made of (RFC 9110 5.6.2). */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Text without control characters but HTAB: what may stand in a header line (RFC 9110 5.5). */
export const PRINTABLE = /^[\t\x20-\x7e\x80-\uffff]*$/;

/** The bytes of a request's head, last empty line included. Does not look at the headers: see `checkHeaders`. */
export function headBytes(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  bodyLength?: number,
): Uint8Array {
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (const name of Object.keys(headers)) text += `${name}: ${headers[name]}\r\n`;
  if (bodyLength !== undefined) text += `Content-Length: ${bodyLength}\r\n`;
  return Buffer.from(`${text}\r\n`);
}

/** Throws `HttpError` (code "request") on a name or value that could end its line. The message never shows the value. */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) throw new HttpError("request", `cannot send header "${name}": not a header name`);
    if (!PRINTABLE.test(value))
      throw new HttpError("request", `cannot send header "${name}": control character in its value`);
  }
}

/** Sets a header whatever the case of its name; later ones win. */
export function mergeHeaders(
  ...lists: readonly (Readonly<Record<string, string>> | undefined)[]
): Record<string, string> {
  const names = new Map<string, string>();
  const merged: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const list of lists) {
    for (const [name, value] of Object.entries(list ?? {})) {
      const lower = name.toLowerCase();
      const before = names.get(lower);
      if (before !== undefined) delete merged[before];
      names.set(lower, name);
      merged[name] = value;
    }
  }
  return merged;
}

/** The value of a header whatever the case of its name. */
export function findHeader(headers: Readonly<Record<string, string>>, lower: string): string | undefined {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === lower);
  return name === undefined ? undefined : headers[name];
}

/** The Authorization value for a URL's user and password, if it has them. Throws `HttpError` on bad escapes in them. */
export function basicCredentials(url: URL): string | undefined {
  const login = loginOf(url);
  return login && basic(login.user, login.password);
}

/** The Authorization value of RFC 7617. */
export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** Which message requests are, and how what waits in the queue says it. */

import type { WriteVersion } from "@sluice/lib-prometheus";

export type { WriteVersion };

/** Begins the keys of items in remote write 2.0: items of two versions never share a request. */
const mark = "2.0 ";

/** The key of an item whose request has these headers, as `keyOf` gives them. */
export function versionedKey(version: WriteVersion, headers: string): string {
  return version === "2.0" ? mark + headers : headers;
}

/** What the key of an item says: its version, and the headers as `headersOf` takes them. */
export function readKey(key: string): { readonly version: WriteVersion; readonly headers: string } {
  return key.startsWith(mark) ? { version: "2.0", headers: key.slice(mark.length) } : { version: "1.0", headers: key };
}

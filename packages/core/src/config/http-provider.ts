import type { Env } from "@sluice/component";
import { createHttpClient, environmentProxy, HttpError } from "@sluice/lib-http";
import { hideUrls } from "./hide-urls.ts";
import { httpTimeoutMs, maxDocumentBytes } from "./limits.ts";
import { decodeText, largerThanAllowed, type Retrieved, reason } from "./providers.ts";

/**
 * Gets a document with GET, over HTTPS with the system's roots. Only status 200 is taken. A user and password in the URL are sent
 * as basic authentication to its origin, and to no other that redirects lead to.
 */
export async function fromUrl(url: string, env: Env): Promise<Retrieved> {
  const source = hideUrls(url);
  const fail = (message: string): Retrieved => ({
    kind: "error",
    message: `cannot get "${source}": ${hideUrls(message)}`,
  });
  if (!/^https?:\/\/[^/]/i.test(url)) return fail(`expected a URL like "https://host/config.yaml"`);
  try {
    const client = createHttpClient({ env, proxy: environmentProxy(env.process.env), keepAlive: false });
    try {
      // The client refuses a body of the limit's very size.
      const limits = { timeoutMs: httpTimeoutMs, maxBodyBytes: maxDocumentBytes + 1 };
      const { status, statusText, body } = await client.request({ url, ...limits });
      if (status !== 200) return fail(`found status ${status} ${statusText}`.trimEnd().concat(", expected 200"));
      return { kind: "text", text: decodeText(body), source };
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof HttpError && error.code === "timeout")
      return fail(`no answer within ${httpTimeoutMs / 1000} s`);
    if (error instanceof HttpError && error.code === "body_limit") return fail(largerThanAllowed);
    return fail(reason(error));
  }
}

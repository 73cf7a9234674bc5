import type { Env } from "@sluice/component";
import { createHttpClient, environmentProxy, hideLogin } from "@sluice/lib-http";

/** Gets texts over HTTP. */
export interface TextClient {
  /** The body of a 2xx answer. Rejects with `RequestError`. */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<string>;
  close(): void;
}
/** An address gave no usable answer. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  /** Whether it may be otherwise in a moment: nobody listens yet, too many requests, a fault of the server. */
  readonly mayPass: boolean;
  constructor(message: string, mayPass: boolean, options?: ErrorOptions) {
    super(message, options);
    this.mayPass = mayPass;
  }
}

const TIMEOUT_MS = 30_000;

/** A client that trusts `ca` (PEM) beside the system's roots; the headers named never follow a redirect to another origin. */
export function createTextClient(env: Env, ca: string | undefined, secretHeaders: readonly string[]): TextClient {
  const client = createHttpClient({
    env,
    secretHeaders,
    proxy: environmentProxy(env.process.env),
    ...(ca !== undefined && { tls: () => ({ ca: [ca], systemCa: true }) }),
  });
  const decoder = new TextDecoder();
  return {
    async get(url, headers = {}) {
      const shown = hideLogin(url);
      const answer = await client.request({ url, headers, timeoutMs: TIMEOUT_MS }).catch((cause: unknown) => {
        throw new RequestError(`cannot get "${shown}"`, true, { cause });
      });
      const text = decoder.decode(answer.body);
      if (answer.status >= 200 && answer.status < 300) return text;
      const said = text.trim().slice(0, 300);
      const mayPass = answer.status >= 500 || answer.status === 429;
      throw new RequestError(
        `cannot get "${shown}": ${answer.status} ${answer.statusText}${said && `: ${said}`}`,
        mayPass,
      );
    },
    close: () => client.close(),
  };
}

import type { Env, HttpListener, HttpRequest, HttpResponse, Update } from "@sluice/component";
import type { PrometheusReader } from "./config.ts";
import { type PageStyle, renderPage } from "./page.ts";
import type { Reading } from "./registry.ts";

const limits = { maxBodyBytes: 0, readTimeoutMs: 10_000, idleTimeoutMs: 120_000 };

/** One page to serve. */
export interface PageSpec {
  readonly reader: PrometheusReader;
  readonly style: PageStyle;
}
interface Page {
  readonly where: string;
  readonly listener: HttpListener;
  /** Read at each request. */
  readonly shown: { style: PageStyle };
}

/** The own metrics pages. */
export interface Pages {
  /** As "host:port". */
  addresses(): readonly string[];
  /** Opens the pages that are not open yet; `apply` closes those that are not wanted any more. One at the same address stays open. */
  prepare(specs: readonly PageSpec[]): Promise<Omit<Update, "changes">>;
  /** Closes all. Safe twice. */
  close(): Promise<void>;
}

/** Serves what `read` gives at each request; opens nothing yet. */
export function createPages(env: Env, read: () => Promise<readonly Reading[]>): Pages {
  const state = { pages: [] as readonly Page[], closing: [] as Promise<void>[] };

  async function open({ reader, style }: PageSpec): Promise<Page> {
    const { host, port } = reader;
    const where = addressOf(reader);
    const shown = { style };
    try {
      // As in Go, localhost is 127.0.0.1 whatever the resolver prefers.
      const address = { host: host === "localhost" ? "127.0.0.1" : host, port };
      const listener = await env.net.serveHttp({ address, ...limits }, (request) => answer(request, read, shown.style));
      return { where, listener, shown };
    } catch (error) {
      throw new Error(`cannot open metrics page at "${where}" (to change: service::telemetry::metrics::readers)`, {
        cause: error,
      });
    }
  }

  return {
    addresses: () => state.pages.map(({ listener }) => listener.address),
    async prepare(specs) {
      const left = [...state.pages];
      const opened: Page[] = [];
      const wanted: { readonly page: Page; readonly style: PageStyle }[] = [];
      const discard = (): Promise<unknown> => Promise.all(opened.map(({ listener }) => listener.close()));
      for (const spec of specs) {
        const at = left.findIndex(({ where }) => where === addressOf(spec.reader));
        const [kept] = at < 0 ? [] : left.splice(at, 1);
        try {
          const page = kept ?? (await open(spec));
          if (kept === undefined) opened.push(page);
          wanted.push({ page, style: spec.style });
        } catch (error) {
          await discard();
          throw error;
        }
      }
      return {
        apply() {
          state.pages = wanted.map(({ page }) => page);
          for (const { page, style } of wanted) page.shown.style = style;
          state.closing.push(...left.map(({ listener }) => listener.close()));
        },
        discard: async () => void (await discard()),
      };
    },
    async close() {
      const { pages } = state;
      state.pages = [];
      await Promise.all([...state.closing.splice(0), ...pages.map(({ listener }) => listener.close())]);
    },
  };
}

function addressOf({ host, port }: PrometheusReader): string {
  return `${host}:${port}`;
}

async function answer(
  { method, target }: HttpRequest,
  read: () => Promise<readonly Reading[]>,
  style: PageStyle,
): Promise<HttpResponse> {
  if (target.split("?", 1)[0] !== "/metrics") return { status: 404 };
  if (method !== "GET" && method !== "HEAD") return { status: 405, headers: { allow: "GET, HEAD" } };
  return {
    status: 200,
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    body: renderPage(await read(), style),
  };
}

/** A web server whose pages a test changes as it goes. */
import { createServer } from "node:http";
import { listen } from "@sluice/testkit";

export interface Page {
  readonly body: string | (() => string);
  readonly type?: string;
  readonly status?: number;
}
export interface Targets {
  /** "host:port". */
  readonly address: string;
  /** Served at `/name` from now on; undefined = connections to it are cut. */
  set(name: string, page: Page | undefined): void;
  /** Requests for `/name` so far. */
  count(name: string): number;
}

export const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

export async function startTargets(): Promise<Targets> {
  const pages = new Map<string, Page | undefined>();
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const page = pages.get(name);
    if (page === undefined) {
      request.socket.destroy();
      return;
    }
    const body = typeof page.body === "function" ? page.body() : page.body;
    response.writeHead(page.status ?? 200, { "content-type": page.type ?? "text/plain; version=0.0.4" });
    response.end(body);
  });
  const port = await listen(server);
  return {
    address: `127.0.0.1:${port}`,
    set: (name, page) => void pages.set(name, page),
    count: (name) => counts.get(name) ?? 0,
  };
}

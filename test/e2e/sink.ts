/** A backend that takes every remote-write request and remembers the latest sample of each series. */
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { decodeWriteRequest, snappyDecompress } from "@sluice/lib-prometheus";
import { listen } from "@sluice/testkit";

export interface Sink {
  /** "host:port". */
  readonly address: string;
  /** Labels and latest value of the series with this name, stale ones left out. */
  series(name: string): { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
  /** Headers of the latest request. */
  readonly headers: NodeJS.Dict<string | string[]>;
}

const maxBytes = 64 * 1024 * 1024;

/** Requests of more bytes than `readsUpTo` are taken and not looked at. */
export async function startSink(readsUpTo = maxBytes): Promise<Sink> {
  const latest = new Map<string, { labels: Readonly<Record<string, string>>; value: number; stale: boolean }>();
  const state = { headers: {} as NodeJS.Dict<string | string[]> };
  const server = createServer((request, response) => {
    state.headers = request.headers;
    buffer(request).then(
      (body) => {
        const read = body.length > readsUpTo ? [] : decodeWriteRequest(snappyDecompress(body, maxBytes)).timeseries;
        for (const { labels: pairs, samples } of read) {
          const labels = Object.fromEntries(pairs);
          for (const { value, stale } of samples) latest.set(JSON.stringify(labels), { labels, value, stale });
        }
        response.writeHead(204).end();
      },
      () => response.destroy(),
    );
  });
  const port = await listen(server);
  return {
    address: `127.0.0.1:${port}`,
    series: (name) => [...latest.values()].filter(({ labels, stale }) => labels.__name__ === name && !stale),
    get headers() {
      return state.headers;
    },
  };
}

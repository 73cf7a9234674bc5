import type { Context } from "@sluice/component";
import { createPrometheusHttpClient, type HttpClient, prometheusHttpClientProperties } from "@sluice/lib-http";
import type { Job } from "./job.ts";
import { acceptHeader } from "./protocol.ts";
import { isSameValue } from "./same-value.ts";

/** The HTTP clients of a job: one for the network, and one for each Unix socket that its targets name. */
export interface Clients {
  of(socketPath: string | undefined): HttpClient;
  close(): void;
}

/** Makes the clients that a job's keys describe. Opens nothing; throws on a bad proxy URL. */
export function createClients(job: Job, context: Context): Clients {
  const { build } = context;
  const clients = new Map<string | undefined, HttpClient>();
  const create = (socketPath?: string): HttpClient =>
    createPrometheusHttpClient(
      job.own,
      { ...context, baseDirectory: job.baseDirectory },
      {
        headers: { "User-Agent": `${build.command}/${build.version}`, Accept: acceptOf(job) },
        acceptEncoding: job.own.enable_compression ? "gzip" : "identity",
        ...(socketPath !== undefined && { socketPath }),
      },
    );
  clients.set(undefined, create());
  return {
    of(socketPath) {
      const known = clients.get(socketPath);
      if (known !== undefined) return known;
      const made = create(socketPath);
      clients.set(socketPath, made);
      return made;
    },
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}

/** Whether the clients of one job serve the other as well, kept connections included. */
export function isSameTransport(a: Job, b: Job): boolean {
  return isSameValue(settingsOf(a), settingsOf(b));
}
function settingsOf(job: Job): unknown {
  const keys = Object.keys(prometheusHttpClientProperties) as (keyof typeof prometheusHttpClientProperties)[];
  return [job.baseDirectory, acceptOf(job), job.own.enable_compression, keys.map((key) => job.own[key])];
}
function acceptOf({ protocols, escapingScheme }: Job): string {
  return acceptHeader(protocols, escapingScheme);
}

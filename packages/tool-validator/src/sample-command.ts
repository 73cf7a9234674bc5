import { type Command, UsageError } from "@sluice/core";
import type { PageFormat } from "./families.ts";
import { createSampleApp } from "./sample-app.ts";

/** A page may be large, but not without end. */
const MAX_LOAD = 10_000;

/** Serves the sample application until it is told to stop. */
export const sampleApp: Command = {
  name: "sample-app",
  summary: "Serve metrics of every type, and what a backend must hold of them",
  usage: "[--listen <host:port>] [--load <number>] [--format auto|text|openmetrics|protobuf]",
  details: `/metrics shows another page at each scrape: counters, gauges, histograms, summaries, in OpenMetrics also info, stateset and gaugehistogram, in protobuf native histograms; some series come and go. /expected_metrics says what a backend must hold of the latest scrapes; "verify" compares.`,
  flags: [
    {
      name: "listen",
      value: "<host:port>",
      summary: "Where to listen; port 0 is any free one. Default: 127.0.0.1:8080.",
    },
    { name: "load", value: "<number>", summary: `How many times to show each series, 1 to ${MAX_LOAD}. Default: 1.` },
    {
      name: "format",
      value: "<format>",
      choices: ["auto", "text", "openmetrics", "protobuf"],
      summary: "The format of the pages; auto is what the scraper accepts.",
    },
  ],
  examples: ["sample-app", "sample-app --listen 0.0.0.0:8080 --load 100"],

  async run({ env, print, onStopSignal }, args) {
    const address = parseAddress(args.last("listen") ?? "127.0.0.1:8080");
    const copies = parseLoad(args.last("load") ?? "1");
    const format = args.last("format") as PageFormat | "auto";
    const stopped = Promise.withResolvers<void>();
    const stopListening = onStopSignal(() => stopped.resolve());
    try {
      const handler = createSampleApp({ clock: env.clock, copies, format });
      const listener = await env.net.serveHttp({ address, maxBodyBytes: 0 }, handler).catch((cause: unknown) => {
        throw new Error(`cannot listen on "${address.host}:${address.port}"`, { cause });
      });
      print(`metrics   http://${listener.address}/metrics\nexpected  http://${listener.address}/expected_metrics\n`);
      await stopped.promise;
      await listener.close();
      return 0;
    } finally {
      stopListening();
    }
  },
};

function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host = "", port = ""] = /^(\[[0-9a-f:.]+\]|[^:]*):(\d{1,5})$/i.exec(text) ?? [];
  if (port === "" || Number(port) > 65_535) {
    throw new UsageError(`--listen: found "${text}", expected a host and a port, such as 127.0.0.1:8080`);
  }
  return { host: host === "" ? "0.0.0.0" : host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

function parseLoad(text: string): number {
  const load = Number(text);
  if (!Number.isInteger(load) || load < 1 || load > MAX_LOAD) {
    throw new UsageError(`--load: found "${text}", expected a number from 1 to ${MAX_LOAD}`);
  }
  return load;
}

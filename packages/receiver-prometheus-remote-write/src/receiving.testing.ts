/** A receiver in a simulated world, and a client that writes to it. */

import type { BatchOf } from "@sluice/data";
import { createHttpClient, type HttpAnswer } from "@sluice/lib-http";
import { configOf, createContext, createSimulation, createSink, type Simulation } from "@sluice/testkit";
import type { Config } from "./config.ts";
import definition from "./index.ts";
import { compressed, encode1, encode2, type MetadataSpec, type SeriesSpec } from "./messages.testing.ts";
import { type Written, writtenOf } from "./written.testing.ts";

export const URL_PATH = "http://localhost:9090/api/v1/write";
export const TYPE_1 = "application/x-protobuf";
export const TYPE_2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";

/** Starts a receiver with this configuration. */
export async function startReceiver(yaml = "{}", simulation: Simulation = createSimulation()) {
  const sink = createSink();
  const context = createContext({ kind: "receiver", id: "prometheus_remote_write", simulation });
  const config = (await configOf(definition, yaml)) as Config;
  const receiver = definition.create(config, context, sink.consume);
  const { run } = simulation;
  await run(Promise.resolve(receiver.start?.()));
  const client = createHttpClient({ env: simulation.env });
  /** POSTs a body as it is. */
  const post = (
    body: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
    url = URL_PATH,
  ): Promise<HttpAnswer> =>
    client.request({
      url,
      method: "POST",
      headers: { "content-type": TYPE_1, "content-encoding": "snappy", ...headers },
      body,
    });
  const send = (body: Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
    run(post(compressed(body), headers));
  return {
    simulation,
    sink,
    context,
    client,
    post,
    send,
    receiver,
    write1: (series: readonly SeriesSpec[], metadata?: readonly MetadataSpec[]) => send(encode1(series, metadata)),
    write2: (series: readonly SeriesSpec[]) => send(encode2(series), { "content-type": TYPE_2 }),
    written: (): Written => writtenOf(batchesOf(sink)),
    end: async (): Promise<void> => {
      client.close();
      await run(Promise.resolve(receiver.shutdown?.()));
    },
  };
}

/** What a sink took, which is metrics only. */
export const batchesOf = ({ batches }: { readonly batches: readonly object[] }) =>
  batches as readonly BatchOf<"metrics">[];
export const textOf = ({ body }: { readonly body: Uint8Array }): string => Buffer.from(body).toString();

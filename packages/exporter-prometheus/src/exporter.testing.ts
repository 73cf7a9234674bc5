import type { BatchOf } from "@sluice/data";
import { createHttpClient } from "@sluice/lib-http";
import { type BatchOptions, configOf, createContext, metricsBatch, type PointSpec } from "@sluice/testkit";
import type { Config } from "./config.ts";
import exporter from "./index.ts";

export const resource = { "service.name": "app", "service.instance.id": "i-1" };
export const openMetrics = "application/openmetrics-text;version=1.0.0";
export const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

const readConfig = (yaml: string): Promise<Config> => configOf<Config>(exporter, `endpoint: localhost:8889\n${yaml}`);

/** A running exporter in a simulation: `send` hands points over, `page` asks for the page as a client that accepts this. */
export async function setUp(yaml = "") {
  const ctx = createContext({ kind: "exporter", id: "prometheus", signals: ["metrics"] });
  const sim = ctx.simulation;
  const instance = exporter.create(await readConfig(yaml), ctx);
  await sim.run(Promise.resolve(instance.start?.()));
  const client = createHttpClient({ env: sim.env });
  const ask = (path = "/metrics", headers: Record<string, string> = {}, method = "GET") =>
    sim.run(client.request({ url: `http://localhost:8889${path}`, headers, method }));
  const bytes = async (accept?: string) => (await ask("/metrics", accept === undefined ? {} : { accept })).body;
  const page = async (accept?: string) => new TextDecoder().decode(await bytes(accept));
  const consume = (batch: BatchOf<"metrics">) => instance.consume(batch);
  const send = (points: PointSpec[], options: BatchOptions = {}) =>
    consume(metricsBatch(points, { resource, ...options }));
  const value = (name: string, labels?: Record<string, string>) => ctx.meter.value(name, labels);
  /** Accepted, delivered and dropped samples; balanced. */
  const account = () => {
    const [accepted, delivered, dropped] = ["accepted", "delivered", "dropped"].map((column) =>
      value(`sluice_exporter_${column}_items`),
    );
    if (accepted !== delivered! + dropped!) throw new Error(`${accepted} != ${delivered} + ${dropped}`);
    return { accepted, delivered, dropped };
  };
  const dropped = (reason: string) => value("sluice_exporter_dropped_items", { reason });
  const update = async (next: string) => {
    const made = await sim.run(instance.update!(await readConfig(next)));
    made.apply();
    return made.changes;
  };
  return { ctx, sim, instance, ask, bytes, page, consume, send, value, account, dropped, update };
}

/** The page that these points make. */
export async function pageOf(
  points: PointSpec[],
  yaml = "",
  accept?: string,
  options: BatchOptions = {},
): Promise<string> {
  const { send, page } = await setUp(yaml);
  await send(points, options);
  return page(accept);
}

import { createCollector, createFeatureGates } from "@sluice/core";
import remoteWrite from "@sluice/exporter-prometheus-remote-write";
import prometheus from "@sluice/receiver-prometheus";
import { createSimulation, type Simulation } from "@sluice/testkit";
import { type Case, configOf, scrapes } from "./case.ts";
import { createRecord, linesOf, type Recorded, scrape, take } from "./record.ts";

/** The version that scope labels tell is the compared collector's. */
const build = { command: "otelcol", description: "Under test", version: "0.164.0" };
const maxBodyBytes = 1 << 26;

/** Runs our collector in a world in memory. */
export async function run(one: Case): Promise<string[]> {
  const simulation = createSimulation();
  const record = createRecord();
  await serve(simulation, one, record);
  const { receiver, exporter } = configOf(one, "http://sink:80/", {});
  const pipelines = { metrics: { receivers: ["prometheus"], exporters: ["prometheusremotewrite"] } };
  const telemetry = { metrics: { level: "none" } };
  const config = {
    receivers: { prometheus: receiver },
    exporters: { prometheusremotewrite: exporter },
    service: { telemetry, pipelines },
  };
  const featureGates = createFeatureGates();
  featureGates.applyFlag(one.gates ?? "");
  const collector = createCollector({
    build,
    definitions: [prometheus, remoteWrite],
    env: simulation.env,
    featureGates,
    yaml: JSON.stringify(config),
  });
  const through = async (work: Promise<void>): Promise<void> => {
    const state = { isDone: false };
    const done = (): void => {
      state.isDone = true;
    };
    work.then(done, done);
    while (!state.isDone) {
      await new Promise(setImmediate);
      await simulation.advance(1);
    }
    await work;
  };
  await through(collector.start());
  await simulation.advance(1000 * (scrapes + 2));
  await through(collector.stop());
  return linesOf(record);
}

async function serve({ network }: Simulation, one: Case, record: Recorded): Promise<void> {
  await network.serveHttp({ address: { host: "sink", port: 80 }, maxBodyBytes }, async (request) =>
    take(record, await request.body(), request.headers),
  );
  for (const target of Object.keys(one.targets)) {
    const [host = "", port] = target.split(":");
    await network.serveHttp({ address: { host, port: Number(port) }, maxBodyBytes }, ({ target: path, headers }) =>
      scrape(one, record, target, path, headers),
    );
  }
}

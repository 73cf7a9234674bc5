import { PermanentError } from "@sluice/component";
import { logsBatch, metricsBatch, tracesBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createWorld, get } from "./world.testing.ts";

const yaml = `
receivers: { in: , in/traces: }
processors: { step: }
exporters: { out: , out/b: }
connectors: { join/a: , join/b: , join/c: }
service:
  telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { port: 9001 } } } }] } }
  pipelines:
    metrics/first: { receivers: [in], exporters: [join/a] }
    metrics/second: { receivers: [join/a], processors: [step], exporters: [join/b, out] }
    metrics/third: { receivers: [join/b], exporters: [out] }
    metrics/side: { receivers: [join/a], exporters: [out/b] }
    traces/first: { receivers: [in/traces], exporters: [join/a] }
    traces/second: { receivers: [join/a], exporters: [out] }
    logs/first: { receivers: [in], exporters: [join/c] }
    metrics/counted: { receivers: [join/c], exporters: [out] }
`;
const batch = metricsBatch([
  { name: "a", value: 1 },
  { name: "b", value: 2 },
]);

async function start() {
  const world = createWorld();
  const collector = world.collector(yaml);
  await world.simulation.run(collector.start());
  return { world, collector };
}

test("a connector is one instance for all its pipelines, starts after what it feeds, and shuts down before", async () => {
  const { world, collector } = await start();
  const order = (verb: string) =>
    world.journal.filter((line) => line.startsWith(`${verb} `)).map((line) => line.replace(/^\w+ \w+ /, ""));
  expect(order("start")).toEqual(["out", "out/b", "join/b", "join/c", "step", "join/a", "in", "in/traces"]);
  await world.simulation.run(collector.stop());
  expect(order("shutdown")).toEqual(["in", "in/traces", "join/a", "step", "join/c", "join/b", "out", "out/b"]);
  expect(world.contexts.get("connector join/a")?.signals).toEqual(new Set(["metrics", "traces"]));
});

test("a connector hands on to every pipeline of a signal, or to one of them", async () => {
  const { world } = await start();
  await world.next.get("in")?.(batch);
  expect(world.taken.map(({ exporter }) => exporter).toSorted()).toEqual(["out", "out", "out/b"]);
  world.taken.length = 0;
  await world.next.get("in/traces")?.(tracesBatch([{}]));
  expect(world.taken.map(({ exporter }) => exporter)).toEqual(["out"]);
  const outputs = world.outputs.get("join/a")!;
  expect([...outputs.pipelines].map(([id, { signal }]) => [id, signal])).toEqual([
    ["metrics/second", "metrics"],
    ["metrics/side", "metrics"],
    ["traces/second", "traces"],
  ]);
  expect(outputs.to("logs")).toBeUndefined();
  world.taken.length = 0;
  await outputs.pipelines.get("metrics/side")?.consume(batch);
  expect(world.taken.map(({ exporter }) => exporter)).toEqual(["out/b"]);
});

test("a connector may lead to another signal", async () => {
  const { world } = await start();
  const outputs = world.outputs.get("join/c")!;
  expect([...outputs.pipelines.keys()]).toEqual(["metrics/counted"]);
  await outputs.to("metrics")?.(batch);
  expect(world.taken).toEqual([{ exporter: "out", batch }]);
});

test("what a connector takes and gives is counted by how it went", async () => {
  const { world } = await start();
  const { simulation, faults, next } = world;
  const send = () => simulation.run(next.get("in")!(batch));
  await send();
  faults.set("consume exporter out/b metrics", new PermanentError("no"));
  await expect(send()).rejects.toThrow(PermanentError);
  faults.clear();
  faults.set("consume connector join/a metrics", new Error("broken"));
  await expect(send()).rejects.toThrow("broken");
  faults.set("consume connector join/c logs", new Error("broken"));
  await expect(simulation.run(next.get("in")!(logsBatch([{}])))).rejects.toThrow("broken");
  const page = await simulation.run(get(simulation.env, 9001, "/metrics"));
  const counts = [...page.matchAll(/^otelcol_connector_(\w+)_items\{(.*)\} (\d+)$/gm)].map(
    ([, what, labels = "", count]) => {
      const { connector, otel_signal, otelcol_component_outcome } = Object.fromEntries(
        [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
      );
      return `${connector} ${what} ${otel_signal} ${otelcol_component_outcome} ${count}`;
    },
  );
  expect(counts.toSorted()).toEqual([
    "join/a consumed metrics failure 2",
    "join/a consumed metrics refused 2",
    "join/a consumed metrics success 2",
    "join/a produced metrics refused 2",
    "join/a produced metrics success 6",
    "join/b consumed metrics success 4",
    "join/b produced metrics success 4",
    "join/c consumed logs failure 1",
  ]);
});

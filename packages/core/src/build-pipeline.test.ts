import { PermanentError } from "@sluice/component";
import { logsBatch, metricsBatch, tracesBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createWorld, get } from "./world.testing.ts";

const yaml = `
receivers: { in/all: , in/logs: }
processors: { step: }
exporters: { out/shared: , out/metrics: }
service:
  telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { port: 9001 } } } }] } }
  pipelines:
    metrics/a: { receivers: [in/all], processors: [step], exporters: [out/shared, out/metrics] }
    metrics/b: { receivers: [in/all], exporters: [out/shared] }
    traces: { receivers: [in/all], exporters: [out/shared] }
    logs: { receivers: [in/all, in/logs], processors: [step], exporters: [out/shared] }
`;

async function start() {
  const world = createWorld();
  const collector = world.collector(yaml);
  await world.simulation.run(collector.start());
  const created = world.journal.filter((line) => line.startsWith("create"));
  world.journal.length = 0;
  /** Sends through a receiver and gives what happened. */
  const send = async (id: string, batch: Parameters<NonNullable<ReturnType<typeof world.next.get>>>[0]) => {
    world.journal.length = 0;
    await world.next.get(id)?.(batch);
    return [...world.journal];
  };
  const counts = async () => {
    const page = await world.simulation.run(get(world.simulation.env, 9001, "/metrics"));
    const lines = page.split("\n").filter((line) => /^otelcol_(receiver|processor)/.test(line));
    return lines.map((line) => line.replace(/,service_[a-z_]+="[^"]*"/g, "").replace("otelcol_", "")).sort();
  };
  return { world, collector, created, send, counts };
}
const metrics = metricsBatch([
  { name: "a", value: 1 },
  { name: "h", kind: "histogram", histogram: { bounds: [1], counts: [1, 2], sum: 3 } },
]);

test("receivers and exporters are shared by id, processors are one a pipeline", async () => {
  const { created, world } = await start();
  expect(created.sort()).toEqual([
    "create exporter out/metrics",
    "create exporter out/shared",
    "create processor step",
    "create processor step",
    "create receiver in/all",
    "create receiver in/logs",
  ]);
  expect(world.contexts.get("receiver in/all")?.signals).toEqual(new Set(["metrics", "traces", "logs"]));
  expect(world.contexts.get("receiver in/logs")?.signals).toEqual(new Set(["logs"]));
  expect(world.contexts.get("exporter out/metrics")?.signals).toEqual(new Set(["metrics"]));
});

test("a batch goes to all pipelines of its signal", async () => {
  const { send } = await start();
  const sent = await send("in/all", metrics);
  expect(sent.toSorted()).toEqual([
    "consume exporter out/metrics metrics",
    "consume exporter out/shared metrics",
    "consume exporter out/shared metrics",
    "consume processor step metrics",
  ]);
  expect(await send("in/all", tracesBatch([{}]))).toEqual(["consume exporter out/shared traces"]);
  expect(await send("in/logs", logsBatch([{}]))).toEqual([
    "consume processor step logs",
    "consume exporter out/shared logs",
  ]);
});

test("every hop is counted, refusals too", async () => {
  const { world, send, counts } = await start();
  await send("in/all", metrics);
  world.faults.set("consume exporter out/metrics metrics", new PermanentError("no"));
  await expect(send("in/all", metrics)).rejects.toThrow(PermanentError);
  world.faults.set("consume processor step logs", new Error("not now"));
  await expect(send("in/logs", logsBatch([{}, {}]))).rejects.toThrow("not now");
  await send("in/all", tracesBatch([{}, {}, {}]));
  expect(await counts()).toEqual([
    'processor_incoming_items{otel_signal="logs",processor="step"} 2',
    'processor_incoming_items{otel_signal="metrics",processor="step"} 4',
    'processor_outgoing_items{otel_signal="logs",processor="step"} 0',
    'processor_outgoing_items{otel_signal="metrics",processor="step"} 4',
    'receiver_accepted_log_records{receiver="in/all"} 0',
    'receiver_accepted_log_records{receiver="in/logs"} 0',
    'receiver_accepted_metric_points{receiver="in/all"} 2',
    'receiver_accepted_spans{receiver="in/all"} 3',
    'receiver_refused_log_records{receiver="in/all"} 0',
    'receiver_refused_log_records{receiver="in/logs"} 2',
    'receiver_refused_metric_points{receiver="in/all"} 2',
    'receiver_refused_spans{receiver="in/all"} 0',
  ]);
});

/** Exemplars whose sample is in another batch: senders of remote write cut requests anywhere. */
import { ABSENT, batchOf, type Exemplar, type MetricsPart } from "@sluice/data";
import { metricsBatch, type PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import { setUp } from "./exporter.testing.ts";

const version2 = "protobuf_message: io.prometheus.write.v2.Request";
const exemplar: Exemplar = {
  slot: 0,
  value: 5,
  int: undefined,
  ms: 1_767_225_600_001,
  ns: 0,
  traceId: undefined,
  spanId: undefined,
  attributes: [{ key: "trace_id", value: "x" }],
};
const c: PointSpec = { name: "c", kind: "sum", value: 3 };
const plain = "target_info: { enabled: false }\nadd_metric_suffixes: false";

async function check(yaml: string, points: readonly PointSpec[], expected: readonly string[], counted = 0) {
  const { ctx, sim, consume, instance, requests, value } = await setUp(`${plain}\n${yaml}`);
  const part = metricsBatch([...points]).parts[0] as MetricsPart;
  const states = new Uint8Array(part.slots.length);
  states[0] = ABSENT;
  await consume(batchOf("metrics", [{ ...part, states, exemplars: new Map([[0, [exemplar]]]) }]));
  await sim.run(instance.shutdown!());
  const shown = requests.flatMap(({ timeseries }) =>
    timeseries.map(({ labels, samples, exemplars }) => {
      const name = labels.find((label) => label.name === "__name__")?.value;
      return `${name} ${samples.length} samples, ${exemplars.map((each) => Number(each.timestamp) - exemplar.ms).join()}`;
    }),
  );
  expect(shown).toEqual(expected);
  const sent = points.length - 1;
  expect([value("accepted"), value("delivered"), value("rejected"), value("dropped")]).toEqual([sent, sent, 0, 0]);
  expect(ctx.meter.value("sluice_exporter_dropped_exemplars")).toBe(counted);
}

test("1.0 sends them without a sample", async () => {
  await check("", [c], ["c 0 samples, 0"]);
  await check("", [c, { ...c, name: "d" }], ["c 0 samples, 0", "d 1 samples, "]);
  // Two points that are one series.
  await check("", [c, { ...c, attributes: { a: "" } }], ["c 0 samples, 0", "c 1 samples, "]);
});

test("2.0, which has no place for them, counts them", async () => {
  await check(version2, [c], [], 1);
  await check(version2, [c, { ...c, name: "d" }], ["d 1 samples, "], 1);
});

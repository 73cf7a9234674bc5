/** The metrics that upstream's exporter has of itself, under its names. */
import type { PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import { type Answer, gauge, setUp } from "./exporter.testing.ts";

const delta: PointSpec = { name: "d", histogram: { bounds: [1], counts: [1, 2], sum: 3 }, temporality: "delta" };

async function check(yaml: string, answers: Answer[], expected: Readonly<Record<string, number>>): Promise<void> {
  const { ctx, sim, send, instance } = await setUp(`target_info: { enabled: false }\n${yaml}`, answers);
  await send([gauge, delta, { ...gauge, name: "n" }]);
  await sim.run(instance.shutdown!());
  const found = Object.keys(expected).map((name) => [
    name,
    ctx.meter.value(`otelcol_exporter_prometheusremotewrite_${name}`),
  ]);
  expect(Object.fromEntries(found)).toEqual(expected);
}

test("samples translated, points that were not, requests answered, requests at once", async () => {
  // A histogram that is refused is one point; a request that is tried again is one batch.
  const taken = { translated_time_series: 2, failed_translations: 1, sent_batches: 1, consumers: 5 };
  await check("", [{ status: 503 }, { status: 204 }], { ...taken, written_samples: 2 });
  await check("", [{ status: 400 }], { ...taken, written_samples: 0 });
  await check("max_batch_request_parallelism: 3", [{ status: 204 }], { ...taken, consumers: 3 });
  await check("remote_write_queue: { enabled: false }", [{ status: 204 }], { ...taken, consumers: 1 });
});

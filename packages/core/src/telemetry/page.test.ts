import { expect, test } from "vitest";
import { type PageStyle, renderPage } from "./page.ts";
import { createRegistry } from "./registry.ts";

const plain: PageStyle = {
  info: { service_name: "sluice", team: 'a "b" \\ c' },
  constant: { service_name: "sluice" },
  units: false,
  typeSuffix: false,
  scope: false,
};

function example() {
  const registry = createRegistry();
  const receiver = registry.meter({ receiver: "prometheus/one" }, "@sluice/receiver-prometheus");
  receiver
    .counter("otelcol_receiver_accepted_metric_points", { description: "Points.\nTaken.", unit: "{datapoint}" })
    .add(7);
  receiver.gauge("scrape.targets", { description: "Targets.", unit: "1" }).set(2, { state: 'up"\\\n' });
  receiver.observe("otelcol_process_uptime", { description: "Uptime.", unit: "s", type: "counter" }, () => 1.5);
  receiver.observe("many", { description: "By label.", unit: "By" }, () => [
    { value: 1, labels: { b: "2" } },
    { value: Number.NEGATIVE_INFINITY, labels: { b: "1" } },
  ]);
  const histogram = receiver.histogram("took", { description: "Time.", unit: "s", bounds: [0.1, 1] });
  for (const value of [0.05, 0.1, 0.5, 3, Number.NaN]) histogram.record(value);
  return registry;
}

test("the page has upstream's names by default", async () => {
  await expect(renderPage(example().read(), plain)).toMatchFileSnapshot("../../testdata/page.golden.prom");
});

test("suffixes and scopes can be turned on", async () => {
  const style = { ...plain, units: true, typeSuffix: true, scope: true };
  await expect(renderPage(example().read(), style)).toMatchFileSnapshot("../../testdata/page-suffixes.golden.prom");
});

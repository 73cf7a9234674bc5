/**
 * A shop that shows every instrument and every aggregation. It works in rounds, one every ROUND_MILLIS (default 1000), until it
 * is ended or has done ROUNDS. Where it sends is in the environment: see the README.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { PrometheusRemoteWriteExporter } from "@sluice/sdk-exporter-prometheus-remote-write";

const { ROUNDS = "Infinity", ROUND_MILLIS = "1000", EXPORT_MILLIS = "5000" } = process.env;

const exporter = new PrometheusRemoteWriteExporter();
const resource = defaultResource()
  .merge(resourceFromAttributes({ "service.name": "shop", "service.instance.id": "shop-1", "service.version": "1.0" }))
  .merge(detectResources({ detectors: [envDetector] }));
const interval = Number(EXPORT_MILLIS);
const reader = new PeriodicExportingMetricReader({
  exporter,
  exportIntervalMillis: interval,
  exportTimeoutMillis: interval,
});
const provider = new MeterProvider({
  resource,
  readers: [reader],
  views: [
    { instrumentName: "shop.latency", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
    {
      instrumentName: "shop.basket",
      aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [10, 20, 50] } },
    },
    { instrumentName: "shop.weight", aggregation: { type: AggregationType.SUM } },
    { instrumentName: "shop.temperature", aggregation: { type: AggregationType.LAST_VALUE } },
    { instrumentName: "shop.secret", aggregation: { type: AggregationType.DROP } },
  ],
});
const meter = provider.getMeter("shop", "1.0");

const state = { rounds: 0, stock: 1000 };
const orders = meter.createCounter("shop.orders", { description: "Orders taken." });
const visitors = meter.createUpDownCounter("shop.visitors", { description: "Visitors in the shop." });
const latency = meter.createHistogram("shop.latency", { description: "Time to answer.", unit: "s" });
const basket = meter.createHistogram("shop.basket", { description: "Value of a basket.", unit: "{euro}" });
const weight = meter.createHistogram("shop.weight", { description: "Goods sent out.", unit: "kg" });
const temperature = meter.createGauge("shop.temperature", { description: "In the warehouse.", unit: "Cel" });
const secret = meter.createCounter("shop.secret");
meter
  .createObservableCounter("shop.rounds", { description: "Rounds done." })
  .addCallback((result) => result.observe(state.rounds));
meter
  .createObservableUpDownCounter("shop.stock", { description: "Goods in stock.", unit: "{item}" })
  .addCallback((result) => result.observe(state.stock));
meter
  .createObservableGauge("shop.memory", { description: "Resident memory.", unit: "By" })
  .addCallback((result) => result.observe(process.memoryUsage().rss));

/** One round; what the metrics say after n of them can be worked out. */
function round() {
  state.rounds++;
  state.stock -= 3;
  orders.add(2, { country: "se", paid: true });
  orders.add(1, { country: "de", paid: true, coupons: ["spring", "new"] });
  visitors.add(4);
  visitors.add(-3);
  latency.record(0.25);
  latency.record(2);
  basket.record(15);
  basket.record(99);
  weight.record(1.5);
  temperature.record(18 + (state.rounds % 5) / 2);
  secret.add(1);
}

process.once("SIGTERM", () => void provider.shutdown().then(() => process.exit()));
process.once("SIGINT", () => void provider.shutdown().then(() => process.exit()));
for (let i = 0; i < Number(ROUNDS); i++) {
  round();
  await sleep(Number(ROUND_MILLIS));
}
await provider.shutdown();
process.stdout.write(`${JSON.stringify({ rounds: state.rounds, counts: exporter.counts })}\n`);

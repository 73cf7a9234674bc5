/**
 * What OTLP costs: a request checked and kept as bytes, read, written, and copied record by record.
 *
 *     node packages/data/src/otlp.bench.ts
 */
import {
  type AttributeValue,
  createCatalog,
  decodeMetrics,
  decodeTraces,
  encodeMetrics,
  encodeTraces,
  layoutOf,
  NUMBER,
  pointsPart,
  type Span,
  timesOf,
  tracesPart,
  wirePart,
} from "./index.ts";
import { attrs, metricOf, resourceOf, testScope } from "./model.testing.ts";

const ITEMS = 10_000;
const SECONDS = 1;
const resource = resourceOf({ "service.name": "shop", "host.name": "web-1" });

/** Gauges of ten attributes, a hundred to a metric. */
function metricsRequest(): Uint8Array {
  const catalog = createCatalog(resource);
  const ids = Int32Array.from({ length: ITEMS }, (_, i) => {
    const attributes = Array.from({ length: 10 }, (_, n) => ({ key: `label.${n}`, value: `value-${n}-${i % 100}` }));
    return catalog.add({ metric: metricOf(`requests.${Math.floor(i / 100)}`), shape: NUMBER, attributes });
  });
  const slots = Float64Array.from({ length: ITEMS }, (_, i) => i * 1.25);
  return encodeMetrics([pointsPart({ layout: layoutOf(catalog, ids), slots, time: timesOf(1_700_000_000_000, 5) })]);
}

/** Spans of ten attributes. */
function tracesRequest(): Uint8Array {
  const values: readonly AttributeValue[] = ["GET", "/api/v1/users/17", 200n, true, 0.25];
  const attributes = Array.from({ length: 10 }, (_, n) => ({ key: `attribute.${n}`, value: values[n % 5]! }));
  const time = { ms: 1_700_000_000_000, ns: 5 };
  const span = (i: number): Span => ({
    traceId: Uint8Array.from({ length: 16 }, (_, n) => i + n),
    spanId: Uint8Array.from({ length: 8 }, (_, n) => i * n),
    parentSpanId: new Uint8Array(0),
    traceState: "",
    flags: 1,
    name: "GET /api/v1/users/{id}",
    kind: 2,
    start: time,
    end: time,
    attributes: [...attributes, ...attrs({ id: String(i) })],
    droppedAttributes: 0,
    events: [],
    droppedEvents: 0,
    links: [],
    droppedLinks: 0,
    status: { code: 0, message: "" },
  });
  const records = Array.from({ length: ITEMS }, (_, i) => span(i));
  return encodeTraces([tracesPart({ resource, scopes: [{ scope: testScope, records }] })]);
}

/** Repeats `work` for a second, after a second to warm up, and prints nanoseconds of CPU an item. */
function measure(name: string, work: () => unknown): void {
  const run = (): number => {
    const end = performance.now() + SECONDS * 1000;
    let rounds = 0;
    for (; performance.now() < end; rounds++) work();
    return rounds;
  };
  run();
  const before = process.cpuUsage();
  const rounds = run();
  const { user, system } = process.cpuUsage(before);
  const nanoseconds = Math.round(((user + system) * 1000) / (rounds * ITEMS));
  process.stdout.write(`${name.padEnd(48)} ${nanoseconds} ns\n`);
}

const metrics = metricsRequest();
const points = decodeMetrics(metrics);
measure(`a point, ${Math.round(metrics.length / ITEMS)} bytes: checked and kept as it is`, () =>
  wirePart("metrics", metrics),
);
measure("read, with its identity", () => decodeMetrics(metrics));
measure("written", () => encodeMetrics(points));

const traces = tracesRequest();
const spans = decodeTraces(traces);
measure(`a span, ${Math.round(traces.length / ITEMS)} bytes: checked and kept as it is`, () =>
  wirePart("traces", traces),
);
measure("checked and indexed", () => decodeTraces(traces));
measure("copied into another request", () => encodeTraces(spans));
measure("looked into", () => {
  const [part] = decodeTraces(traces);
  for (let row = 0; row < ITEMS; row++) part!.record(row);
});

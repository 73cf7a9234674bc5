/** One batch a signal with everything a text can show. */
import {
  ABSENT,
  type Attributes,
  type AttributeValue,
  type BatchOf,
  batchOf,
  createCatalog,
  EXPONENTIAL,
  type Exemplar,
  INT,
  type LogRecord,
  layoutOf,
  logsPart,
  type Metric,
  type MetricsPart,
  NUMBER,
  pointsPart,
  type Resource,
  type Scope,
  type Shape,
  type Span,
  shapeOf,
  tracesPart,
} from "@sluice/data";

const attrs = (record: Readonly<Record<string, AttributeValue>>): Attributes =>
  Object.entries(record).map(([key, value]) => ({ key, value }));
const everyType = attrs({
  text: 'a "quoted" <text>',
  yes: true,
  int: 1n,
  double: 0.1,
  nothing: null,
  bytes: Uint8Array.of(1, 2, 3),
  list: ["a", 1n, 2.5, null, ["x"]],
  map: { map: attrs({ b: "2", a: { map: attrs({ deep: -3n }) } }) },
});
const resources: Resource[] = [
  { attributes: everyType, droppedAttributes: 1, schemaUrl: "https://schemas.example/1" },
  { attributes: [], droppedAttributes: 0, schemaUrl: "" },
];
const scopes: Scope[] = [
  {
    name: "scope",
    version: "1.2",
    schemaUrl: "https://schemas.example/2",
    attributes: attrs({ k: "v" }),
    droppedAttributes: 0,
  },
  { name: "", version: "", schemaUrl: "", attributes: [], droppedAttributes: 0 },
];
const TIME = { ms: 1_700_000_000_123, ns: 456_000 };
const ids = {
  traceId: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
  spanId: Uint8Array.from({ length: 8 }, (_, i) => 0xf0 + i),
};

interface Row {
  readonly metric: Metric;
  readonly shape: Shape;
  readonly slots: readonly number[];
  readonly state?: number;
}
const metric = (name: string, kind: Metric["kind"], more: Partial<Metric> = {}): Metric => ({
  name,
  kind,
  monotonic: kind === "sum",
  temporality: kind === "gauge" || kind === "summary" ? "none" : "cumulative",
  unit: "s",
  help: `help of ${name}`,
  metadata: [],
  scope: scopes[0]!,
  ...more,
});
const histogram = shapeOf({
  kind: "histogram",
  bounds: Float64Array.of(0.5, 1, 2.5e7),
  inf: true,
  sum: true,
  count: true,
  min: true,
  max: true,
});
const bare = shapeOf({ kind: "histogram", count: true });
const summary = shapeOf({ kind: "summary", bounds: Float64Array.of(0.5, 0.99), sum: true, count: true });
const exemplar: Exemplar = {
  slot: 0,
  value: 0.25,
  int: undefined,
  ...TIME,
  ...ids,
  attributes: attrs({ why: "example" }),
};
const exponential = {
  scale: 1,
  count: 12,
  sum: -1.5,
  zeroCount: 2,
  zeroThreshold: 0.001,
  positive: { offset: -1, counts: Float64Array.of(1, 2, 3) },
  negative: { offset: 2, counts: Float64Array.of(4) },
  min: -2.5,
  max: undefined,
};

const rows: readonly Row[] = [
  {
    metric: metric("gauge", "gauge", { metadata: attrs({ "prometheus.type": "unknown" }) }),
    shape: NUMBER,
    slots: [1_234_567.5],
  },
  ...[0, -0, 1e6, 1e-5, 0.0078125, 1e22, Number.NaN, Number.POSITIVE_INFINITY].map((value) => ({
    metric: metric("numbers", "gauge", { unit: "", help: "" }),
    shape: NUMBER,
    slots: [value],
  })),
  { metric: metric("numbers", "gauge", { unit: "", help: "" }), shape: NUMBER, slots: [0], state: ABSENT },
  { metric: metric("counter", "sum"), shape: INT, slots: [-5] },
  { metric: metric("counter", "sum"), shape: INT, slots: [2 ** 60] },
  { metric: metric("delta", "sum", { monotonic: false, temporality: "delta" }), shape: NUMBER, slots: [2] },
  { metric: metric("unspecified", "sum", { temporality: "none" }), shape: NUMBER, slots: [2] },
  { metric: metric("histogram", "histogram"), shape: histogram, slots: [1, 3, 3, 10, 4.5, 10, 0.1, 9e7] },
  { metric: metric("histogram", "histogram"), shape: bare, slots: [4] },
  { metric: metric("exponential", "exponential"), shape: EXPONENTIAL, slots: [] },
  { metric: metric("summary", "summary", { scope: scopes[1]! }), shape: summary, slots: [0.25, 12, 99.5, 7] },
];

function metricsPart(chosen: readonly Row[], resource: Resource): MetricsPart {
  const catalog = createCatalog(resource);
  const numbers = chosen.map(({ metric: of, shape }, i) =>
    catalog.add({ metric: of, shape, attributes: i === 0 ? everyType : attrs({ row: `${i}` }) }),
  );
  const layout = layoutOf(catalog, Int32Array.from(numbers));
  const at = (name: string) => chosen.findIndex(({ metric: of }) => of.name === name);
  return pointsPart({
    layout,
    slots: Float64Array.from(chosen.flatMap(({ slots }) => slots)),
    wide: new Map([[layout.at[at("counter") + 1]!, 2n ** 60n + 1n]]),
    states: Uint8Array.from(chosen.flatMap(({ slots, state }) => slots.map(() => state ?? 0))),
    time: { ...TIME, msOf: undefined, nsOf: undefined },
    start: { ms: 1_600_000_000_000, ns: 0, msOf: undefined, nsOf: undefined },
    ragged: new Map([[at("exponential"), exponential]]),
    exemplars: new Map([
      [
        at("histogram"),
        [exemplar, { ...exemplar, value: 3, int: 3n, traceId: undefined, spanId: undefined, attributes: [] }],
      ],
    ]),
  });
}
export const metrics: BatchOf<"metrics"> = batchOf("metrics", [
  metricsPart(rows, resources[0]!),
  metricsPart(rows.slice(10, 12), resources[1]!),
]);
/** The same points, all gone. */
export const staleMetrics: BatchOf<"metrics"> = batchOf("metrics", [
  { ...metricsPart(rows, resources[0]!), slots: new Float64Array(0), states: "stale", wide: undefined },
]);

const span: Span = {
  ...ids,
  parentSpanId: Uint8Array.from(ids.spanId).reverse(),
  traceState: "ot=th:0",
  flags: 1,
  name: "operation",
  kind: 2,
  start: TIME,
  end: { ms: TIME.ms + 1500, ns: 0 },
  attributes: everyType,
  droppedAttributes: 1,
  events: [
    { ...TIME, name: "event", attributes: attrs({ e: 1n }), droppedAttributes: 2 },
    { ...TIME, name: "bare", attributes: [], droppedAttributes: 0 },
  ],
  droppedEvents: 3,
  links: [{ ...ids, traceState: "a=b", attributes: attrs({ l: 0.5 }), droppedAttributes: 4, flags: 0 }],
  droppedLinks: 5,
  status: { code: 2, message: "it failed" },
};
const NONE = new Uint8Array(0);
const bareSpan: Span = {
  ...span,
  traceId: NONE,
  spanId: NONE,
  parentSpanId: NONE,
  traceState: "",
  kind: 0,
  start: { ms: 0, ns: 0 },
  attributes: [],
  events: [],
  links: [],
  status: { code: 0, message: "" },
};
export const traces: BatchOf<"traces"> = batchOf("traces", [
  tracesPart({
    resource: resources[0]!,
    scopes: [
      { scope: scopes[0]!, records: [span, { ...bareSpan, kind: 5 }] },
      { scope: scopes[1]!, records: [{ ...bareSpan, status: { code: 1, message: "" } }] },
    ],
  }),
  tracesPart({ resource: resources[1]!, scopes: [{ scope: scopes[1]!, records: [bareSpan] }] }),
]);

const record: LogRecord = {
  time: TIME,
  observed: { ms: TIME.ms, ns: 0 },
  severity: 10,
  severityText: "INFO2",
  body: { map: everyType },
  attributes: everyType,
  droppedAttributes: 1,
  flags: 1,
  ...ids,
  eventName: "event.name",
};
const bareRecord = { ...record, attributes: [], eventName: "", traceId: NONE, spanId: NONE, flags: 0 };
export const logs: BatchOf<"logs"> = batchOf("logs", [
  logsPart({
    resource: resources[0]!,
    scopes: [
      { scope: scopes[0]!, records: [record, { ...bareRecord, body: "two\n  lines", severity: 24 }] },
      {
        scope: scopes[1]!,
        records: [{ ...bareRecord, body: null, severity: 0, severityText: "", observed: { ms: 0, ns: 0 } }],
      },
    ],
  }),
  logsPart({
    resource: resources[1]!,
    scopes: [{ scope: scopes[1]!, records: [{ ...bareRecord, body: 1.5, severity: 1 }] }],
  }),
]);

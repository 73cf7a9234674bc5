import type { OperationSample, Random } from "@sluice/component";
import type { Span } from "@sluice/data";
import type { Entries } from "./logger.ts";
import { type Sent, textAttributes, timesAt } from "./otlp-encode.ts";

const NO_ID = new Uint8Array(0);
const INTERNAL = 1;
const ERROR = 2;
/** Upstream's names of what a receiver does. */
const received: Readonly<Record<string, string>> = {
  metrics: "MetricsReceived",
  traces: "TraceDataReceived",
  logs: "LogsReceived",
};
const nouns: Readonly<Record<string, string>> = { metrics: "metric_points", traces: "spans", logs: "log_records" };

/**
 * One call that handed a batch on, as a span of a trace of its own; `name` is "exporter/<id>/<signal>" and kin. Undefined for what
 * upstream makes no spans of: all but receivers and exporters.
 */
export function spanOf(name: string, sample: OperationSample, random: Random): Sent<Span> | undefined {
  const [, kind = "", id = "", signal = ""] = /^([a-z]+)\/(.*)\/([a-z]+)$/.exec(name) ?? [];
  if (kind !== "receiver" && kind !== "exporter") return undefined;
  const { at, durationMs, items, error } = sample;
  const [good, bad] = error === undefined ? [items, 0] : [0, items];
  const noun = nouns[signal] ?? signal;
  const attributes: Entries =
    kind === "receiver"
      ? [
          [`accepted_${noun}`, good],
          [`refused_${noun}`, bad],
        ]
      : [
          ["exporter", id],
          ["data_type", signal],
          ["items.sent", good],
          ["items.failed", bad],
        ];
  const { ms, ns } = timesAt(at);
  const end = timesAt(at + durationMs);
  const record: Span = {
    traceId: random.bytes(16),
    spanId: random.bytes(8),
    parentSpanId: NO_ID,
    traceState: "",
    flags: 0,
    name: kind === "receiver" ? `receiver/${id}/${received[signal] ?? signal}` : name,
    kind: INTERNAL,
    start: { ms, ns },
    end: { ms: end.ms, ns: end.ns },
    attributes: textAttributes(attributes),
    droppedAttributes: 0,
    events: [],
    droppedEvents: 0,
    links: [],
    droppedLinks: 0,
    status: { code: error === undefined ? 0 : ERROR, message: error ?? "" },
  };
  const source: Entries = [
    ["otelcol.component.id", id],
    ["otelcol.component.kind", kind],
    ["otelcol.signal", signal],
  ];
  return { record, source };
}

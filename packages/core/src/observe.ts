import type { Consume, Meter } from "@sluice/component";
import { type Batch, itemCount, type Signal } from "@sluice/data";

/** Upstream's name and unit of what a batch holds, by signal. */
const words = {
  metrics: { noun: "metric_points", unit: "{datapoint}", plural: "metric points" },
  traces: { noun: "spans", unit: "{span}", plural: "spans" },
  logs: { noun: "log_records", unit: "{record}", plural: "log records" },
} as const;

/** Counts what a receiver hands on for one signal, by whether the pipelines took it. `meter` carries the receiver's label. */
export function observeReceiver(meter: Meter, signal: Signal, next: Consume): Consume {
  const { noun, unit, plural } = words[signal];
  const accepted = meter.counter(`otelcol_receiver_accepted_${noun}`, {
    description: `Number of ${plural} successfully pushed into the pipeline.`,
    unit,
  });
  const refused = meter.counter(`otelcol_receiver_refused_${noun}`, {
    description: `Number of ${plural} that could not be pushed into the pipeline.`,
    unit,
  });
  accepted.add(0);
  refused.add(0);
  return async (batch) => {
    const items = itemCount(batch as Batch);
    try {
      await next(batch);
    } catch (error) {
      refused.add(items);
      throw error;
    }
    accepted.add(items);
  };
}

/** Counts what goes into a processor: wraps its `consume`. `meter` carries the processor's label. */
export function observeIncoming(meter: Meter, signal: Signal, consume: Consume): Consume {
  return countCalls(
    meter,
    "otelcol_processor_incoming_items",
    "Number of items passed to the processor.",
    signal,
    consume,
  );
}

/** Counts what comes out of a processor: wraps its `next`. `meter` carries the processor's label. */
export function observeOutgoing(meter: Meter, signal: Signal, next: Consume): Consume {
  return countCalls(
    meter,
    "otelcol_processor_outgoing_items",
    "Number of items emitted from the processor.",
    signal,
    next,
  );
}

/** Errors that a connector was given by a pipeline that it feeds. */
const fromDownstream = new WeakSet<object>();

/** Counts what goes into a connector: wraps its `consume`. `meter` carries the connector's label. */
export function observeConsumed(meter: Meter, consume: Consume): Consume {
  const count = countOutcomes(meter, "otelcol_connector_consumed_items", "Number of items passed to the connector.");
  return async (batch) =>
    count(batch as Batch, consume, (error) => (fromDownstream.has(error) ? "refused" : "failure"));
}

/** Counts what a connector hands to one pipeline. `meter` carries the connector's label. */
export function observeProduced(meter: Meter, next: Consume): Consume {
  const count = countOutcomes(meter, "otelcol_connector_produced_items", "Number of items emitted from the connector.");
  return async (batch) =>
    count(batch as Batch, next, (error) => {
      fromDownstream.add(error);
      return "refused";
    });
}

type Outcome = "success" | "failure" | "refused";

/** Hands a batch on and counts its items by how that went, in upstream's words. */
function countOutcomes(meter: Meter, name: string, description: string) {
  const counter = meter.counter(name, { description, unit: "{item}" });
  return async (batch: Batch, next: Consume, outcomeOf: (error: object) => Outcome): Promise<void> => {
    const items = itemCount(batch);
    const add = (otelcol_component_outcome: Outcome): void =>
      counter.add(items, { otel_signal: batch.signal, otelcol_component_outcome });
    try {
      await next(batch);
    } catch (error) {
      add(typeof error === "object" && error !== null ? outcomeOf(error) : "failure");
      throw error;
    }
    add("success");
  };
}

function countCalls(meter: Meter, name: string, description: string, signal: Signal, next: Consume): Consume {
  const counter = meter.counter(name, { description, unit: "{item}" });
  const labels = { otel_signal: signal };
  counter.add(0, labels);
  return (batch) => {
    counter.add(itemCount(batch as Batch), labels);
    return next(batch);
  };
}

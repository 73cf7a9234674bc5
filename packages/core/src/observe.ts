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

function countCalls(meter: Meter, name: string, description: string, signal: Signal, next: Consume): Consume {
  const counter = meter.counter(name, { description, unit: "{item}" });
  const labels = { otel_signal: signal };
  counter.add(0, labels);
  return (batch) => {
    counter.add(itemCount(batch as Batch), labels);
    return next(batch);
  };
}

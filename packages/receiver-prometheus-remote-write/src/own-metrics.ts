import type { Counter, Meter } from "@sluice/component";
import type { Memory } from "./memory.ts";

/** What the receiver tells about itself beside what the collector counts of every receiver. */
export interface OwnMetrics {
  /** By status code. */
  readonly requests: Counter;
  /** By reason. */
  readonly invalid: Counter;
}

/** Registers the receiver's own metrics. */
export function createOwnMetrics(meter: Meter, memory: Memory, used: () => number): OwnMetrics {
  const observe = (name: string, description: string, unit: string, read: () => number): void =>
    meter.observe(name, { description, unit }, read);
  observe("sluice_receiver_series", "Series that are remembered.", "{series}", () => memory.known.keys.size);
  observe("sluice_receiver_series_bytes", "Bytes that the remembered series take.", "By", () => memory.bytes);
  observe("sluice_receiver_request_bytes", "Bytes set aside for requests under way.", "By", used);
  meter.observe(
    "sluice_receiver_series_overflows",
    { description: "How often all series were forgotten because they took too much.", unit: "1", type: "counter" },
    () => memory.overflows,
  );
  return {
    requests: meter.counter("sluice_receiver_requests", {
      description: "Requests that were answered, by status code; without those whose body was too large or too slow.",
      unit: "{request}",
    }),
    invalid: meter.counter("sluice_receiver_invalid_series", {
      description: "Series of requests that were not taken, wholly or in part, by reason.",
      unit: "{series}",
    }),
  };
}

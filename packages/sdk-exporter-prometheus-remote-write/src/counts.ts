import type { Counter, Meter } from "@sluice/component";
import type { SampleCounts } from "./exporter-counts.ts";

/** A meter that keeps the account of a component, and nothing else of what it measures. */
export function createCounts(): { readonly meter: Meter; read(): SampleCounts } {
  const counts = { delivered: 0, rejected: 0 };
  const dropped: Record<string, number> = {};
  const counting =
    (what: keyof typeof counts): Counter["add"] =>
    (amount) => {
      counts[what] += amount;
    };
  const counters: Readonly<Record<string, Counter["add"]>> = {
    sluice_exporter_delivered_items: counting("delivered"),
    sluice_exporter_rejected_items: counting("rejected"),
    sluice_exporter_dropped_items(amount, { reason = "" } = {}) {
      dropped[reason] = (dropped[reason] ?? 0) + amount;
    },
  };
  const nothing = () => {};
  return {
    meter: {
      counter: (name) => ({ add: counters[name] ?? nothing }),
      gauge: () => ({ set: nothing }),
      observe: nothing,
      histogram: () => ({ record: nothing }),
    },
    read: () => ({ ...counts, dropped: { ...dropped } }),
  };
}

import type { Meter } from "@sluice/component";

/** Upstream's name and unit of what is counted, by signal, and the unit of our own account. */
const nouns = {
  metrics: { noun: "metric_points", unit: "{datapoint}", words: "metric points", own: "{sample}" },
  traces: { noun: "spans", unit: "{span}", words: "spans", own: "{span}" },
  logs: { noun: "log_records", unit: "{record}", words: "log records", own: "{record}" },
} as const;

/**
 * Keeps one exporter's account for one signal: accepted = delivered + rejected + dropped{reason} + queued, as exact integers.
 * `items` are samples, spans or records; `points` are upstream's unit (a histogram is one point).
 */
export interface Ledger {
  readonly signal: keyof typeof nouns;
  readonly queued: number;
  /** The account at this moment, `dropped` by reason. */
  readonly totals: Totals;
  accept(items: number): void;
  deliver(items: number, points: number): void;
  /** The backend said no for good. */
  reject(items: number, points: number): void;
  /** Given up by us. */
  drop(reason: string, items: number, points: number): void;
  /** No room in the queue, so never accepted. */
  refuse(points: number): void;
  /** Not sent and given back to whoever asked, so never accepted. */
  fail(points: number): void;
}

/** An exporter's account, in items since it was made. */
export interface Totals {
  readonly accepted: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly queued: number;
}

/** Registers the counters of one exporter and signal on the collector's own metrics. */
export function createLedger(meter: Meter, signal: keyof typeof nouns): Ledger {
  const labels = { otel_signal: signal };
  const { accepted, delivered, rejected, dropped, sent, failed, refused } = counters(meter, signal);
  const totals = { accepted: 0, delivered: 0, rejected: 0, dropped: new Map<string, number>(), queued: 0 };
  meter.observe(
    "sluice_exporter_queued_items",
    { description: "Items accepted and not yet delivered, rejected or dropped.", unit: nouns[signal].own },
    () => [{ value: totals.queued, labels }],
  );
  for (const instrument of [accepted, delivered, rejected]) instrument.add(0, labels);
  return {
    signal,
    get queued() {
      return totals.queued;
    },
    get totals() {
      return { ...totals, dropped: Object.fromEntries(totals.dropped) };
    },
    accept(items) {
      totals.accepted += items;
      totals.queued += items;
      accepted.add(items, labels);
    },
    deliver(items, points) {
      totals.delivered += items;
      totals.queued -= items;
      delivered.add(items, labels);
      sent.add(points);
    },
    reject(items, points) {
      totals.rejected += items;
      totals.queued -= items;
      rejected.add(items, labels);
      failed.add(points);
    },
    drop(reason, items, points) {
      if (items === 0) return;
      totals.dropped.set(reason, (totals.dropped.get(reason) ?? 0) + items);
      totals.queued -= items;
      dropped.add(items, { ...labels, reason });
      failed.add(points);
    },
    refuse(points) {
      refused.add(points);
    },
    fail(points) {
      failed.add(points);
    },
  };
}

function counters(meter: Meter, signal: keyof typeof nouns) {
  const { noun, unit, words, own } = nouns[signal];
  const ours = (name: string, description: string) =>
    meter.counter(`sluice_exporter_${name}_items`, { description, unit: own });
  const upstreams = (name: string, description: string) =>
    meter.counter(`otelcol_exporter_${name}_${noun}`, { description, unit });
  return {
    accepted: ours("accepted", "Items the exporter took."),
    delivered: ours("delivered", "Items a backend confirmed."),
    rejected: ours("rejected", "Items of requests that a backend refused for good."),
    dropped: ours("dropped", "Items given up, by reason."),
    sent: upstreams("sent", `Number of ${words} sent to the destination.`),
    failed: upstreams("send_failed", `Number of ${words} that could not be sent.`),
    refused: upstreams("enqueue_failed", `Number of ${words} the queue had no room for.`),
  };
}

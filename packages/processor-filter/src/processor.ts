import type { Consume, Context, Counter, Lifecycle } from "@sluice/component";
import { itemCount, type Signal } from "@sluice/data";
import { mapParts, type OpenPart } from "@sluice/lib-attributes";
import type { Config } from "./config.ts";
import { createJudge, type Judge } from "./judge.ts";
import { MetricFilter } from "./metric-filter.ts";
import { filterLogs, filterTraces } from "./record-filter.ts";
import { readRules } from "./validate.ts";

/** Drops what the rules of its signal match, and counts it. */
export function createProcessor(
  config: Config,
  ctx: Context,
  next: Consume,
): Lifecycle & { readonly consume: Consume } {
  const judge = createJudge(ctx);
  const filters = new Map([...ctx.signals].map((signal) => [signal, createFilter(config, signal, judge)]));
  const counters = createCounters(ctx);
  const labels = { filter: ctx.id };
  for (const signal of ctx.signals) counters[signal].add(0, labels);
  return {
    async consume(batch) {
      const result = mapParts(batch, filters.get(batch.signal)!);
      if (result === batch) return next(batch);
      counters[batch.signal].add(
        itemCount(batch as never) - (result === undefined ? 0 : itemCount(result as never)),
        labels,
      );
      if (result !== undefined) await next(result);
    },
  };
}

function createFilter(
  config: Config,
  signal: Signal,
  judge: Judge,
): (part: OpenPart<Signal>) => OpenPart<Signal> | undefined {
  const rules = readRules(config, signal);
  const metrics = new MetricFilter(rules, judge);
  return (part) => {
    if (part.signal === "metrics") return metrics.apply(part);
    return part.signal === "traces" ? filterTraces(part, rules, judge) : filterLogs(part, rules, judge);
  };
}

/** Upstream's counters. */
function createCounters({ meter }: Context): Readonly<Record<Signal, Counter>> {
  const counter = (noun: string, what: string): Counter =>
    meter.counter(`otelcol_processor_filter_${noun}_filtered`, {
      description: `${what} that the processor dropped.`,
      unit: "1",
    });
  return {
    metrics: counter("datapoints", "Data points"),
    traces: counter("spans", "Spans"),
    logs: counter("logs", "Log records"),
  };
}

import type { Consume, Context, Lifecycle } from "@sluice/component";
import {
  type Batch,
  itemCount,
  type LogsPart,
  type MetricsPart,
  type Part,
  sampleCount,
  type TracesPart,
} from "@sluice/data";
import { createLedger } from "@sluice/lib-sending";
import type { DebugConfig } from "./config.ts";
import { createWriter, type Writer } from "./output.ts";
import { metricCount } from "./points.ts";
import { Sampler } from "./sampler.ts";
import { detailedLogs } from "./text-logs.ts";
import { detailedMetrics } from "./text-metrics.ts";
import { normalLogs, normalMetrics, normalTraces } from "./text-normal.ts";
import { detailedTraces } from "./text-traces.ts";

/** Writes batches: a line with counts, and below it, unless the verbosity is basic, what is in them. */
export function createDebug(config: DebugConfig, context: Context): Lifecycle & { readonly consume: Consume } {
  const sampler = new Sampler(context.env.clock, config.sampling_initial, config.sampling_thereafter);
  const writer = createWriter(config, context);
  const ledgers = new Map([...context.signals].map((signal) => [signal, createLedger(context.meter, signal)]));
  return {
    start: () => writer.open(),
    async consume(batch) {
      const ledger = ledgers.get(batch.signal)!;
      const points = itemCount(batch as Batch);
      try {
        if (sampler.take(batch.signal)) await write(writer, config.verbosity, batch as Batch);
      } catch (error) {
        ledger.fail(points);
        throw error;
      }
      // What sampling leaves out has arrived, too.
      const items = itemsOf(batch as Batch);
      ledger.accept(items);
      ledger.deliver(items, points);
    },
  };
}

async function write(writer: Writer, verbosity: DebugConfig["verbosity"], batch: Batch): Promise<void> {
  const detailed = verbosity === "detailed";
  const show = async (title: string, counts: Readonly<Record<string, number>>, text: () => string) => {
    await writer.write(title, counts);
    if (verbosity !== "basic") await writer.write(text());
  };
  if (batch.signal === "metrics") {
    const parts = partsOf<MetricsPart>(batch);
    const counts = { "resource metrics": parts.length, metrics: metricCount(parts), "data points": itemCount(batch) };
    await show("Metrics", counts, () => (detailed ? detailedMetrics(parts) : normalMetrics(parts)));
  } else if (batch.signal === "traces") {
    const parts = partsOf<TracesPart>(batch);
    const counts = { "resource spans": parts.length, spans: itemCount(batch) };
    await show("Traces", counts, () => (detailed ? detailedTraces(parts) : normalTraces(parts)));
  } else {
    const parts = partsOf<LogsPart>(batch);
    const counts = { "resource logs": parts.length, "log records": itemCount(batch) };
    await show("Logs", counts, () => (detailed ? detailedLogs(parts) : normalLogs(parts)));
  }
}

/** Samples, spans or records, as they are accounted for. */
function itemsOf(batch: Batch): number {
  if (batch.signal !== "metrics") return itemCount(batch);
  return partsOf<MetricsPart>(batch).reduce((sum, part) => sum + sampleCount(part), 0);
}

/** The parts that mean any rows, whole requests decoded. */
function partsOf<P extends MetricsPart | TracesPart | LogsPart>(batch: Batch): P[] {
  const parts = batch.parts.flatMap((part): readonly Part[] => (part.form === "wire" ? part.decode() : [part]));
  return parts.filter((part) => itemCount(part) > 0) as P[];
}

import type { Consume, Context, Lifecycle, Timer, Updatable, Update } from "@sluice/component";
import { type BatchOf, batchOf, type PartOf } from "@sluice/data";
import { Adjuster, type DropReason, type Tally } from "./adjuster.ts";
import type { Config } from "./config.ts";
import { SeriesStore } from "./series-store.ts";
import { StartMetric } from "./start-metric.ts";

type Batch = BatchOf<"metrics">;
type Part = PartOf<"metrics">;

/** The share of the heap that may go into remembered series. */
const HEAP_SHARE = 1 / 4;
const PREFIX = "processor_metric_start_time";

/** What a configuration comes to. */
interface Force {
  readonly config: Config;
  readonly adjuster: Adjuster;
  readonly metric: StartMetric | undefined;
}

/** Gives cumulative points their start times, one pipeline's batches after another. */
export function createProcessor(
  initial: Config,
  ctx: Context,
  next: Consume<"metrics">,
): Lifecycle & Updatable<Config> & { readonly consume: Consume<"metrics"> } {
  const { timers, process } = ctx.env;
  const store = new SeriesStore(process.heapLimit * HEAP_SHARE);
  const { tally, report } = createTally(ctx, store);
  let force = forceOf(initial);
  let timer: Timer | undefined;

  function forceOf(config: Config): Force {
    const adjuster = new Adjuster(config.strategy, store, tally, ctx.host.startedAt);
    const metric =
      config.strategy === "start_time_metric" ? new StartMetric(config.start_time_metric_regex) : undefined;
    return { config, adjuster, metric };
  }
  function wait(): void {
    timer = timers.after(force.config.gc_interval, () => {
      store.sweep();
      wait();
    });
  }

  return {
    async start() {
      wait();
    },
    async shutdown() {
      timer?.cancel();
      timer = undefined;
      store.clear();
    },
    async consume(batch) {
      const result = adjusted(batch, force);
      report();
      if (result !== undefined) await next(result);
    },
    async update(config): Promise<Update> {
      const prepared = forceOf(config);
      const changes = changedKeys(force.config, config);
      return {
        changes: changes.map((key) => `${key} changed`),
        apply() {
          if (changes.length === 0) return;
          // What one strategy remembers of a series is of no use to another.
          if (changes.includes("strategy")) store.clear();
          force = prepared;
          if (timer !== undefined) {
            timer.cancel();
            wait();
          }
        },
      };
    },
  };
}

/** The batch with start times, the same object when there is nothing to change, undefined when nothing is left. */
function adjusted(batch: Batch, { adjuster, metric }: Force): Batch | undefined {
  metric?.look(batch.parts);
  const result: Part[] = [];
  let changed = false;
  for (const part of batch.parts) {
    const before = part.form === "wire" ? part.decode() : [part];
    const after = before.map((points) => adjuster.adjust(points, metric?.startOf(points.layout.catalog.resource)));
    if (after.every((points, i) => points === before[i])) result.push(part);
    else {
      changed = true;
      for (const points of after) if (points !== undefined) result.push(points);
    }
  }
  if (!changed) return batch;
  return result.length === 0 ? undefined : batchOf("metrics", result, batch.context);
}

function changedKeys(before: Config, after: Config): (keyof Config)[] {
  return (Object.keys(after) as (keyof Config)[]).filter((key) => after[key] !== before[key]);
}

/** The own metrics, and the tally that `report` empties into them. */
function createTally(
  { meter, log }: Context,
  store: SeriesStore,
): { readonly tally: Tally; readonly report: () => void } {
  const tally: Tally = {
    resets: 0,
    untracked: 0,
    dropped: { initial: 0, out_of_order: 0, incomplete: 0, untracked: 0 },
  };
  const resets = meter.counter(`${PREFIX}_resets`, {
    description: "Points at which a series began to count anew.",
    unit: "{datapoint}",
  });
  const dropped = meter.counter(`${PREFIX}_dropped_points`, {
    description:
      "Points not handed on, by reason: first of its series (initial), older than that (out_of_order), some of its numbers missing (incomplete), no room for its series (untracked). Only the strategy subtract_initial_point drops.",
    unit: "{datapoint}",
  });
  const untracked = meter.counter(`${PREFIX}_untracked_points`, {
    description: "Points of series for which there was no room.",
    unit: "{datapoint}",
  });
  meter.observe(
    `${PREFIX}_series`,
    { description: "Series remembered.", unit: "{series}", type: "gauge" },
    () => store.size,
  );
  let warned = false;
  const reasons = Object.keys(tally.dropped) as DropReason[];
  return {
    tally,
    report() {
      if (tally.resets > 0) resets.add(tally.resets);
      if (tally.untracked > 0) untracked.add(tally.untracked);
      if (tally.untracked > 0 && !warned)
        log.warn("no room for more series: their points keep no start time", { series: store.size });
      warned ||= tally.untracked > 0;
      for (const reason of reasons) {
        if (tally.dropped[reason] > 0) dropped.add(tally.dropped[reason], { reason });
        tally.dropped[reason] = 0;
      }
      tally.resets = 0;
      tally.untracked = 0;
    },
  };
}

import type { Env, Meter } from "@sluice/component";

/** Measures this process, under upstream's names; what each of its threads has of its own is for `observeThread`. */
export function observeProcess(meter: Meter, { clock, process }: Env): void {
  const startedAt = clock.monotonic();
  const { gauge, counter } = instruments(meter);
  counter("uptime", "Uptime of the process.", "s", () => (clock.monotonic() - startedAt) / 1000);
  counter("cpu_seconds", "Total CPU user and system time in seconds.", "s", () => process.cpuSeconds());
  gauge("memory_rss", "Total physical memory (resident set size).", () => process.memory().rss);
}

/** Measures this thread: its heap and its event loop. Where V8 has no such number, the description says what is shown. */
export function observeThread(meter: Meter, { process }: Env): void {
  const heap = { last: 0, allocated: 0 };
  const { gauge, counter } = instruments(meter);
  gauge("runtime_heap_alloc_bytes", "Bytes of objects on the heap.", () => process.memory().heapUsed);
  gauge("runtime_total_sys_memory_bytes", "Bytes of heap and buffers obtained from the system.", () => {
    const { heapTotal, external } = process.memory();
    return heapTotal + external;
  });
  // V8 does not count allocations: the growth seen between two readings is what is known for sure.
  counter(
    "runtime_total_alloc_bytes",
    "Bytes allocated for heap objects, at least: the growth seen between readings.",
    "By",
    () => {
      const { heapUsed } = process.memory();
      heap.allocated += Math.max(0, heapUsed - heap.last);
      heap.last = heapUsed;
      return heap.allocated;
    },
  );
  const delay = {
    description: "How late the event loop was since the last reading.",
    unit: "s",
    level: "normal",
    together: "max",
  } as const;
  meter.observe("sluice_event_loop_delay", delay, () => {
    const late = process.eventLoopDelay?.();
    if (late === undefined) return [];
    return Object.entries(late).map(([name, ms]) => ({
      value: ms / 1000,
      labels: { quantile: quantiles[name] ?? name },
    }));
  });
}

function instruments(meter: Meter) {
  return {
    gauge: (name: string, description: string, read: () => number) =>
      meter.observe(`otelcol_process_${name}`, { description, unit: "By" }, read),
    counter: (name: string, description: string, unit: string, read: () => number) =>
      meter.observe(`otelcol_process_${name}`, { description, unit, type: "counter" }, read),
  };
}

const quantiles: Readonly<Record<string, string>> = { p50: "0.5", p99: "0.99", max: "1" };

import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { observeThread } from "./process-metrics.ts";
import { createRegistry } from "./registry.ts";

/** Each metric of a process whose event loop is this late, as "name{quantile} value". */
function read(eventLoopDelay: () => { p50: number; p99: number; max: number } | undefined) {
  const { env } = createSimulation();
  const registry = createRegistry();
  observeThread(registry.meter({}, "s"), { ...env, process: { ...env.process, eventLoopDelay } });
  return registry
    .read()
    .flatMap(({ name, points }) => points.map(({ labels, value }) => `${name}{${labels.quantile ?? ""}} ${value}`));
}

test("the event loop's delay is there once it was measured", () => {
  const delays = read(() => ({ p50: 1, p99: 20, max: 500 })).filter((line) => line.includes("event_loop"));
  expect(delays).toEqual([
    "sluice_event_loop_delay{0.5} 0.001",
    "sluice_event_loop_delay{0.99} 0.02",
    "sluice_event_loop_delay{1} 0.5",
  ]);
  expect(read(() => undefined).some((line) => line.includes("event_loop"))).toBe(false);
});

import {
  defineExporter,
  defineReceiver,
  type ExporterDefinition,
  type ReceiverDefinition,
  Secret,
  t,
} from "@sluice/component";
import type { Signal } from "@sluice/data";
import { expect, test } from "vitest";
import type { Configured, PipelinePlan, Plan } from "./graph.ts";
import { planReload } from "./plan.ts";
import { formatPlan } from "./plan-text.ts";

const common = { signals: ["metrics", "logs"], stability: "stable", config: t.object("Any.", {}) } as const;
const receiver: ReceiverDefinition = defineReceiver<unknown, Signal>({ ...common, type: "in", create: () => ({}) });
const exporter: ExporterDefinition = defineExporter<unknown, Signal>({
  ...common,
  type: "out",
  create: () => ({ consume: async () => {} }),
});

/** A configuration of these receivers and exporters. */
function plan(receivers: object, exporters: object, pipelines: readonly PipelinePlan[], telemetry: object = {}) {
  const all = <D>(definition: D, configs: object) =>
    new Map(
      Object.entries(configs).map(([id, config]): [string, Configured<D>] => [
        id,
        { definition, config: config as unknown },
      ]),
    );
  const rest: Plan = {
    receivers: all(receiver, receivers),
    exporters: all(exporter, exporters),
    processors: new Map(),
    connectors: new Map(),
    extensions: new Map(),
    extensionOrder: [],
    pipelines,
  };
  return { ...rest, telemetry };
}
const pipeline = (
  id: "metrics" | "logs",
  receivers: readonly string[],
  exporters: readonly string[],
): PipelinePlan => ({
  id,
  signal: id,
  receivers,
  exporters,
  processors: [],
});
const one = [pipeline("metrics", ["in"], ["out"])];

/** What the plan from one to the other says. */
function check(before: ReturnType<typeof plan>, after: ReturnType<typeof plan>, expected: readonly string[]) {
  expect(formatPlan(planReload(before, after)).trimEnd().split("\n")).toEqual(expected);
}

test("nothing changes", () => {
  check(plan({ in: { a: 1 } }, { out: {} }, one), plan({ in: { a: 1 } }, { out: {} }, one), [
    "nothing changes",
    "2 kept",
  ]);
  const unused = plan({ in: {}, "in/unused": {} }, { out: {} }, one);
  check(plan({ in: {} }, { out: {} }, one), unused, ["nothing changes", "2 kept"]);
  check(plan({}, {}, []), plan({}, {}, []), ["nothing changes", "no components"]);
});

test("without an instance nobody knows whether a component is updated or replaced", () => {
  const password = (text: string) => ({ out: { user: "a", password: new Secret(text) } });
  check(plan({ in: {} }, password("x"), one), plan({ in: {} }, password("y"), one), [
    'exporter "out" changed: password changed',
    "1 changed, 1 kept",
  ]);
});

test("instances and pipelines come and go", () => {
  const two = [pipeline("metrics", ["in"], ["out", "out/b"]), pipeline("logs", ["in"], ["out"])];
  const small = plan({ in: {} }, { out: {} }, one);
  const large = plan({ in: {} }, { out: {}, "out/b": {} }, two, { logs: { level: "debug" } });
  check(small, large, [
    'exporter "out" replaced: signals: metrics -> logs, metrics',
    'exporter "out/b" added',
    'receiver "in" replaced: signals: metrics -> logs, metrics',
    'pipeline "metrics" rewired: exporters: out -> out, out/b',
    'pipeline "logs" added',
    "service::telemetry changed: logs added",
    "2 replaced, 1 added",
  ]);
  check(large, small, [
    'exporter "out/b" removed',
    'exporter "out" replaced: signals: logs, metrics -> metrics',
    'receiver "in" replaced: signals: logs, metrics -> metrics',
    'pipeline "logs" removed',
    'pipeline "metrics" rewired: exporters: out, out/b -> out',
    "service::telemetry changed: logs removed",
    "2 replaced, 1 removed",
  ]);
});

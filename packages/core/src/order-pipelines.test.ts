import { defineConnector, type Route, t } from "@sluice/component";
import type { Signal } from "@sluice/data";
import { expect, test } from "vitest";
import type { PipelinePlan, Plan } from "./graph.ts";
import { orderPipelines } from "./order-pipelines.ts";

const all: readonly Signal[] = ["metrics", "traces", "logs"];
const same: readonly Route[] = all.map((signal) => ({ from: signal, to: signal }));
function connector(routes: readonly Route[]) {
  const config = t.object("Nothing to say.", {});
  const create = () => ({ consume: async () => {} });
  return { definition: defineConnector({ type: "join", routes, stability: "stable", config, create }), config: {} };
}

/** Pipelines as "signal/name: receivers -> exporters"; ids of connectors start with j. */
function order(texts: readonly string[], routes: readonly Route[] = same): string {
  const pipelines = texts.map((text): PipelinePlan => {
    const [id = "", receivers = "", exporters = ""] = text.split(/: | -> /);
    const signal = id.split("/")[0] as Signal;
    return { id, signal, receivers: receivers.split(" "), processors: [], exporters: exporters.split(" ") };
  });
  const ids = pipelines.flatMap((one) => [...one.receivers, ...one.exporters]).filter((id) => id.startsWith("j"));
  const connectors: Plan["connectors"] = new Map(ids.map((id) => [id, connector(routes)]));
  return orderPipelines({ pipelines, connectors })
    .map((step) => ("connector" in step ? step.connector : step.id))
    .join(" ");
}

test("without connectors pipelines are as configured", () => {
  expect(order(["metrics/b: in -> out", "metrics/a: in -> out"])).toBe("metrics/b metrics/a");
});

test("connectors come after the pipelines that they feed and before those that feed them", () => {
  expect(order(["metrics/a: in -> j", "metrics/b: j -> out"])).toBe("metrics/b j metrics/a");
  expect(order(["metrics/a: in -> j1", "metrics/c: j2 -> out", "metrics/b: j1 -> j2"])).toBe(
    "metrics/c j2 metrics/b j1 metrics/a",
  );
  expect(order(["metrics/a: in -> j out", "logs: in -> j", "metrics/b: j -> out", "traces: j -> out"])).toBe(
    "metrics/b traces j metrics/a logs",
  );
});

test("a connector may lead back to a pipeline that feeds it with another signal", () => {
  const routes: readonly Route[] = [
    { from: "traces", to: "metrics" },
    { from: "metrics", to: "logs" },
  ];
  expect(order(["traces: in -> j", "metrics: j -> j", "logs: j -> out"], routes)).toBe("logs j traces metrics");
});

test("a circle is a mistake of the check before", () => {
  expect(() => order(["metrics/a: j1 -> j2", "metrics/b: j2 -> j1"])).toThrow("BUG: pipelines feed each other");
});

test("long chains need no deep stack", () => {
  const length = 20_000;
  const chain = Array.from({ length }, (_, at) => `metrics/${at}: j${at} -> j${at + 1}`);
  expect(order(chain).split(" ")).toHaveLength(2 * length + 1);
});

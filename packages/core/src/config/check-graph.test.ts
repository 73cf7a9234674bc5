import { defineConnector, t } from "@sluice/component";
import { expect, test } from "vitest";
import { definitions, load, world } from "./fixtures.testing.ts";
import { ConfigProblems, formatProblem } from "./problems.ts";

const start = `receivers: {otlp: {protocols: {grpc: }}}
exporters: {debug: , prometheus_remote_write: {endpoint: x}}
`;

/** What is told of pipelines, with its line. Each pipeline as "traces/a: otlp forward > debug"; what is not otlp or debug is a connector. */
async function problemsOf(...pipelines: readonly string[]): Promise<readonly string[]> {
  const lines = pipelines.map((pipeline) => {
    const [, id, receivers = "", exporters = ""] = /^(\S+): (.*) > (.*)$/.exec(pipeline)!;
    return `    ${id}: {receivers: [${receivers.replaceAll(" ", ", ")}], exporters: [${exporters.replaceAll(" ", ", ")}]}`;
  });
  const connectors = "connectors: {forward: , forward/2: , forward/3: , count: {name: nn}}\n";
  const text = `${start}${connectors}service:\n  pipelines:\n${lines.join("\n")}\n`;
  const error = await load(["a.yaml"], world({ "a.yaml": text })).catch((reason: unknown) => reason);
  return error instanceof ConfigProblems
    ? error.problems.map(formatProblem).map((line) => line.replace(/^a.yaml:(\d+):\d+: service::pipelines::/, "$1: "))
    : [];
}
const check = async (pipelines: readonly string[], ...expected: readonly string[]) =>
  expect([pipelines, await problemsOf(...pipelines)]).toEqual([pipelines, expected]);

test("connectors join pipelines", async () => {
  await check(["traces/a: otlp > forward", "traces/b: forward > debug"]);
  await check(["traces/a: otlp > forward debug", "traces/b: forward otlp > debug"]);
  await check(["traces: otlp > count", "logs: otlp > count debug", "metrics: count > debug"]);
  await check(["traces/a: otlp > forward", "traces/b: forward > forward/2", "traces/c: forward/2 > debug"]);
  await check(["traces/a: otlp > debug"]);
});

const leads = "it leads metrics to metrics, traces to traces, logs to logs";
const counts = "it leads traces to metrics, logs to metrics";

test("a connector stands on both sides, with signals it can join", async () => {
  await check(
    ["traces: otlp > forward"],
    `6: traces::exporters::0: the connector "forward" is a receiver of no pipeline, expected it there too; ${leads}`,
  );
  await check(
    ["traces: otlp forward > debug"],
    `6: traces::receivers::1: the connector "forward" is an exporter of no pipeline, expected it there too; ${leads}`,
  );
  await check(
    ["traces: otlp > forward", "logs: forward > debug"],
    `6: traces::exporters::0: the connector "forward" is a receiver of no pipeline of traces; ${leads}`,
    `7: logs::receivers::0: the connector "forward" is an exporter of no pipeline of logs; ${leads}`,
  );
  await check(
    ["metrics: otlp > count", "traces: count > debug"],
    `6: metrics::exporters::0: the connector "count" does not take metrics; ${counts}`,
    `7: traces::receivers::0: the connector "count" does not give traces; ${counts}`,
  );
  await check(
    ["metrics: count > debug", "metrics/b: otlp > debug"],
    `6: metrics::receivers::0: the connector "count" is an exporter of no pipeline, expected it there too; ${counts}`,
  );
  await check(
    ["traces: otlp > forward", "traces/b: forward > debug", "logs: otlp > forward"],
    `8: logs::exporters::0: the connector "forward" is a receiver of no pipeline of logs; ${leads}`,
  );
});

test("pipelines must not feed each other in a circle", async () => {
  const circle = "pipelines feed each other in a circle:";
  await check(
    ["traces: otlp forward > forward debug"],
    `6: traces::receivers::1: ${circle} traces -> forward -> traces`,
  );
  await check(
    ["traces/a: forward/2 otlp > forward", "traces/b: forward > forward/2"],
    `6: traces/a::receivers::0: ${circle} traces/a -> forward -> traces/b -> forward/2 -> traces/a`,
  );
  await check(
    [
      "traces/0: otlp > forward",
      "traces/a: forward/2 forward > forward/3",
      "traces/b: forward/3 > forward/2 debug",
      "logs: otlp forward > forward",
    ],
    `7: traces/a::receivers::0: ${circle} traces/a -> forward/3 -> traces/b -> forward/2 -> traces/a`,
    `9: logs::receivers::1: ${circle} logs -> forward -> logs`,
  );
});

test("one connector for two signals is no circle", async () => {
  await check([
    "traces/a: otlp > forward",
    "traces/b: forward > debug",
    "logs/b: otlp > forward",
    "logs/a: forward > debug",
  ]);
});

test("what one id means is never left open", async () => {
  const text = `receivers:
  otlp/b: {protocols: }
exporters: {debug: }
connectors:
  otlp/a:
  otlp/b:
service: {pipelines: {traces: {receivers: [otlp/b], exporters: [debug]}}}
`;
  const connector = defineConnector({
    type: "otlp",
    stability: "alpha",
    routes: [{ from: "traces", to: "traces" }],
    config: t.object("A name that is taken.", {}),
    create: () => ({ consume: async () => {} }),
  });
  await expect(
    load(["a.yaml"], world({ "a.yaml": text }), { definitions: [...definitions, connector] }),
  ).rejects.toThrow(
    'a.yaml:6:3: connectors::otlp/b: "otlp/b" is also the id of the receiver in line 2; give one of them another name',
  );
});

test("long chains are walked without end of the stack, and told short", async () => {
  const ids = Array.from({ length: 5000 }, (_, index) => `forward/${index}`);
  const connectors = `connectors: {${ids.map((id) => `${id}: `).join(", ")}}\n`;
  const pipelines = ids.map((id, index) => {
    const next = ids[(index + 1) % ids.length];
    return `    logs/${index}: {receivers: [${id}], exporters: [${next}]}\n`;
  });
  const text = `${start}${connectors}service:\n  pipelines:\n${pipelines.join("")}`;
  const error = await load(["a.yaml"], world({ "a.yaml": text })).catch((reason: Error) => reason);
  expect((error as Error).message.split("\n")).toEqual([
    "1 problem in the configuration:",
    expect.stringMatching(/in a circle: logs\/0 -> forward\/1 -> .* -> \.\.\. -> logs\/0$/),
  ]);
});

import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { detectResource, resourceAttributes } from "./resource.ts";
import { telemetryConfig, telemetryWarnings } from "./telemetry.testing.ts";

const defaults = { "service.instance.id": "id", "service.name": "sluice", "service.version": "1.2.3" };
const containerId = "0123456789abcdef".repeat(4);

async function check(resource: string, expected: Readonly<Record<string, string>>) {
  const simulation = createSimulation();
  simulation.process.env.OTEL_SERVICE_NAME = "from environment";
  simulation.files.makeDirectory("/proc");
  simulation.files.makeDirectory("/proc/self");
  simulation.files.write(
    "/proc/self/mountinfo",
    `1 2 /var/lib/docker/containers/${containerId}/hostname /etc/hostname\n`,
  );
  const config = (await telemetryConfig(`resource: ${resource}`)).resource;
  expect(resourceAttributes(config, defaults, await detectResource(config, simulation.env))).toEqual(expected);
}

test("attributes come as a list or as a map, null takes one away", async () => {
  await check("{}", defaults);
  await check("{ attributes: [{ name: team, value: a }, { name: n, value: 1, type: int }] }", {
    ...defaults,
    team: "a",
    n: "1",
  });
  const { "service.instance.id": _, ...others } = defaults;
  await check("{ attributes: [{ name: service.instance.id, value: null }] }", others);
  await check("{ service.instance.id: null, service.name: mine }", { ...others, "service.name": "mine" });
  await check("{ attributes: text }", { ...defaults, attributes: "text" });
});
test("detectors find out where it runs", async () => {
  const detect = (names: string) => `{ detection/development: { detectors: [${names}] } }`;
  await check(detect("{ host: }"), { ...defaults, "host.name": "simulation" });
  await check(detect("{ process: }, { container: }"), {
    ...defaults,
    "process.pid": "1",
    "process.runtime.description": expect.any(String),
    "process.working_directory": expect.any(String),
    "container.id": containerId,
  });
  await check(detect("{ service: }"), { ...defaults, "service.name": "from environment" });
  const both =
    "{ attributes: [{ name: service.name, value: mine }], detection/development: { detectors: [{ service: }] } }";
  await check(both, { ...defaults, "service.name": "mine" });
});
test("mistakes and old forms are said", async () => {
  const fails = (resource: string, message: string) =>
    expect(telemetryConfig(`resource: ${resource}`)).rejects.toThrow(message);
  await fails("{ a: { b: c } }", "resource::a: expected text or null");
  await fails("{ a: b, attributes: [] }", "resource: found attributes and further keys, expected all in attributes");
  await fails("{ attributes: [{ name: c }] }", "resource::attributes::0: expected {name, value} with text");
  await fails("{ attributes: [{ name: c, value: [1] }] }", "resource::attributes::0");
  await fails("{ attributes_list: a=b }", "resource::attributes_list: not supported");
  await fails(
    "{ detection/development: { detectors: [{ cloud: }] } }",
    "expected detectors: a list of {host: }, {process: }",
  );
  await fails("{ detection/development: { } }", "expected detectors");
  expect(await telemetryWarnings("resource: { a: b }")).toEqual([
    "resource: deprecated: a map; write attributes as a list of {name, value}",
  ]);
  expect(await telemetryWarnings("resource: { attributes: [{ name: a, value: b }] }")).toEqual([]);
});

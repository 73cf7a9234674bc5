/** Whole programs: with a line of code, with none, ESM and CommonJS; how they end. */
import { waitFor } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { startBackend } from "./backend.testing.ts";
import { PREFIX as prefix } from "./environment.ts";
import { name, startProgram as start } from "./program.testing.ts";

const esm = 'import { metrics } from "@opentelemetry/api";';
const cjs = 'const { metrics } = require("@opentelemetry/api");';
const count = 'metrics.getMeter("m").createCounter("c").add(5);';
const line = 'c_total{instance="i1",job="app",otel_scope_name="m"} 5';

describe("without code", () => {
  test.each([
    ["app.mjs", esm],
    ["app.cjs", cjs],
  ])("%s is flushed when it has nothing left to do", async (file, begin) => {
    const { endpoint, received } = await startBackend();
    const app = await start({ file, code: begin + count, registers: true, env: { [`${prefix}ENDPOINT`]: endpoint } });
    expect([await app.exited, app.output]).toEqual([0, ""]);
    expect(received.flatMap(({ lines }) => lines)).toContain(line);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s ends it, after a flush", async (signal) => {
    const { endpoint, received } = await startBackend();
    const code = `${esm}${count} setInterval(() => {}, 1000); console.log("up");`;
    const env = { [`${prefix}ENDPOINT`]: endpoint };
    const app = await start({ file: "app.mjs", code, registers: true, env, ready: /up/ });
    app.signal(signal);
    expect(await app.exited).toBe(signal);
    expect(received.flatMap(({ lines }) => lines)).toContain(line);
  });

  test("a second signal does not wait for the flush", async () => {
    const { endpoint, received } = await startBackend([0]);
    const code = `${esm}${count} setInterval(() => {}, 1000); console.log("up");`;
    const env = { [`${prefix}ENDPOINT`]: endpoint };
    const app = await start({ file: "app.mjs", code, registers: true, env, ready: /up/ });
    app.signal("SIGTERM");
    await waitFor(() => received.length === 1, { what: "the flush" });
    app.signal("SIGTERM");
    expect(await app.exited).toBe("SIGTERM");
  });

  test.each([0, 503])(
    "a backend that answers %i does not keep it for longer than an export may take",
    async (status) => {
      const { endpoint, received } = await startBackend([status]);
      const env = { [`${prefix}ENDPOINT`]: endpoint, OTEL_METRIC_EXPORT_TIMEOUT: "300" };
      const app = await start({ file: "app.mjs", code: esm + count, registers: true, env });
      expect([await app.exited, app.output]).toEqual([0, expect.stringContaining("flush takes too long")]);
      expect(received.length).toBeGreaterThan(0);
    },
  );

  test("a program that has shut its meter provider down has nothing left", async () => {
    const { endpoint, received } = await startBackend();
    const env = { [`${prefix}ENDPOINT`]: endpoint };
    const code = `${esm}${count} await metrics.getMeterProvider().shutdown();`;
    const app = await start({ file: "app.mjs", code, registers: true, env });
    expect([await app.exited, app.output, received.length]).toEqual([0, "", 1]);
  });

  test("a program that takes a signal itself goes on", async () => {
    const { endpoint } = await startBackend();
    const code = `${esm}${count} const t = setInterval(() => {}, 1000);
      process.on("SIGTERM", () => { console.log("mine"); clearInterval(t); }); console.log("up");`;
    const env = { [`${prefix}ENDPOINT`]: endpoint };
    const app = await start({ file: "app.mjs", code, registers: true, env, ready: /up/ });
    app.signal("SIGTERM");
    expect([await app.exited, app.stdout]).toEqual([0, "up\nmine\n"]);
  });

  test("exports each interval", async () => {
    const { endpoint, received } = await startBackend();
    const env = { [`${prefix}ENDPOINT`]: endpoint, OTEL_METRIC_EXPORT_INTERVAL: "50" };
    await start({ file: "app.mjs", code: `${esm}${count} setInterval(() => {}, 1000);`, registers: true, env });
    await waitFor(() => received.length > 2, { what: "three exports" });
  });

  test.each([
    [
      { [`${prefix}ENDPOINT`]: "nonsense", [`${prefix}TIMEOUT`]: "x", OTEL_METRIC_EXPORT_INTERVAL: "x" },
      ["endpoint: found", "TIMEOUT: expected milliseconds", "INTERVAL: expected milliseconds"],
    ],
    [{}, ["endpoint: required"]],
    [
      { [`${prefix}ENDPOINT`]: "http://127.0.0.1:1", OTEL_METRIC_EXPORT_INTERVAL: "0" },
      ["OTEL_METRIC_EXPORT_INTERVAL"],
    ],
  ])("with wrong settings it runs all the same: %o", async (env, words) => {
    const app = await start({ file: "app.mjs", code: `${esm}${count} console.log("ran");`, registers: true, env });
    expect([await app.exited, app.stdout]).toEqual([0, "ran\n"]);
    for (const each of words) expect(app.stderr).toContain(each);
    expect(app.stderr).not.toMatch(/^ +at /m);
  });

  test("turned off", async () => {
    const { endpoint, received } = await startBackend();
    const env = { [`${prefix}ENDPOINT`]: endpoint, OTEL_SDK_DISABLED: "true" };
    const app = await start({ file: "app.mjs", code: esm + count, registers: true, env });
    expect([await app.exited, app.output, received.length]).toEqual([0, "", 0]);
  });
});

describe("with code", () => {
  const setUp = (options: string) => `
    const exporter = new PrometheusRemoteWriteExporter(${options});
    const resource = resourceFromAttributes({ "service.name": "app", "service.instance.id": "i1" });
    const provider = new MeterProvider({ resource, readers: [new PeriodicExportingMetricReader({ exporter })] });
    provider.getMeter("m").createCounter("c").add(5);`;
  const imports = `
    import { resourceFromAttributes } from "@opentelemetry/resources";
    import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
    import { PrometheusRemoteWriteExporter } from "${name}";`;
  const requires = imports.replaceAll("import {", "const {").replaceAll(/\} from (.*);/g, "} = require($1);");
  const env = (endpoint: string) => ({ [`${prefix}ENDPOINT`]: endpoint });

  test.each([2, 3] as const)("the SDK of version %i, in an ES module", async (sdk) => {
    const { endpoint, received } = await startBackend();
    const code = `${imports}${setUp("")}await provider.shutdown();`;
    const app = await start({ file: "app.mjs", code, sdk, env: env(endpoint) });
    expect([await app.exited, app.output]).toEqual([0, ""]);
    expect(received.flatMap(({ lines }) => lines)).toContain(line);
  });

  test.each([2, 3] as const)("the SDK of version %i, required", async (sdk) => {
    const { endpoint, received } = await startBackend();
    const code = `${requires}${setUp("")}provider.forceFlush().then(() => console.log(exporter.counts.exports));`;
    const app = await start({ file: "app.cjs", code, sdk, env: env(endpoint) });
    expect([await app.exited, app.output]).toEqual([0, "1\n"]);
    expect(received.flatMap(({ lines }) => lines)).toContain(line);
  });

  test("nothing of it keeps a process alive: not a kept connection, not a wait for the next try", async () => {
    const { endpoint, received } = await startBackend([204, 503]);
    const code = `${imports}${setUp("{ retry: { initialIntervalMillis: 60000, maxIntervalMillis: 60000 } }")}
      const send = () => reader.collect().then(({ resourceMetrics }) => exporter.export(resourceMetrics, () => {}));
      const reader = new (class extends (await import("@opentelemetry/sdk-metrics")).MetricReader { async onForceFlush() {} async onShutdown() {} })();
      new MeterProvider({ resource, readers: [reader] }).getMeter("m").createCounter("c").add(5);
      await send();
      await exporter.forceFlush();
      await send();
      // The second one is refused by then: it waits for a minute.
      setTimeout(() => {}, 500);`;
    const app = await start({ file: "app.mjs", code, env: env(endpoint) });
    expect([await app.exited, app.output]).toEqual([0, ""]);
    expect(received).toHaveLength(2);
  });

  test("an exporter alone ends with its program", async () => {
    const code = `import { PrometheusRemoteWriteExporter } from "${name}"; new PrometheusRemoteWriteExporter({ endpoint: "http://127.0.0.1:1" });`;
    const app = await start({ file: "app.mjs", code });
    expect([await app.exited, app.output]).toEqual([0, ""]);
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { ConfigError } from "@sluice/component";
import { expect, test, vi } from "vitest";
import { createFeatureGates } from "../feature-gates.ts";
import { debug, definitions, load, otlp, telemetry, world } from "./fixtures.testing.ts";
import { loadConfig } from "./load.ts";
import { ConfigProblems, formatProblem } from "./problems.ts";

const minimal = `receivers: {otlp: {protocols: {grpc: }}}
exporters: {debug: }
service: {pipelines: {metrics: {receivers: [otlp], exporters: [debug]}}}
`;
const build = { command: "test", description: "Test", version: "1.0.0" };

test("sources of every scheme are merged in order", async () => {
  const simulation = world(
    { "/etc/sluice/a.yaml": minimal, "b.yaml": "exporters: {debug: {verbosity: normal}}" },
    { MORE: "exporters: {debug: {verbosity: detailed}}" },
  );
  const verbosity = async (...uris: readonly string[]) => {
    const { exporters } = await load(uris, simulation);
    return (exporters.get("debug")!.config as { verbosity: string }).verbosity;
  };
  expect(await verbosity("/etc/sluice/a.yaml")).toBe("basic");
  expect(await verbosity("file:/etc/sluice/a.yaml", "b.yaml")).toBe("normal");
  expect(await verbosity("/etc/sluice/a.yaml", "b.yaml", "env:MORE")).toBe("detailed");
  expect(await verbosity("/etc/sluice/a.yaml", "env:MORE", "b.yaml")).toBe("normal");
  expect(await verbosity("/etc/sluice/a.yaml", "yaml:exporters: {debug: {verbosity: normal}}")).toBe("normal");
});

test("the base directory is that of the first file", async () => {
  const files = { "a.yaml": minimal, "x/y.yaml": minimal, "/etc/z.yaml": minimal, "/top.yaml": minimal };
  const simulation = world(files, { ALL: minimal });
  const check = async (uris: readonly string[], expected: string) =>
    expect([uris, (await load(uris, simulation)).baseDirectory]).toEqual([uris, expected]);
  await check(["a.yaml"], "/sim");
  await check(["./a.yaml"], "/sim");
  await check(["x/y.yaml"], "/sim/x");
  await check(["file:/etc/z.yaml"], "/etc");
  await check(["/top.yaml"], "/");
  await check(["env:ALL"], "/sim");
  await check(["env:ALL", "/etc/z.yaml", "a.yaml"], "/etc");
});

test("problems of several files come in the order of the files", async () => {
  const simulation = world({
    "1.yaml": `${minimal}a: 1\n`,
    "2.yaml": "exporters: {debug/2: '${file:3.yaml}'}\nb: 1",
    "3.yaml": "loudness: 5",
  });
  const error: unknown = await load(["2.yaml", "1.yaml"], simulation).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as ConfigProblems).problems.map(formatProblem)).toEqual([
    "2.yaml:2:1: b: unknown key; expected one of receivers, processors, exporters, connectors, extensions, service",
    "1.yaml:4:1: a: unknown key; expected one of receivers, processors, exporters, connectors, extensions, service",
    "3.yaml:1:1: exporters::debug/2::loudness: unknown key; expected one of verbosity, sampling_thereafter",
  ]);
});

test("no URI is an empty configuration", async () => {
  await expect(load([], world({}))).rejects.toThrow("configuration: found no configuration");
});

test("the printed list is bounded", () => {
  const place = { source: "a", line: 1, column: 1 };
  const problems = Array.from({ length: 150 }, () => ({ severity: "error" as const, place, path: [], message: "m" }));
  const lines = new ConfigProblems(problems).message.split("\n");
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([
    102,
    "150 problems in the configuration:",
    "... and 50 more",
  ]);
});

test("odd keys are printed on one line", () => {
  const place = { source: "a", line: 1, column: 2 };
  const print = (...path: readonly string[]) => formatProblem({ severity: "error", place, path, message: "m" });
  expect(print("a\nb", "c d", "e/f")).toBe('a:1:2: "a\\nb"::"c d"::e/f: m');
  expect(print("\u001b[31m\u009b")).toBe('a:1:2: "\\u001b[31m\\u009b": m');
});

test("gates decide what may be left out, and how lists are merged", async () => {
  const featureGates = createFeatureGates();
  const simulation = world({ "a.yaml": minimal, "b.yaml": "service: {pipelines: {metrics: {exporters: [debug/2]}}}" });
  simulation.files.write("c.yaml", "exporters: {debug/2: }");
  const exporters = async () =>
    (await load(["a.yaml", "b.yaml", "c.yaml"], simulation, { featureGates })).pipelines[0]!.exporters;
  expect(await exporters()).toEqual(["debug/2"]);
  featureGates.applyFlag("confmap.enableMergeAppendOption");
  expect(await exporters()).toEqual(["debug", "debug/2"]);

  simulation.files.write("none.yaml", "service: {pipelines: {}}");
  await expect(load(["none.yaml"], simulation, { featureGates })).rejects.toThrow("found no pipeline");
  featureGates.applyFlag("service.AllowNoPipelines");
  const config = await load(["none.yaml"], simulation, { featureGates });
  expect([config.pipelines, config.receivers.size, config.exporters.size]).toEqual([[], 0, 0]);
});

test("only definitions that are named are loaded", async () => {
  const used = vi.fn(async () => debug);
  const unused = vi.fn(async () => otlp);
  const lazy = [
    { kind: "exporter" as const, type: "debug", load: used },
    { kind: "receiver" as const, type: "other", aliases: ["another"], load: unused },
    otlp,
  ];
  const { env } = world({ "a.yaml": minimal });
  const config = await loadConfig({ uris: ["a.yaml"], env, definitions: lazy, telemetry, build });
  expect(config.exporters.get("debug")!.definition).toBe(debug);
  expect([used.mock.calls.length, unused.mock.calls.length]).toEqual([1, 0]);
});

test("the telemetry section has a check of its own", async () => {
  const { env } = world({ "a.yaml": `${minimal}  \n`, "b.yaml": "service: {telemetry: {logs: {level: debug}}}" });
  const checkTelemetry = ({ logs }: { readonly logs: { readonly level: string } }) =>
    logs.level === "debug" ? [{ path: ["logs", "level"], message: "too loud" }] : [];
  const options = { env, definitions, telemetry, checkTelemetry, build };
  expect((await loadConfig({ ...options, uris: ["a.yaml"] })).telemetry).toEqual({ logs: { level: "info" } });
  await expect(loadConfig({ ...options, uris: ["a.yaml", "b.yaml"] })).rejects.toThrow(
    "b.yaml:1:30: service::telemetry::logs::level: too loud",
  );
});

test("references through old and present names meet", async () => {
  const simulation = world({
    "a.yaml": `receivers: {otlp: {protocols: }}
exporters: {prometheusremotewrite/a: {endpoint: x}, prometheus_remote_write/b: {endpoint: x}}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [prometheus_remote_write/a, prometheusremotewrite/b]}
`,
  });
  const { pipelines, exporters, warnings } = await load(["a.yaml"], simulation);
  expect(pipelines[0]!.exporters).toEqual(["prometheus_remote_write/a", "prometheus_remote_write/b"]);
  expect([...exporters.keys()]).toEqual(["prometheus_remote_write/a", "prometheus_remote_write/b"]);
  expect(warnings.map(formatProblem)).toEqual([
    'a.yaml:2:13: exporters::prometheusremotewrite/a: "prometheusremotewrite" is the old name of the exporter type "prometheus_remote_write"; both work',
  ]);
});

test("what cannot be read is told", async () => {
  const simulation = world({ "big.yaml": "a".repeat(2 ** 22 + 1) }, { BIG: "a".repeat(2 ** 22 + 1) });
  simulation.files.makeDirectory("directory");
  const check = async (uri: string, expected: string) =>
    expect([uri, await load([uri], simulation).catch((error: Error) => error.message.split("\n")[1])]).toEqual([
      uri,
      expected,
    ]);
  await check("none.yaml", 'none.yaml: cannot read "none.yaml": no such file');
  await check("directory", 'directory: cannot read "directory": found a directory, expected a file');
  await check("big.yaml", 'big.yaml: cannot read "big.yaml": larger than 4 MiB');
  await check("env:BIG", 'env:BIG: cannot read "env:BIG": larger than 4 MiB');
  await check("env:1", 'env:1: found "1", expected the name of an environment variable (letters, digits and "_")');
  await check("C:\\config.yaml", 'C:\\config.yaml: cannot read "C:\\config.yaml": no such file');
  await check(
    "https://me:hunter2@host/config.yaml?token=hunter2",
    'https://[REDACTED]@host/config.yaml?[REDACTED]: cannot get "https://[REDACTED]@host/config.yaml?[REDACTED]": cannot connect to "host:443"',
  );
});

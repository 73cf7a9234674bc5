import { defineConnector, t } from "@sluice/component";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { definitions } from "../config/fixtures.testing.ts";
import type { Definitions } from "../definitions.ts";
import { runCommand } from "./cli.testing.ts";

const config = `receivers: {otlp: {protocols: {grpc: }}}
exporters: {prometheusremotewrite: {endpoint: "https://\${env:USER}:x@host", password: hunter2}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}}}
`;
const run = async (args: readonly string[], listed: Definitions = definitions) => {
  const options = { definitions: listed };
  const ended = await runCommand(args, { files: { "c.yaml": config }, env: { USER: "me" }, options });
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  return ended.stdout;
};

test("components, in upstream's shape", async () => {
  const connector = defineConnector({
    type: "count",
    stability: "alpha",
    config: t.object("Counts.", {}),
    routes: [{ from: "logs", to: "metrics" }],
    create: () => ({ consume: async () => {} }),
  });
  const lazy = { kind: "connector", type: "count", module: "@sluice/count", load: async () => connector } as const;
  const listed = [...definitions.filter(({ kind }) => kind !== "connector"), lazy];
  const yaml = await run(["components"], listed);
  const found = parse(yaml);
  expect(Object.keys(found)).toEqual([
    "buildinfo",
    "receivers",
    "processors",
    "exporters",
    "connectors",
    "extensions",
    "providers",
    "converters",
  ]);
  expect(found.buildinfo).toEqual({ command: "sluice", description: "A collector", version: "1.2.3" });
  expect(found.exporters).toEqual([
    { name: "debug", stability: { logs: "Beta", metrics: "Beta", traces: "Beta" } },
    {
      name: "prometheus_remote_write",
      aliases: ["prometheusremotewrite"],
      stability: { logs: "Undefined", metrics: "Beta", traces: "Undefined" },
    },
  ]);
  const [{ stability, ...named }] = found.connectors;
  expect(named).toEqual({ name: "count", module: "@sluice/count" });
  expect(Object.entries(stability).filter(([, level]) => level !== "Undefined")).toEqual([
    ["logs-to-metrics", "Alpha"],
  ]);
  expect(Object.keys(stability)).toHaveLength(9);
  expect(found.extensions).toContainEqual({ name: "health_check", stability: { extension: "Beta" } });
  expect(found.providers).toContainEqual({ scheme: "env", module: "@sluice/core" });
  expect(JSON.parse(await run(["components", "--format", "json"], listed))).toEqual(found);
});

test("print-config: defaults and all, secrets hidden unless they are asked for", async () => {
  const yaml = await run(["print-config", "--config", "c.yaml"]);
  expect(yaml).not.toMatch(/hunter2|me:x/);
  const { prometheus_remote_write: shown } = parse(yaml).exporters;
  expect(shown).toMatchObject({ endpoint: "https://[REDACTED]@host", password: "[REDACTED]", timeout: "5s" });
  const revealed = await run(["print-initial-config", "--config=c.yaml", "--mode", "unredacted", "--format=json"]);
  expect(JSON.parse(revealed).exporters.prometheus_remote_write).toMatchObject({
    endpoint: "https://me:x@host",
    password: "hunter2",
  });
});

test("--set is laid over --config, wherever it stands", async () => {
  const set = [
    "--set=exporters.prometheusremotewrite.endpoint=http://other",
    "--set",
    "service.telemetry.logs.level=warn",
  ];
  const { exporters, service } = parse(await run(["print-config", ...set, "--config", "c.yaml"]));
  expect([exporters.prometheus_remote_write.endpoint, service.telemetry.logs.level]).toEqual(["http://other", "warn"]);
});

test("print-config --validate=false: whatever the schemas take", async () => {
  const broken = config.replace(
    "service: {",
    "processors: {batch: {send_batch_size: 9, send_batch_max_size: 5}}\nservice: {",
  );
  const print = (...args: readonly string[]) =>
    runCommand(["print-config", "--config", "c.yaml", ...args], {
      files: { "c.yaml": broken },
      env: { USER: "me" },
      options: { definitions },
    });
  expect(await print()).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("at least send_batch_size"),
  });
  const { code, stdout } = await print("--validate=false");
  expect([code, parse(stdout).processors.batch.send_batch_max_size]).toEqual([0, 5]);
  expect((await print("--validate=false", "--set=processors.batch.nosuch=1")).code).toBe(1);
});

test("print-config --annotate: where each value comes from", async () => {
  const args = ["--config", "c.yaml", "--set", "exporters.prometheusremotewrite.timeout=9s"];
  const lines = (await run(["print-config", ...args, "--annotate"])).split("\n").map((line) => line.trim());
  const column = (written: string) => config.split("\n")[1]!.indexOf(written) + 1;
  expect(lines).toContain(`endpoint: https://[REDACTED]@host  # c.yaml:2:${column('"https')} (env:USER)`);
  expect(lines).toContain(`password: '[REDACTED]'  # c.yaml:2:${column("hunter2")}`);
  expect(lines.find((line) => line.startsWith("timeout:"))).toMatch(
    /^timeout: 9s {2}# --set exporters\.prometheusremotewrite\.timeout:1:\d+$/,
  );
  expect(lines).toContain("insecure: false  # default");
  const json = await runCommand(["print-config", "--config", "c.yaml", "--annotate", "--format", "json"]);
  expect([json.code, json.stderr]).toEqual([1, expect.stringContaining("--annotate needs --format yaml")]);
});

test("featuregate: a table, or one", async () => {
  const table = (await run(["featuregate"])).split("\n");
  expect(table[0]).toMatch(/^ID +Enabled {2}Stage +Description$/);
  expect(table.find((line) => line.startsWith("service.AllowNoPipelines "))).toMatch(/ false {4}Alpha /);
  expect(await run(["featuregate", "service.AllowNoPipelines"])).toMatch(
    /^Feature: service\.AllowNoPipelines\nEnabled: false\nStage: Alpha\nDescription: .+\n$/,
  );
  const { code, stderr } = await runCommand(["featuregate", "service.AllowNoPipeline"]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('; did you mean "service.AllowNoPipelines"?')]);
});

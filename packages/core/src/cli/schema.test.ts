/** What the schema for editors takes and refuses, held against what loading says of the same configurations. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { AnyDefinition } from "@sluice/component";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readCorpusFile, testdata } from "../config/corpus.testing.ts";
import { definitions, telemetry } from "../config/fixtures.testing.ts";
import type { Definitions } from "../definitions.ts";
import { telemetrySchema } from "../telemetry/config.ts";
import { runCommand } from "./cli.testing.ts";
import { blindSpots } from "./editor/blind-spots.testing.ts";
import { editorDocument } from "./editor/document.ts";

const build = { command: "sluice", description: "A collector", version: "1.2.3" };
const compiled = new Map<string, ValidateFunction>();

/** What an editor sees; a keyword that is not known is an error. */
function validatorFor(listed: Definitions, own = telemetry.json): ValidateFunction {
  const document = editorDocument({ build, definitions: listed as readonly AnyDefinition[], telemetry: own });
  const key = JSON.stringify(document);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
  ajv.addVocabulary(["markdownDescription", "deprecationMessage"]);
  const validate = ajv.compile(document);
  compiled.set(key, validate);
  return validate;
}

/** undefined: accepted; else why it is not. */
function judge(text: string, listed: Definitions, own = telemetry.json): string | undefined {
  const validate = validatorFor(listed, own);
  try {
    return validate(parse(text, { merge: true, maxAliasCount: -1 })) ? undefined : JSON.stringify(validate.errors);
  } catch (error) {
    return `no YAML: ${(error as Error).message}`;
  }
}

const names = (directory: string) =>
  readdirSync(join(testdata, directory)).flatMap((name) => (name.endsWith(".yaml") ? [name.slice(0, -5)] : []));

describe("bad ones are refused, but for what no schema can see", () => {
  const blind = new Set(Object.values(blindSpots).flat());
  test("what cannot be seen is there", () =>
    expect([...blind].filter((name) => !names("bad").includes(name))).toEqual([]));

  test.each(names("bad"))("%s", (name) => {
    const { text, options, schema } = readCorpusFile("bad", `${name}.yaml`);
    const why = judge(text, options.definitions);
    expect([name, why === undefined]).toEqual([name, blind.has(name)]);
    if (schema !== undefined) expect([name, schema]).toEqual([name, why === undefined ? "accepts" : "refuses"]);
  });
});

test.each(names("good"))("good: %s", (name) => {
  const { text, options } = readCorpusFile("good", `${name}.yaml`);
  expect(judge(text, options.definitions)).toBe(undefined);
});
test.each(names("environment"))("good but for the machine: %s", (name) => {
  const { text, options } = readCorpusFile("environment", `${name}.yaml`);
  expect(judge(text, options.definitions, telemetrySchema.json)).toBe(undefined);
});

const whole = (exporters: string, more = "") =>
  `receivers: {otlp: {protocols: {grpc: }}, scraper: {labels: {a: 1}}}
exporters: {debug: , ${exporters}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [debug]}}}
${more}`;
/** One body of the exporter that has most words of a schema. */
const isTaken = (body: string, expected: boolean) => {
  const why = judge(whole(`prometheusremotewrite/a: {endpoint: http://x, ${body}}`), definitions);
  expect([body, why === undefined, why]).toEqual([body, expected, expected ? undefined : why]);
};

test("references stand for any value", () => {
  isTaken('timeout: "${env:TIMEOUT}"', true);
  isTaken('compression: "${env:COMPRESSION:-snappy}"', true);
  isTaken('headers: "${file:headers.yaml}"', true);
  isTaken('queue: {size: "${env:SIZE}", enabled: "${env:ON}"}', true);
  isTaken('tls: "${env:TLS}"', true);
  isTaken('tls: {min_version: "1.${env:MINOR}"}', true);
  isTaken('timeout: "$TIMEOUT"', false);
});

test("a number, or nothing, in place of text", () => {
  isTaken("timeout: 0", true);
  isTaken("timeout: 5", false);
  isTaken("timeout: ", true);
  isTaken("timeout: -1.5h3µs", true);
  isTaken("timeout: 1d", false);
  isTaken("password: 12345, headers: {a: 1, b: true}", true);
  isTaken("headers: {a: }", false);
  isTaken("headers: [{name: a, value: 1}]", true);
  isTaken("headers: [{name: a}]", false);
  isTaken("endpoint: ", false);
});

test("sections: nothing, on, off, and with mistakes", () => {
  isTaken("queue: , tls: , auth: {authenticator: signer}", true);
  isTaken("queue: {enabled: false}", true);
  isTaken("auth: ", false);
  isTaken("queue: {enabled: false, size: 0}", false);
  isTaken("queue: {size: 9007199254740993}", false);
});

test("old keys, and keys that lead several levels down", () => {
  isTaken("ca_file: /x, insecure: true", true);
  isTaken("tls_settings: {insecure: yes}", false);
  isTaken("tls::insecure: true", true);
  expect(judge(whole("logging: {loglevel: DEBUG}"), definitions)).toBe(undefined);
  expect(judge(whole("logging: {loglevel: loud}"), definitions)).toMatch(/pattern/);
  const level = (written: string) =>
    whole("debug/a:").replace("service: {", `service: {telemetry: {metrics: {level: ${written}}}, `);
  expect(judge(level("dETAILED"), definitions, telemetrySchema.json)).toBe(undefined);
  expect(judge(level("dETAIL"), definitions, telemetrySchema.json)).toMatch(/pattern/);
  const ballast = whole("debug/a: ", "extensions: {memory_ballast: {size_mib: 64}}");
  expect(judge(ballast, definitions)).toBe(undefined);
  const long = "service::pipelines::metrics: {receivers: [otlp], exporters: [debug]}";
  expect(judge(`receivers::otlp::protocols::grpc:\nexporters: {debug: }\n${long}`, definitions)).toBe(undefined);
});

test("what it says of itself and of keys", async () => {
  const { stdout, stderr, code } = await runCommand(["schema"], { options: { definitions } });
  expect([stderr, code]).toEqual(["", 0]);
  const { $schema, $id, title, properties, $defs } = JSON.parse(stdout);
  expect([$schema, $id, title]).toEqual([
    "https://json-schema.org/draft/2020-12/schema",
    "urn:sluice:configuration:1.2.3",
    "Configuration of sluice 1.2.3",
  ]);
  expect(Object.keys(properties)).toEqual([
    "receivers",
    "processors",
    "exporters",
    "connectors",
    "extensions",
    "service",
  ]);
  const old = 'Old name of "prometheus_remote_write".';
  expect(properties.exporters.properties.prometheusremotewrite).toEqual({
    $ref: "#/$defs/exporter_prometheus_remote_write",
    description: old,
    deprecated: true,
    deprecationMessage: old,
  });
  const { timeout, namespace } = $defs.exporter_prometheus_remote_write.properties;
  expect(timeout).toMatchObject({ description: "At most.", default: "5s" });
  expect(namespace).toMatchObject({
    deprecated: true,
    deprecationMessage: "use a processor that renames metrics",
  });
  // What stands twice stands once.
  const { pipelines } = properties.service.properties;
  expect([pipelines.properties.logs, $defs.pipeline.properties.receivers.minItems]).toEqual([
    { $ref: "#/$defs/pipeline" },
    1,
  ]);
  expect(stdout).not.toContain('"x-');
});

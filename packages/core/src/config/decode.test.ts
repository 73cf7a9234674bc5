// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { type AnyDefinition, defineExporter, Secret, t } from "@sluice/component";
import { describe, expect, test } from "vitest";
import { checkComponentConfig } from "./check-component.ts";
import { batch, healthCheck, otlp, remoteWrite, sampler, scraper, world } from "./fixtures.testing.ts";

const variables = { N: "0123", TEXT: "abc", LIST: "[a, b]", MAP: "{size: 5}", TRUE: "true", PLAIN: "5", EMPTY: "" };

const reader = (definition: AnyDefinition) => async (yaml: string, expected: unknown) => {
  const { env } = world({ "body.yaml": "size: 7\n", token: "a: b: c\n" }, variables);
  const result = await checkComponentConfig(definition, yaml, env);
  const config = "config" in result ? result.config : result.problems.split("\n").slice(1);
  expect([yaml, config]).toEqual([yaml, expected]);
};
/** Reads one key of an exporter whose endpoint is given. */
const key = async (yaml: string, expected: object | string) => {
  const { env } = world({}, variables);
  const result = await checkComponentConfig(remoteWrite, `endpoint: e\n${yaml}`, env);
  if ("problems" in result) expect([yaml, result.problems.split("\n").slice(1).join("\n")]).toEqual([yaml, expected]);
  else
    expect([yaml, result.config]).toEqual([
      yaml,
      expect.objectContaining(typeof expected === "string" ? {} : expected),
    ]);
};

const batchDefaults = { timeout: 200, send_batch_size: 8192, send_batch_max_size: 0, metadata_keys: [] };

test("an empty body has every default", async () => {
  const check = reader(batch);
  await check("", batchDefaults);
  await check("{}", batchDefaults);
  await check("~", batchDefaults);
  await check("timeout:", batchDefaults);
  await check("${env:NONE}", batchDefaults);
});

test("durations are milliseconds", async () => {
  const check = reader(batch);
  await check("timeout: 1m30s", { ...batchDefaults, timeout: 90_000 });
  await check("timeout: 0s", { ...batchDefaults, timeout: 0 });
  await check("timeout: 0", { ...batchDefaults, timeout: 0 });
  await check('timeout: "0"', { ...batchDefaults, timeout: 0 });
  await check("timeout: 0.5", [
    'config.yaml:1:1: timeout: found 0.5, expected a duration with a unit, for example "5s" or "1h30m"; did you mean "0.5s"?',
  ]);
  const scrape = reader(scraper);
  const defaults = { interval: 60_000, body_size_limit: 0, labels: {}, jobs: [], raw: undefined };
  await scrape("interval: 1d", { ...defaults, interval: 86_400_000 });
  await scrape("interval: 0", { ...defaults, interval: 0 });
  await scrape("body_size_limit: 10MB", { ...defaults, body_size_limit: 10 * 2 ** 20 });
  await scrape("body_size_limit: 0", { ...defaults, body_size_limit: 0 });
});

test("optional keys are there, undefined", async () => {
  const { env } = world({});
  const result = await checkComponentConfig(remoteWrite, "endpoint: e", env);
  expect("config" in result && result.config).toStrictEqual({
    endpoint: "e",
    timeout: 5000,
    headers: Object.create(null),
    password: undefined,
    tls: { insecure: false, ca_file: undefined, min_version: undefined },
    compression: "snappy",
    auth: undefined,
    queue: { size: 100, storage: undefined },
    namespace: undefined,
  });
});

test("sections have three states", async () => {
  const check = reader(otlp);
  const off = { grpc: undefined, http: undefined };
  const grpc = { endpoint: "localhost:4317" };
  const http = { endpoint: "localhost:4318", cors: undefined };
  await check("protocols:", { protocols: off });
  await check("protocols: {grpc: }", { protocols: { ...off, grpc } });
  await check("protocols: {grpc: {}}", { protocols: { ...off, grpc } });
  await check("protocols: {grpc: {enabled: true}}", { protocols: { ...off, grpc } });
  await check("protocols: {grpc: {enabled: false}}", { protocols: off });
  await check("protocols: {grpc: {enabled: false, endpoint: x}}", { protocols: off });
  await check("protocols: {http: {cors: {enabled: false}}}", { protocols: { ...off, http } });
  await check("protocols: {http: {cors: {}}}", ["config.yaml:1:20: protocols::http::cors::allowed_origins: required"]);
  await check("protocols: {grpc: {enabled: 1}}", [
    "config.yaml:1:20: protocols::grpc::enabled: found 1, expected true or false",
  ]);
  await check("protocols: {grpc: 5}", ["config.yaml:1:13: protocols::grpc: found 5, expected a map"]);
  await check("protocols: {grpc: {enabled: false, bad: 1}}", [
    "config.yaml:1:36: protocols::grpc::bad: unknown key; expected one of enabled, endpoint",
  ]);
  await key("queue:", { queue: { size: 100, storage: undefined } });
  await key("queue: {enabled: false}", { queue: undefined });
});

test("headers are a map of secrets", async () => {
  const { env } = world({}, variables);
  const read = async (yaml: string) => {
    const result = await checkComponentConfig(remoteWrite, `endpoint: e\nheaders: ${yaml}`, env);
    if ("problems" in result) return result.problems.split("\n").slice(1).join("\n");
    const { headers } = result.config as { headers: Readonly<Record<string, Secret>> };
    return Object.entries(headers).map(([name, value]) => [name, value.reveal()]);
  };
  const check = async (yaml: string, expected: unknown) => expect([yaml, await read(yaml)]).toEqual([yaml, expected]);
  await check("{X-Scope-OrgID: 017, b: true}", [
    ["X-Scope-OrgID", "017"],
    ["b", "true"],
  ]);
  await check("[{name: A, value: 1}, {name: b, value: x}]", [
    ["A", "1"],
    ["b", "x"],
  ]);
  await check("{a: '${env:N}', __proto__: x}", [
    ["a", "0123"],
    ["__proto__", "x"],
  ]);
  await check(
    "{a: ${env:NONE}}",
    'config.yaml:2:15: found "$" and "{" inside [ ] or { }, expected quotes around the reference',
  );
  await check('{a: "${env:NONE}"}', [["a", ""]]);
  await check(
    "[{name: a, value: x}, {name: a, value: y}]",
    'config.yaml:2:39: headers::1::name: found the name "a" again, expected each once',
  );
  await check("[{name: a}]", "config.yaml:2:11: headers::0::value: required");
  await check("x", "config.yaml:2:1: headers: found text, expected a map, or a list of {name, value}");
  await check("{a: [secret]}", "config.yaml:2:11: headers::a: found a list, expected text");
});

describe("values from references", () => {
  test("are text where text is wanted, else typed", async () => {
    const check = reader(scraper);
    const defaults = { interval: 60_000, body_size_limit: 0, labels: {}, jobs: [], raw: undefined };
    await check("raw: ${env:N}", { ...defaults, raw: 83 });
    await check("raw: {a: ${env:N}b, c: [~]}", [
      'config.yaml:1:11: found "$" and "{" inside [ ] or { }, expected quotes around the reference',
    ]);
    await check('raw: {a: "${env:N}b", c: [~]}', { ...defaults, raw: { a: "0123b", c: [null] } });
    await check("labels: ${env:MAP}", { ...defaults, labels: { size: "5" } });
    await check('labels: {a: "${env:N}", b: 017, c: "${env:LIST}", d: "${env:NONE}", e: "${env:EMPTY}"}', {
      ...defaults,
      labels: { a: "0123", b: "017", c: "[a, b]", d: "", e: "" },
    });
    await check("labels: {a: }", ["config.yaml:1:10: labels::a: found nothing, expected text"]);
    await check("jobs: [{name: 5, targets: '${env:LIST}', replacement: '$${1}:${2}'}]", {
      ...defaults,
      jobs: [{ name: "5", targets: ["a", "b"], files: [], replacement: "${1}:${2}" }],
    });
  });
  test("go into numbers, booleans and strings", async () => {
    const check = reader(sampler);
    const defaults = { mode: "equal", fail_closed: true };
    await check("percentage: ${env:N}", { ...defaults, percentage: 83 });
    await check("percentage: 1e1\nfail_closed: ${env:TRUE}", { ...defaults, percentage: 10 });
    await key("tls: {ca_file: '${env:N}'}", { tls: { insecure: false, ca_file: "0123", min_version: undefined } });
    await key("tls: {ca_file: 0123}", "config.yaml:2:7: tls::ca_file: found 0123, expected text; put quotes around it");
    await key("queue: ${env:MAP}", { queue: { size: 5, storage: undefined } });
    await key("queue: ${env:TEXT}", 'config.yaml:2:1: queue: found text from "${env:TEXT}", expected a map');
    await key(
      "timeout: ${env:TEXT}",
      'config.yaml:2:1: timeout: found text from "${env:TEXT}", expected a duration with a unit, for example "5s" or "1h30m"',
    );
    await key("compression: ${env:TRUE}", { compression: true });
    await key(
      "compression: ${env:PLAIN}",
      'config.yaml:2:1: compression: found a number from "${env:PLAIN}", expected one of "snappy", "zstd"',
    );
  });
  test("say why a file is no map", async () => {
    const check = reader(remoteWrite);
    await check("endpoint: e\nqueue: ${file:token}", [
      'config.yaml:2:1: queue: found text from "${file:token}" (not YAML: token:1:4: found "key: value" inside a value, expected quotes around the value, or a new line indented like its key), expected a map',
    ]);
  });
});

test("secrets are never shown", async () => {
  await key("password: 0123", { password: expect.any(Secret) });
  await key("password: [hunter2]", "config.yaml:2:1: password: found a list, expected text");
  await key("auth: ${env:TEXT}", 'config.yaml:2:1: auth: found text from "${env:TEXT}", expected a map');
});

test("unions take the form of the value's type", async () => {
  await key("compression: true", { compression: true });
  await key("compression: zstd", { compression: "zstd" });
  await key(
    "compression: zsdt",
    'config.yaml:2:1: compression: found "zsdt", expected one of "snappy", "zstd"; did you mean "zstd"?',
  );
  await key(
    "compression: 5",
    'config.yaml:2:1: compression: found 5, expected true or false, or one of "snappy", "zstd"',
  );
  await key(
    "compression: {a: 1}",
    'config.yaml:2:1: compression: found a map, expected true or false, or one of "snappy", "zstd"',
  );
});

test("prototypes are out of reach", async () => {
  await key(
    "__proto__: {polluted: 1}",
    "config.yaml:2:1: __proto__: unknown key; expected one of endpoint, timeout, headers, password, tls, compression, auth, queue, namespace",
  );
  await key(
    "constructor: 1",
    "config.yaml:2:1: constructor: unknown key; expected one of endpoint, timeout, headers, password, tls, compression, auth, queue, namespace",
  );
  await key(
    "auth: {constructor: 1}",
    [
      "config.yaml:2:1: auth::authenticator: required",
      "config.yaml:2:8: auth::constructor: unknown key; expected one of authenticator",
    ].join("\n"),
  );
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("keys may hold anything", async () => {
  const { env } = world({});
  const config = t.object("Odd.", {
    "a/b ~%c": t.object("Odd.", { "\u00e4": t.integer({ description: "A number." }) }),
  });
  const create = () => ({ consume: async () => {} });
  const definition = defineExporter({ type: "odd", signals: ["metrics"], stability: "alpha", config, create });
  const result = await checkComponentConfig(definition, '"a/b ~%c": {\u00e4: x}', env);
  expect(result).toEqual({
    problems:
      '1 problem in the configuration:\nconfig.yaml:1:13: "a/b ~%c"::\u00e4: found "x", expected a whole number',
  });
});

test("deprecated keys are warned of", async () => {
  const { env } = world({});
  const result = await checkComponentConfig(remoteWrite, "endpoint: e\nnamespace: n", env);
  expect("warnings" in result && result.warnings).toEqual([
    {
      severity: "warning",
      place: { source: "config.yaml", line: 2, column: 1 },
      path: ["namespace"],
      message: "deprecated: use a processor that renames metrics",
    },
  ]);
});

test("a component's own check is asked where the schema's problems leave every key its type", async () => {
  const check = reader(batch);
  const below = (at: string) =>
    `config.yaml:${at}: send_batch_max_size: found 1, expected at least send_batch_size (8192)`;
  await check("sise: 1\nsend_batch_max_size: 1", [
    "config.yaml:1:1: sise: unknown key; expected one of timeout, send_batch_size, send_batch_max_size, metadata_keys",
    below("2:1"),
  ]);
  await check("send_batch_max_size: 1\nsend_batch_size: some", [
    'config.yaml:2:1: send_batch_size: found "some", expected a whole number',
  ]);
  // Out of range by the schema, and too small by the check: told once.
  await check("send_batch_max_size: -1", ["config.yaml:1:1: send_batch_max_size: found -1, expected at least 0"]);
  // A check may fail where its bounds do not hold.
  await reader(healthCheck)("endpoint: explode\npath: x", [
    'config.yaml:2:1: path: found "x", expected text that matches ^/',
  ]);
});

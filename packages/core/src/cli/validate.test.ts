import { expect, test } from "vitest";
import { definitions } from "../config/fixtures.testing.ts";
import { runCommand } from "./cli.testing.ts";

const good = `receivers: {otlp: {protocols: {grpc: }}}
exporters: {debug: }
service: {pipelines: {metrics: {receivers: [otlp], exporters: [debug]}}}
`;
const bad = `receivers:
  otlp: {protocols: {grpc: }}
exporters:
  prometheus_remote_write:
    endpoint: http://x
    password: hunter2
    timeout: 5
    headers: {a: [hunter2]}
    pasword: hunter2
    namespace: "100%, yes"
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [debug]}
`;
const files = {
  "good.yaml": good,
  "bad.yaml": bad,
  "./warn:ing,.yaml": good.replace("debug: ", "debug: , prometheusremotewrite: {endpoint: x}"),
};

const validate = (args: readonly string[], options = {}, env: Readonly<Record<string, string>> = {}) =>
  runCommand(["validate", ...args], { files, env, options: { definitions, ...options } });

test("nothing is said of what is good", async () => {
  const nothing = { code: 0, stdout: "", stderr: "" };
  expect(await validate(["--config", "good.yaml"])).toEqual(nothing);
  expect(await validate(["--config", "good.yaml", "--format", "github", "--deny-warnings"])).toEqual(nothing);
  const json = await validate(["--config", "good.yaml", "--format", "json"]);
  expect(json).toEqual({ ...nothing, stdout: '{\n  "valid": true,\n  "problems": []\n}\n' });
});

test("for people: all that is wrong, each with its line", async () => {
  const { code, stdout, stderr } = await validate(["--config", "bad.yaml"]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    `4 problems in the configuration:
bad.yaml:7:5: exporters::prometheus_remote_write::timeout: found 5, expected a duration with a unit, for example "5s" or "1h30m"; did you mean "5s"?
  7 |     timeout: 5
    |     ^
bad.yaml:8:15: exporters::prometheus_remote_write::headers::a: found a list, expected text
  8 |     headers: {a: [REDACTED]}
    |               ^
bad.yaml:9:5: exporters::prometheus_remote_write::pasword: unknown key; did you mean "password"?
  9 |     pasword: [REDACTED]
    |     ^
bad.yaml:13:46: service::pipelines::metrics::exporters::0: the exporter "debug" is not configured; expected it below exporters
  13 |     metrics: {receivers: [otlp], exporters: [debug]}
     |                                              ^
1 warning in the configuration:
bad.yaml:10:5: exporters::prometheus_remote_write::namespace: deprecated: use a processor that renames metrics
  10 |     namespace: "100%, yes"
     |     ^
`,
  );
});

test("what the machine lacks is told beside all else that is wrong", async () => {
  const text = `receivers:
  otlp: {protocols: {grpc: }}
  otlp/again: {protocols: {grpc: }}
exporters:
  debug: {verbosity: loud}
service: {pipelines: {metrics: {receivers: [otlp, otlp/again, otlp/none], exporters: [debug]}}}
`;
  const { code, stderr } = await runCommand(["validate", "--config", "c.yaml"], {
    files: { "c.yaml": text },
    options: { definitions },
  });
  const told = stderr.split("\n").filter((line) => /^c\.yaml:\d/.test(line));
  expect(code).toBe(1);
  expect(told.map((line) => line.split(":").slice(0, 3).join(":"))).toEqual([
    "c.yaml:3:28",
    "c.yaml:5:11",
    "c.yaml:6:63",
  ]);
  expect(told[0]).toContain('the receiver "otlp" (c.yaml:2) listens too');
});

test("of very many problems the first hundred", async () => {
  const keys = Array.from({ length: 103 }, (_, index) => `k${index}: 1`);
  const many = good.replace("debug: ", `debug: {${keys.join(", ")}}`);
  const { stderr } = await runCommand(["validate", "--config", "c.yaml"], {
    files: { "c.yaml": many },
    options: { definitions },
  });
  expect(stderr).toMatch(/^103 problems in the configuration:\n/);
  expect(stderr.match(/unknown key/g)).toHaveLength(100);
  expect(stderr).toMatch(/\n\.\.\. and 3 more\n$/);
});

test("a value that is no part of a file has no frame", async () => {
  const { stderr } = await validate(["--config", "good.yaml", "--set", "exporters.debug.verbosity=loud"]);
  expect(stderr).toMatch(/^1 problem in the configuration:\n--set exporters\.debug\.verbosity:1:\d+: .*\n$/);
});

test("colours only for a terminal, and not where they are not wanted", async () => {
  const red = "\u001b[31m";
  const check = async (has: boolean, options: object, env: Readonly<Record<string, string>> = {}) =>
    expect((await validate(["--config", "bad.yaml"], options, env)).stderr.includes(red)).toBe(has);
  await check(true, { isTerminal: true });
  await check(true, { isTerminal: true }, { NO_COLOR: "" });
  await check(false, {});
  await check(false, { isTerminal: true }, { NO_COLOR: "1" });
  await check(false, { isTerminal: true }, { TERM: "dumb" });
});

test("for programs", async () => {
  const { code, stdout, stderr } = await validate(["--config", "bad.yaml", "--format", "json"]);
  expect([code, stderr]).toEqual([1, ""]);
  const { valid, problems } = JSON.parse(stdout);
  expect(valid).toBe(false);
  expect(problems).toHaveLength(5);
  expect(problems[0]).toEqual({
    severity: "error",
    source: "bad.yaml",
    line: 7,
    column: 5,
    path: "exporters::prometheus_remote_write::timeout",
    message: expect.stringMatching(/^found 5, expected a duration/),
  });
});

test("for GitHub", async () => {
  const { code, stdout, stderr } = await validate(["--config", "bad.yaml", "--format", "github"]);
  expect([code, stderr]).toEqual([1, ""]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(5);
  expect(lines[1]).toBe(
    "::error file=bad.yaml,line=8,col=15::exporters::prometheus_remote_write::headers::a: found a list, expected text",
  );
  const missing = await validate(["--config", "100%,\n:.yaml", "--format", "github"]);
  expect(missing.stdout).toMatch(
    /^::error file=100%25%2C%0A%3A\.yaml::cannot read "100%25,%0A:\.yaml": no such file\n$/,
  );
  const inline = await validate(["--config=good.yaml", "--set=receivers.otlp.nosuch=1", "--format=github"]);
  expect(inline.stdout).toMatch(/^::error::--set receivers\.otlp\.nosuch:1:\d+: receivers::otlp::nosuch: unknown key/);
});

test("warnings are told, and may be denied", async () => {
  const warned = await validate(["--config", "./warn:ing,.yaml"]);
  expect([warned.code, warned.stderr]).toEqual([0, expect.stringMatching(/^1 warning in the configuration:\n/)]);
  expect((await validate(["--config", "./warn:ing,.yaml", "--deny-warnings"])).code).toBe(1);
  const { stdout } = await validate(["--config", "./warn:ing,.yaml", "--format", "github"]);
  expect(stdout).toMatch(/^::warning file=\.\/warn%3Aing%2C\.yaml,line=2,col=22::/);
});

test("ports that clash and files that are missing are found before anything is started", async () => {
  const twice = good.replace(
    "exporters: {debug: }",
    "exporters: {debug: }\nextensions: {health_check: {endpoint: 'localhost:8888'}}",
  );
  const { code, stderr } = await runCommand(["validate", "--config", "c.yaml"], {
    files: { "c.yaml": twice.replace("service: {", "service: {extensions: [health_check], ") },
    options: { definitions },
  });
  expect([code, stderr]).toEqual([1, expect.stringContaining("listens too, expected another port")]);
});

import type { Files } from "@sluice/component";
import { expect, test } from "vitest";
import { checkTelemetry, telemetrySchema } from "../telemetry/config.ts";
import { checkEnvironment } from "./environment.ts";
import { definitions, world } from "./fixtures.testing.ts";
import { loadConfig } from "./load.ts";
import { formatProblem } from "./problems.ts";

/** Checks bodies of components by id, all of them in use, in a world with some files. */
async function check(
  parts: {
    readonly receivers?: string;
    readonly exporters?: string;
    readonly extensions?: string;
    readonly page?: string;
  },
  ...expected: readonly string[]
) {
  const { receivers = "", exporters = "", extensions = "", page = "level: none" } = parts;
  const ids = (text: string) => [...text.matchAll(/^ {2}([\w/]+):/gm)].map(([, id]) => id).join(", ");
  const text = `receivers:\n  otlp: {protocols: }\n${receivers}
exporters:\n  debug:\n${exporters}
extensions:\n${extensions}
service:
  telemetry: {metrics: {${page}}}
  extensions: [${ids(extensions)}]
  pipelines: {metrics: {receivers: [otlp, ${ids(receivers)}], exporters: [debug, ${ids(exporters)}]}}
`;
  const simulation = world({ "etc/a.yaml": text, "etc/ca.pem": "CA", "etc/jobs/a.json": "[]", "/abs.pem": "CA" });
  simulation.files.makeDirectory("etc/empty");
  const build = { command: "test", description: "Test", version: "1.0.0" };
  const options = {
    uris: ["etc/a.yaml"],
    env: simulation.env,
    definitions,
    telemetry: telemetrySchema,
    checkTelemetry,
  };
  const problems = await checkEnvironment(await loadConfig({ ...options, build }), simulation.env);
  const lines = problems.map((problem) => `${problem.severity} ${formatProblem(problem).replace("etc/a.yaml:", "")}`);
  expect([parts, lines]).toEqual([parts, expected]);
}
const grpc = (id: string, endpoint: string) => `  ${id}: {protocols: {grpc: {endpoint: "${endpoint}"}}}\n`;

test("no two listeners want one address", async () => {
  await check({ receivers: grpc("otlp/a", "localhost:4317") + grpc("otlp/b", "localhost:4318") });
  await check({ receivers: grpc("otlp/a", "localhost:0") + grpc("otlp/b", "localhost:0") });
  await check(
    { receivers: grpc("otlp/a", "localhost:4317") + grpc("otlp/b", "0.0.0.0:4317") },
    'error 4:31: receivers::otlp/b::protocols::grpc::endpoint: found "0.0.0.0:4317", where the receiver "otlp/a" (etc/a.yaml:3) listens too, expected another port',
  );
  await check(
    { receivers: "  otlp/a: {protocols: {grpc: }}\n  otlp/b: {protocols: {grpc: }}\n" },
    'error 4:24: receivers::otlp/b::protocols::grpc::endpoint: found "localhost:4317", where the receiver "otlp/a" (etc/a.yaml:3) listens too, expected another port',
  );
  await check(
    { receivers: '  otlp/a: {protocols: {grpc: {endpoint: ":1"}, http: {endpoint: "localhost:1"}}}\n' },
    'error 3:55: receivers::otlp/a::protocols::http::endpoint: found "localhost:1", where the receiver "otlp/a" (etc/a.yaml:3) listens too, expected another port',
  );
  await check(
    { extensions: "  health_check: {endpoint: ':8888'}\n", page: "level: basic" },
    `error 8:18: extensions::health_check::endpoint: found ":8888", where the collector's own metrics page listens too, expected another port`,
  );
  const reader = (host: string) => `readers: [{pull: {exporter: {prometheus: {host: '${host}', port: 13133}}}}]`;
  await check({ extensions: "  health_check:\n", page: reader("127.0.0.2") });
  await check(
    { extensions: "  health_check:\n", page: reader("0.0.0.0") },
    expect.stringContaining("own metrics page"),
  );
  await check({ extensions: "  health_check:\n", page: reader("::") }, expect.stringContaining("own metrics page"));
});

test("files that are read are there", async () => {
  const signers = (...files: readonly string[]) =>
    files.map((file, index) => `  signer/${index}: {token_file: ${file}}\n`).join("");
  await check({ extensions: signers("ca.pem", "./ca.pem", "/abs.pem", "jobs/../ca.pem", '""') });
  await check(
    { extensions: signers("none.pem", "/none.pem", "jobs") },
    'error 8:14: extensions::signer/0::token_file: cannot read "none.pem": no such file',
    'error 9:14: extensions::signer/1::token_file: cannot read "/none.pem": no such file',
    'error 10:14: extensions::signer/2::token_file: cannot read "jobs": found a directory, expected a file',
  );
  await check(
    { exporters: "  prometheus_remote_write: {endpoint: x, tls: {ca_file: ca.crt}}\n" },
    'error 6:48: exporters::prometheus_remote_write::tls::ca_file: cannot read "ca.crt": no such file',
  );
});

test("files that may come later are only warned of", async () => {
  const scraper = (...files: readonly string[]) => ({
    receivers: `  scraper: {jobs: [{name: a, files: [${files.map((file) => JSON.stringify(file)).join(", ")}]}]}\n`,
  });
  await check(scraper("jobs/a.json", "jobs/*.json", "jobs/?.jso[a-n]", "jobs", "/abs*"));
  const missing = (column: number, index: number, file: string) =>
    `warning 3:${column}: receivers::scraper::jobs::0::files::${index}: found no file "${file}" yet`;
  await check(scraper("a.json", "jobs/*.yaml"), missing(38, 0, "a.json"), missing(48, 1, "jobs/*.yaml"));
  await check(scraper("empty/*", "none/*"), missing(38, 0, "empty/*"), missing(49, 1, "none/*"));
});

test("what is not in use needs nothing", async () => {
  const text = `receivers: {otlp: {protocols: {grpc: }}, otlp/b: {protocols: {grpc: }}}
exporters: {debug: }
extensions: {signer: {token_file: none}}
service: {telemetry: {metrics: {level: none}}, pipelines: {metrics: {receivers: [otlp], exporters: [debug]}}}
`;
  const { env } = world({ "a.yaml": text });
  const build = { command: "test", description: "Test", version: "1.0.0" };
  const loaded = await loadConfig({ uris: ["a.yaml"], env, definitions, telemetry: telemetrySchema, build });
  expect(await checkEnvironment(loaded, env)).toEqual([]);
});

test("a file that may not be read is told, with the reason", async () => {
  const denied = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
  const broken = Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
  const { env } = world({ "a.yaml": small("a.pem") });
  const build = { command: "test", description: "Test", version: "1.0.0" };
  const loaded = await loadConfig({ uris: ["a.yaml"], env, definitions, telemetry: telemetrySchema, build });
  const problem = async (files: Partial<Files>) =>
    (await checkEnvironment(loaded, { files: { ...env.files, ...files } })).map(({ message }) => message);
  const stat = async () => ({ kind: "file" as const, size: 5, modifiedMs: 0 });
  const failing = (error: Error) => async () => {
    throw error;
  };
  expect(await problem({ stat, read: failing(denied) })).toEqual(['cannot read "a.pem": no permission']);
  expect(await problem({ stat, read: failing(broken) })).toEqual(['cannot read "a.pem": EIO: i/o error']);
  expect(await problem({ stat: failing(denied) })).toEqual(['cannot read "a.pem": no permission']);
  const large = async () => ({ ...(await stat()), size: 2 ** 30 });
  expect(await problem({ stat: large, read: failing(broken) })).toEqual([]);
});

function small(file: string): string {
  return `receivers: {otlp: {protocols: }}
exporters: {debug: }
extensions: {signer: {token_file: ${file}}}
service:
  telemetry: {metrics: {level: none}}
  extensions: [signer]
  pipelines: {metrics: {receivers: [otlp], exporters: [debug]}}
`;
}

import { t } from "@sluice/component";
import { expect, test } from "vitest";
import { debug, load, world } from "./fixtures.testing.ts";
import { newBudget } from "./limits.ts";
import { toPlain } from "./located.ts";
import { rewriteOldKeys, withOldKeys } from "./old-forms.ts";
import { oldForms } from "./old-forms-table.ts";
import { writtenSchema } from "./old-sections.ts";
import { formatProblem, type LocatedProblem } from "./problems.ts";
import { parseYaml } from "./yaml.ts";

const name = t.string({ description: "x", default: "" });
const client = t.object("Of a client.", {
  tls: t.defaulted(t.object("TLS.", { ca_file: name, insecure: t.boolean({ description: "x", default: false }) })),
});
const server = t.object("Of a server.", {
  tls: t.section("off", t.object("TLS.", { ca_file: name, cert_file: name })),
  cors: t.section("off", t.object("CORS.", { allowed_origins: t.array(name, { description: "x", default: [] }) })),
});
const limiter = t.object("A limiter.", { limit_mib: t.integer({ description: "x", default: 0 }) });

function rewrite(text: string, schema: { readonly json: object }) {
  const told: LocatedProblem[] = [];
  const { node } = parseYaml(text, "c.yaml", newBudget());
  const written = rewriteOldKeys(node, schema.json as never, [], (problem) => told.push(problem));
  return { same: written === node, plain: JSON.parse(JSON.stringify(toPlain(written))), told: told.map(formatProblem) };
}
const check = (schema: { readonly json: object }, text: string, expected: unknown, ...told: readonly string[]) =>
  expect([text, rewrite(text, schema)]).toEqual([text, { same: false, plain: expected, told }]);
const stays = (schema: { readonly json: object }, text: string) =>
  expect([text, rewrite(text, schema)]).toEqual([text, { same: true, plain: expect.anything(), told: [] }]);

test("keys of TLS before there was a section", () => {
  check(
    client,
    "ca_file: a.pem\ninsecure: true",
    { tls: { ca_file: "a.pem", insecure: true } },
    "c.yaml:1:1: ca_file: old form; write tls: {ca_file: ...}",
    "c.yaml:2:1: insecure: old form; write tls: {insecure: ...}",
  );
  const told = "c.yaml:1:1: ca_file: old form; write tls: {ca_file: ...}";
  check(client, "ca_file: a.pem\ntls:", { tls: { ca_file: "a.pem" } }, told);
  check(client, "ca_file: a.pem\ntls: {insecure: true}", { tls: { ca_file: "a.pem", insecure: true } }, told);
  const both = "c.yaml:1:1: ca_file: found the old form of tls::ca_file beside that, expected one of the two";
  check(client, "ca_file: a.pem\ntls: {ca_file: b.pem}", { tls: { ca_file: "b.pem" } }, both);
  check(client, "ca_file: a.pem\ntls: [ca_file]", { tls: ["ca_file"] }, both);
  stays(client, "server_name_override: a");
  stays(server, "cert_file: a.pem");
});

test("sections by their old names", () => {
  for (const old of ["tls_setting", "tls_settings"]) {
    const told = `c.yaml:1:1: ${old}: old form; write tls: {...}`;
    check(client, `${old}: {ca_file: a.pem}`, { tls: { ca_file: "a.pem" } }, told);
    check(server, `${old}: {cert_file: a.pem}`, { tls: { cert_file: "a.pem" } }, told);
    const both = `c.yaml:1:1: ${old}: found the old form of tls beside that, expected one of the two`;
    check(server, `${old}: {cert_file: a.pem}\ntls: {}`, { tls: {} }, both);
    stays(limiter, `${old}: {cert_file: a.pem}`);
  }
  check(
    server,
    "cors_allowed_origins: [a, b]",
    { cors: { allowed_origins: ["a", "b"] } },
    "c.yaml:1:1: cors_allowed_origins: old form; write cors: {allowed_origins: [...]}",
  );
  stays(server, "cors_allowed_headers: [a]");
  stays(client, "cors_allowed_origins: [a]");
});

test("a ballast is left out", () => {
  const told = "c.yaml:1:1: ballast_size_mib: has no effect: there is no ballast; remove it";
  check(limiter, "ballast_size_mib: 100\nlimit_mib: 400", { limit_mib: 400 }, told);
  stays(client, "ballast_size_mib: 100");
});

test("old keys are found at any depth", () => {
  const told = (path: string, column: number) =>
    `c.yaml:1:${column}: ${path}::ca_file: old form; write tls: {ca_file: ...}`;
  const inside = { tls: { ca_file: "a" } };
  const list = t.object("x", { all: t.array(client, { description: "x", default: [] }) });
  check(list, "all: [{}, {ca_file: a}]", { all: [{}, inside] }, told("all::1", 12));
  const record = t.object("x", { by: t.record(client, { description: "x", default: {} }) });
  check(record, "by: {one: {ca_file: a}}", { by: { one: inside } }, told("by::one", 12));
  const either = t.object("x", { at: t.union([name, client], { description: "x" }) });
  check(either, "at: {ca_file: a}", { at: inside }, told("at", 6));
  stays(either, "at: ca_file");
  stays(t.object("x", { raw: t.any({ description: "x" }) }), "raw: {ca_file: a, tls: }");
  check(
    t.object("x", { tls: t.defaulted(t.object("x", { insecure: name, ca_file: name, cors: server })) }),
    "tls_settings: {cors: {cors_allowed_origins: [a]}}",
    { tls: { cors: { cors: { allowed_origins: ["a"] } } } },
    "c.yaml:1:1: tls_settings: old form; write tls: {...}",
    "c.yaml:1:23: tls::cors::cors_allowed_origins: old form; write cors: {allowed_origins: [...]}",
  );
});

test("a key that a component has itself is no old one", () => {
  stays(t.object("x", { ...client.properties, insecure: name }), "insecure: true");
});

test("a schema with old keys takes what is rewritten", () => {
  const json = withOldKeys(t.object("x", { all: t.array(client, { description: "x", default: [] }) }).json) as never;
  expect(json).toMatchObject({
    properties: {
      all: {
        items: {
          properties: {
            tls: { properties: { ca_file: { type: "string" } } },
            tls_settings: { type: "object", deprecated: true, description: "Old form of `tls: {...}`." },
            ca_file: { type: "string", deprecated: true, description: "Old form of `tls: {ca_file: ...}`." },
          },
          additionalProperties: false,
        },
      },
    },
  });
  expect(withOldKeys(limiter.json)).toMatchObject({ properties: { ballast_size_mib: { deprecated: true } } });
  const plain = t.object("x", { a: t.union([name, t.record(name, { description: "x" })], { description: "x" }) });
  expect(withOldKeys(plain.json)).toEqual(plain.json);
});

test("a schema of the exporter logging has its own key", () => {
  expect(writtenSchema("logging", debug.config.json)).toMatchObject({
    properties: { verbosity: { type: "string" }, loglevel: { enum: expect.arrayContaining(["debug", "info"]) } },
  });
  expect(writtenSchema("debug", debug.config.json)).toEqual(debug.config.json);
});

/** Bodies of an exporter, and of extensions with what the service lists. */
async function read(exporters: string, extensions = "", listed = "") {
  const text = `receivers: {otlp: {protocols: }}
exporters: {${exporters}}
extensions: {${extensions}}
service:
  extensions: [${listed}]
  pipelines: {metrics: {receivers: [otlp], exporters: [${/^[\w/]+/.exec(exporters)?.[0] ?? ""}]}}
`;
  const { warnings, ...config } = await load(["a.yaml"], world({ "a.yaml": text }));
  return { ...config, told: warnings.map(formatProblem) };
}
const renamed = 'a.yaml:2:13: exporters::logging: "logging" is the old name of the exporter type "debug"; both work';

test("the exporter logging is debug, and prints what it printed", async () => {
  const check = async (body: string, config: object, ...told: readonly string[]) => {
    const read1 = await read(`logging: ${body}`);
    expect([body, read1.exporters.get("debug")!.config, read1.told]).toEqual([body, config, [renamed, ...told]]);
    expect(read1.pipelines[0]!.exporters).toEqual(["debug"]);
  };
  const basic = { verbosity: "basic", sampling_thereafter: 500 };
  const detailed = { verbosity: "detailed", sampling_thereafter: 500 };
  const at = "a.yaml:2:23: exporters::logging::";
  await check("", basic);
  await check("{}", basic);
  await check("{sampling_thereafter: 1}", { ...basic, sampling_thereafter: 1 });
  await check("{verbosity: basic}", basic);
  await check("{verbosity: detailed}", detailed);
  const taken = 'taken as "basic", since "logging" printed a line a batch; in "debug" it is a line an item';
  await check("{verbosity: normal}", basic, `${at}verbosity: ${taken}`);
  await check("{loglevel: debug}", detailed, `${at}loglevel: old form; write verbosity: detailed`);
  await check("{loglevel: INFO}", basic, `${at}loglevel: old form; write verbosity: basic`);
  await check("{loglevel: error}", basic, `${at}loglevel: old form; write verbosity: basic`);
  await expect(read("logging: {loglevel: 5}")).rejects.toThrow(
    "exporters::logging::verbosity: found 5, expected one of",
  );
  await expect(read("logging: {loglevel: info, verbosity: basic}")).rejects.toThrow(
    "exporters::logging::loglevel: found the old form of verbosity beside that, expected one of the two",
  );
  await expect(read("logging: [a]")).rejects.toThrow("a.yaml:2:13: exporters::logging: found a list, expected a map");
  const named = await read("logging/a: , debug: ");
  expect([...named.exporters.keys()]).toEqual(["debug/a", "debug"]);
});

test("the extension memory_ballast is left out", async () => {
  const ballast = "memory_ballast: {size_mib: 100}";
  const told = (id: string, column: number) =>
    `a.yaml:3:${column}: extensions::${id}: has no effect: there is no ballast; remove it`;
  const one = await read("debug: ", ballast, "memory_ballast");
  expect([[...one.extensions.keys()], one.extensionOrder, one.told]).toEqual([[], [], [told("memory_ballast", 14)]]);
  const two = await read("debug: ", "memory_ballast/a: , health_check: ", "health_check, memory_ballast/a");
  expect([two.extensionOrder, two.told]).toEqual([["health_check"], [told("memory_ballast/a", 14)]]);
  await expect(read("debug: ", "", "memory_ballast")).rejects.toThrow('"memory_ballast" is not configured');
});

test("the tree that is kept has the present forms", async () => {
  const { root } = await read("prometheus_remote_write: {endpoint: x, ca_file: a}, logging: {loglevel: debug}");
  expect(JSON.parse(JSON.stringify(toPlain(root))).exporters).toEqual({
    prometheus_remote_write: { endpoint: "x", tls: { ca_file: "a" } },
    logging: { verbosity: "detailed", sampling_thereafter: 500 },
  });
});

test("every old form is told with its present one", () => {
  for (const form of oldForms) expect(Object.values(form).every((text) => text.length > 0)).toBe(true);
  expect(new Set(oldForms.map(({ old }) => old)).size).toBe(oldForms.length);
});

import { expect, test } from "vitest";
import { load, world } from "./fixtures.testing.ts";
import { ConfigProblems, formatProblem } from "./problems.ts";

/** The bodies of an exporter and of extensions, and what the service lists. */
async function read(exporter: string, extensions: string, listed: string) {
  const text = `receivers: {otlp: {protocols: {grpc: }}}
extensions: {${extensions}}
exporters:
  prometheus_remote_write: {endpoint: "http://x", ${exporter}}
service:
  extensions: [${listed}]
  pipelines: {metrics: {receivers: [otlp], exporters: [prometheus_remote_write]}}
`;
  return await load(["a.yaml"], world({ "a.yaml": text }));
}

async function check(parts: readonly [string, string, string], ...expected: readonly string[]) {
  const error = await read(...parts).catch((reason: unknown) => reason);
  const problems = error instanceof ConfigProblems ? error.problems : [];
  const lines = problems.map(formatProblem).map((line) => line.replace(/^a.yaml:(\d+):\d+: /, "$1: "));
  expect([parts, lines]).toEqual([parts, expected]);
}
const auth = (id: string) => `auth: {authenticator: ${id}}`;
const at = "4: exporters::prometheus_remote_write::auth::authenticator:";

test("an extension that is named is configured, listed and of use", async () => {
  await check([auth("signer"), "signer: ", "signer"]);
  await check([auth("signer/a"), "signer/a: , signer: ", "signer/a"]);
  await check([auth("signer"), "signer: ", ""], `${at} the extension "signer" is not listed in service::extensions`);
  await check(
    [auth("signer/b"), "signer/a: ", "signer/a"],
    `${at} the extension "signer/b" is not configured; did you mean "signer/a"?`,
  );
  await check(
    [auth("vault"), "signer: ", "signer"],
    `${at} the extension "vault" is not configured; expected it below extensions`,
  );
  await check([auth("otlp"), "", ""], `${at} "otlp" is a receiver, expected an extension`);
  await check(
    [auth('"a b"'), "", ""],
    `${at} found "a b", expected a type of letters, digits and "_", optionally "/" and a name`,
  );
  await check(
    [auth("health_check"), "health_check: ", "health_check"],
    `${at} the extension "health_check" cannot be used here: it does not offer httpClientAuth`,
  );
});

test("where any extension will do, its capability is not asked for", async () => {
  await check(["queue: {storage: health_check}", "health_check: ", "health_check"]);
  await check(
    ["queue: {storage: health_check}", "health_check: ", ""],
    '4: exporters::prometheus_remote_write::queue::storage: the extension "health_check" is not listed in service::extensions',
  );
  await check(["queue: {enabled: false, storage: nobody}", "", ""]);
});

test("what was told of an extension is not told of its references again", async () => {
  await check(
    [auth("signed"), "signed: ", "signed"],
    '2: extensions::signed: unknown extension type "signed"; did you mean "signer"?',
  );
  await check(
    [auth("signer"), "signer: {after: 5}", "signer"],
    "2: extensions::signer::after: found 5, expected a list",
  );
});

test("old names of extensions are replaced in what is decoded, too", async () => {
  const { exporters, warnings, extensions } = await read(
    auth('" old_signer/x "'),
    "old_signer/x: {also: signer}, signer: ",
    "old_signer/x, signer",
  );
  expect(exporters.get("prometheus_remote_write")!.config).toMatchObject({ auth: { authenticator: "signer/x" } });
  expect([...extensions.keys()]).toEqual(["signer/x", "signer"]);
  expect(warnings.map(formatProblem)).toEqual([
    'a.yaml:2:14: extensions::old_signer/x: "old_signer" is the old name of the extension type "signer"; both work',
  ]);
});

test("an extension needs others that run, and not in a circle", async () => {
  await check(["", "signer/a: {also: signer/b}, signer/b: ", "signer/a, signer/b"]);
  await check(
    ["", "signer/a: {also: signer/b}, signer/b: ", "signer/a"],
    '2: extensions::signer/a::also: the extension "signer/b" is not listed in service::extensions',
  );
  await check(
    ["", "signer/a: {after: [signer/b]}, signer/b: ", "signer/a"],
    '2: extensions::signer/a: this extension needs another: the extension "signer/b" is not listed in service::extensions',
  );
  await check(["", "signer/a: {also: signer/b}, signer/b: ", ""]);
  await check(
    ["", "signer/a: {also: signer/b}, signer/b: {also: signer/a}", "signer/a, signer/b"],
    "2: extensions::signer/b::also: extensions need each other in a circle: signer/a -> signer/b -> signer/a",
  );
  await check(
    ["", "signer: {after: [signer]}", "signer"],
    "2: extensions::signer: extensions need each other in a circle: signer -> signer",
  );
});

import { t } from "@sluice/component";
import { expect, test } from "vitest";
import { decoded } from "./decode.testing.ts";
import { createPrometheusHttpClient } from "./prometheus-client.ts";
import { prometheusHttpClientProperties } from "./prometheus-config.ts";
import { createWorld } from "./server.testing.ts";

const schema = t.object("Settings.", prometheusHttpClientProperties);

/** A client with these settings, and what a server at http://target saw of `header` each time it was asked. */
async function setUp(config: object) {
  const world = createWorld();
  await world.serve("target", 80);
  const client = createPrometheusHttpClient(await decoded(schema, config), { env: world.env, baseDirectory: "/etc" });
  const ask = async (url = "http://target/", headers = {}) =>
    await world.run(client.request({ url, headers, timeoutMs: 5000 }));
  const seen = (header: string) => world.asked.map(({ headers }) => headers[header]);
  return { ...world, client, ask, seen };
}

/** The header a server sees with these settings and files. */
async function header(config: object, files: Record<string, string> = {}, name = "authorization") {
  const { ask, seen, files: disk } = await setUp(config);
  for (const [path, text] of Object.entries(files)) disk.write(path, text);
  await ask();
  return seen(name)[0];
}

test("nothing is added without settings", async () => {
  expect(await header({})).toBe(undefined);
});

test("basic_auth", async () => {
  const expected = `Basic ${btoa("user:pass:word")}`;
  expect(await header({ basic_auth: { username: "user", password: "pass:word" } })).toBe(expected);
  expect(await header({ basic_auth: { username: "user", password_file: "p" } }, { "/etc/p": "pass:word\n" })).toBe(
    expected,
  );
  expect(await header({ basic_auth: { username_file: "/u", password: "pass:word" } }, { "/u": " user\n" })).toBe(
    expected,
  );
  expect(await header({ basic_auth: { username: "user" } })).toBe(`Basic ${btoa("user:")}`);
});

test("authorization and bearer tokens", async () => {
  expect(await header({ authorization: { credentials: "abc" } })).toBe("Bearer abc");
  expect(await header({ authorization: { type: " Token ", credentials: "abc" } })).toBe("Token abc");
  expect(await header({ authorization: { credentials_file: "c" } }, { "/etc/c": "abc\n" })).toBe("Bearer abc");
  expect(await header({ bearer_token: "abc" })).toBe("Bearer abc");
  expect(await header({ bearer_token_file: "c" }, { "/etc/c": "abc\n" })).toBe("Bearer abc");
});

test("http_headers", async () => {
  const config = { http_headers: { "X-A": { values: ["1", "2"], secrets: ["3"], files: ["f"] } } };
  expect(await header(config, { "/etc/f": "4\n" }, "x-a")).toBe("1, 2, 3, 4");
});

test("a file is read for each request", async () => {
  const { ask, seen, files } = await setUp({ authorization: { credentials_file: "c" } });
  files.write("/etc/c", "one");
  await ask();
  files.write("/etc/c", "two");
  await ask();
  expect(seen("authorization")).toEqual(["Bearer one", "Bearer two"]);
});

test("a file that cannot be read fails the request and names itself", async () => {
  const { ask, asked } = await setUp({ authorization: { credentials_file: "c" } });
  await expect(ask()).rejects.toMatchObject({
    code: "auth",
    cause: { message: 'cannot read authorization credentials file "/etc/c"' },
  });
  expect(asked).toEqual([]);
});

test("an Authorization the request has is kept", async () => {
  for (const config of [
    { bearer_token: "abc" },
    { bearer_token_file: "none" },
    { oauth2: { client_id: "a", token_url: "http://none/" } },
  ]) {
    const { ask, seen } = await setUp(config);
    await ask("http://target/", { authorization: "mine" });
    expect(seen("authorization")).toEqual(["mine"]);
  }
});

test("secrets, from files too, do not follow a redirect to another origin; plain headers do", async () => {
  const { ask, serve, asked, files } = await setUp({
    basic_auth: { username: "u", password: "p" },
    http_headers: { "X-Value": { values: ["1"] }, "X-Secret": { secrets: ["2"] }, "X-File": { files: ["f"] } },
  });
  files.write("/etc/f", "3");
  await serve("away", 80, () => ({ status: 302, headers: { location: "http://target/" } }));
  await ask("http://away/");
  const names = ["authorization", "x-value", "x-secret", "x-file"];
  expect(asked.map(({ headers }) => names.filter((name) => name in headers))).toEqual([names, ["x-value"]]);
});

test("follow_redirects", async () => {
  for (const follow of [true, false]) {
    const { ask, serve } = await setUp({ follow_redirects: follow });
    await serve("away", 80, () => ({ status: 302, headers: { location: "http://target/" } }));
    expect((await ask("http://away/")).status).toBe(follow ? 200 : 302);
  }
});

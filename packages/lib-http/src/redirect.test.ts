import { expect, test } from "vitest";
import { createHttpClient, type HttpClientOptions, type HttpClientRequest, type SendOptions } from "./client.ts";
import { redirectOf } from "./redirect.ts";
import { createWorld, textOf } from "./server.testing.ts";

test("which answers are redirects, and with which method", () => {
  const check = (method: string, status: number, location: string | undefined, expected: string | undefined): void => {
    const found = redirectOf(new URL("http://a/b/c?d#e"), method, status, location);
    expect(found && `${found.method} ${found.url.href}${found.keepsBody ? " body" : ""}`, `${method} ${status}`).toBe(
      expected,
    );
  };
  for (const status of [301, 302, 303]) {
    check("GET", status, "/x", "GET http://a/x");
    check("HEAD", status, "/x", "HEAD http://a/x");
    check("POST", status, "/x", "GET http://a/x");
  }
  for (const status of [307, 308]) check("POST", status, "x?y", "POST http://a/b/x?y body");
  for (const status of [200, 300, 304, 305, 400]) check("GET", status, "/x", undefined);
  check("GET", 302, undefined, undefined);
  check("GET", 302, "", undefined);
  check("GET", 302, "//other/x", "GET http://other/x");
  expect(() => check("GET", 302, "ftp://a/", "")).toThrow('cannot follow redirect to "ftp://a/": unsupported scheme');
  expect(() => check("GET", 302, "http://:x", "")).toThrow("not a URL");
  expect(() => check("GET", 302, "ftp://user:hush@a/", "")).toThrow('"ftp://[REDACTED]@a/"');
});

test("another origin is another scheme, host or port", () => {
  const check = (location: string, expected: boolean): void =>
    expect(redirectOf(new URL("https://a:8443/x"), "GET", 302, location)?.crossOrigin, location).toBe(expected);
  check("/y", false);
  check("https://A:8443/y", false);
  check("https://a/y", true);
  check("https://a:8444/y", true);
  check("https://sub.a:8443/y", true);
  check("http://a:8443/y", true);
});

interface Journey {
  readonly options?: Omit<HttpClientOptions, "env">;
  readonly request?: Partial<HttpClientRequest & SendOptions>;
  /** Where each "host/path" leads. */
  readonly ways: Readonly<Record<string, string>>;
  readonly status?: number;
}

/** Follows redirects from http://home/start and gives what each server was asked. */
async function travel({ options = {}, request = {}, ways, status = 302 }: Journey) {
  const world = createWorld();
  for (const host of ["home", "away"]) {
    await world.serve(host, 80, ({ target }) => {
      const location = ways[host + target];
      return location === undefined ? undefined : { status, headers: { location } };
    });
  }
  const client = createHttpClient({ env: world.env, ...options });
  const outcome = await world.run(client.request({ url: "http://home/start", timeoutMs: 5000, ...request }));
  return { ...world, outcome };
}

test("redirects are followed, unless told otherwise", async () => {
  const there = await travel({ ways: { "home/start": "/next", "home/next": "http://away/end" } });
  expect(there.outcome).toMatchObject({ status: 200, url: "http://away/end" });
  expect(textOf(there.outcome)).toBe("ok");
  const stays = await travel({ ways: { "home/start": "/next" }, options: { followRedirects: false } });
  expect(stays.outcome).toMatchObject({ status: 302, url: "http://home/start" });
  expect(stays.asked).toHaveLength(1);
});

test("ten redirects are the end", async () => {
  const ways: Record<string, string> = { "home/start": "/1" };
  for (let count = 1; count < 10; count++) ways[`home/${count}`] = `/${count + 1}`;
  expect((await travel({ ways })).outcome.url).toBe("http://home/10");
  await expect(travel({ ways: { ...ways, "home/10": "/11" } })).rejects.toThrow(/^stopped after 10 redirects$/);
});

test("a body goes along with 307 and 308 only", async () => {
  const request = { method: "POST", body: Buffer.from("hello"), headers: { "Content-Type": "text/plain", "X-A": "b" } };
  const ways = { "home/start": "/end" };
  const [, kept] = (await travel({ ways, request, status: 307 })).asked;
  expect(kept).toMatchObject({
    method: "POST",
    body: "hello",
    headers: { "content-type": "text/plain", "content-length": "5" },
  });
  const [, dropped] = (await travel({ ways, request })).asked;
  expect(dropped).toMatchObject({ method: "GET", body: "", headers: { "x-a": "b" } });
  expect(dropped!.headers["content-type"]).toBe(undefined);
  expect(dropped!.headers["content-length"]).toBe(undefined);
});

const CREDENTIALS = { Authorization: "a", cookie: "b", "X-Api-Key": "c", "X-Harmless": "d", Host: "virtual" };
const SECRETS = ["authorization", "cookie", "x-api-key", "x-token", "x-static"];
const SECRET_OPTIONS = {
  headers: { "X-Static": "f" },
  secretHeaders: ["x-api-KEY", "X-Static"],
  auth: { headers: async () => ({ "X-Token": "e" }) },
};

/** For each request: the host asked, its Host header, and how many of the five secrets it saw. */
async function seen(ways: Journey["ways"]): Promise<string[]> {
  const { asked } = await travel({ options: SECRET_OPTIONS, request: { headers: CREDENTIALS }, ways });
  for (const { headers } of asked) expect(headers["x-harmless"]).toBe("d");
  return asked.map(
    ({ host, headers }) => `${host} as ${headers.host}: ${SECRETS.filter((name) => name in headers).length}`,
  );
}

test("credentials stay with their origin", async () => {
  expect(await seen({ "home/start": "/end" })).toEqual(["home as virtual: 5", "home as virtual: 5"]);
  expect(await seen({ "home/start": "http://away/end" })).toEqual(["home as virtual: 5", "away as away: 0"]);
});

test("and do not come back once they are gone", async () => {
  const ways = { "home/start": "http://away/x", "away/x": "http://home/end" };
  expect(await seen(ways)).toEqual(["home as virtual: 5", "away as away: 0", "home as home: 0"]);
});

test("user and password of the first URL do not go along, and those of a redirect are its own", async () => {
  const ways = { "home/start": "http://away/x", "away/x": "http://me:too@away/end" };
  const { asked, outcome } = await travel({ ways, request: { url: "http://user:pass@home/start" } });
  expect(asked.map(({ headers }) => headers.authorization)).toEqual([
    `Basic ${btoa("user:pass")}`,
    undefined,
    `Basic ${btoa("me:too")}`,
  ]);
  expect(outcome.url).toBe("http://away/end");
});

test("from https to http they stay behind", async () => {
  const world = createWorld();
  await world.serve("home", 80);
  await world.network.serveHttp(
    { address: { host: "home", port: 443 }, tls: { cert: "", key: "" }, maxBodyBytes: 0 },
    () => ({ status: 302, headers: { location: "http://home/" } }),
  );
  const client = createHttpClient({ env: world.env, ...SECRET_OPTIONS });
  await world.run(client.request({ url: "https://home/", headers: CREDENTIALS }));
  expect(SECRETS.filter((name) => name in world.asked[0]!.headers)).toEqual([]);
});

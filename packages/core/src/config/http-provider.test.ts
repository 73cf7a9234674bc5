// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import type { HttpHandler, HttpRequest } from "@sluice/component";
import { createSimulation, type Simulation } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { fromUrl } from "./http-provider.ts";
import { httpTimeoutMs, maxDocumentBytes } from "./limits.ts";
import { toPlain } from "./located.ts";
import { formatOrigin, originOf } from "./origin.ts";
import { createNotes, formatProblem, type LocatedProblem } from "./problems.ts";
import { readDocuments } from "./read.ts";

interface World {
  readonly simulation: Simulation;
  readonly requests: HttpRequest[];
  readonly get: (url: string) => ReturnType<typeof fromUrl>;
}

/** Two origins: `host:80` and `host:81`, which answer alike. */
async function serve(handler: HttpHandler): Promise<World> {
  const simulation = createSimulation();
  const requests: HttpRequest[] = [];
  for (const port of [80, 81]) {
    await simulation.network.serveHttp({ address: { host: "host", port }, maxBodyBytes: 0 }, (request) => {
      requests.push(request);
      return handler(request);
    });
  }
  return { simulation, requests, get: (url) => simulation.run(fromUrl(url, simulation.env)) };
}

const redirect = (location: string) => ({ status: 302, headers: { location } });

test("a document is got", async () => {
  const { get, requests, simulation } = await serve(() => ({ status: 200, body: "a: 1" }));
  expect(await get("http://host/c.yaml?v=1")).toEqual({
    kind: "text",
    text: "a: 1",
    source: "http://host/c.yaml?[REDACTED]",
  });
  expect(requests.map(({ method, target }) => [method, target])).toEqual([["GET", "/c.yaml?v=1"]]);
  expect(simulation.open()).toEqual([]);
});

describe("credentials", () => {
  test("go to the origin of the URL, along its redirects", async () => {
    const { get, requests } = await serve(({ target }) =>
      target === "/a" ? redirect("/b") : { status: 200, body: "x" },
    );
    expect(await get("http://me:hunter2@host/a")).toMatchObject({ kind: "text", source: "http://[REDACTED]@host/a" });
    const basic = `Basic ${btoa("me:hunter2")}`;
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([basic, basic]);
  });
  test("go to no other origin, and do not come back", async () => {
    const { get, requests } = await serve(({ target }) => {
      if (target === "/a") return redirect("http://host:81/b");
      return target === "/b" ? redirect("http://host:80/c") : { status: 200, body: "x" };
    });
    expect(await get("http://me:hunter2@host/a")).toMatchObject({ kind: "text" });
    expect(requests.map(({ headers }) => headers.authorization !== undefined)).toEqual([true, false, false]);
  });
});

test("what is not got is told", async () => {
  const { get } = await serve(({ target }) => {
    if (target === "/loop") return redirect("/loop");
    if (target === "/ftp") return redirect("ftp://me:hunter2@host/");
    if (target === "/large") return { status: 200, body: new Uint8Array(maxDocumentBytes + 1).fill(32) };
    if (target === "/full") return { status: 200, body: new Uint8Array(maxDocumentBytes).fill(32) };
    if (target === "/latin1") return { status: 200, body: Uint8Array.of(0xe9) };
    return target === "/never" ? new Promise(() => {}) : { status: target === "/empty" ? 204 : 404 };
  });
  const check = async (url: string, message: string) => expect(await get(url)).toEqual({ kind: "error", message });
  await check("http://host/none", 'cannot get "http://host/none": found status 404 Not Found, expected 200');
  await check("http://host/empty", 'cannot get "http://host/empty": found status 204 No Content, expected 200');
  await check("http://host/loop", 'cannot get "http://host/loop": stopped after 10 redirects');
  await check(
    "http://host/ftp",
    'cannot get "http://host/ftp": cannot follow redirect to "ftp://[REDACTED]@host/": unsupported scheme',
  );
  await check("http://host/large", 'cannot get "http://host/large": larger than 4 MiB');
  expect((await get("http://host/full")).kind).toBe("text");
  await check("http://host/latin1", 'cannot get "http://host/latin1": not UTF-8 text');
  await check("http://host/never", `cannot get "http://host/never": no answer within ${httpTimeoutMs / 1000} s`);
  await check("http://me:hunter2@other/a", 'cannot get "http://[REDACTED]@other/a": cannot connect to "other:80"');
  await check("http:host", 'cannot get "http:host": expected a URL like "https://host/config.yaml"');
  await check("http:///x", 'cannot get "http:///x": expected a URL like "https://host/config.yaml"');
  await check(
    "http://me:hun%zzter2@host/",
    'cannot get "http://[REDACTED]@host/": cannot read the user and password of a URL: bad escape',
  );
});

test("HTTPS asks for a certificate that the system's roots signed", async () => {
  const { env } = createSimulation();
  const seen: unknown[] = [];
  const connect: typeof env.net.connect = async ({ address, tls }) => {
    seen.push({ address, ca: tls?.ca, insecure: tls?.insecureSkipVerify });
    throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  };
  expect((await fromUrl("https://host/c", { ...env, net: { ...env.net, connect } })).kind).toBe("error");
  expect(seen).toEqual([{ address: { host: "host", port: 443 }, ca: undefined, insecure: undefined }]);
});

test("a configuration and its includes may come from a server", async () => {
  const { simulation } = await serve(({ target }) => ({
    status: 200,
    body: target === "/c.yaml" ? "a: ${http://me:hunter2@host/d.yaml}\n" : "\nb: ${X}",
  }));
  const told: LocatedProblem[] = [];
  const notes = { ...createNotes(), report: (problem: LocatedProblem) => told.push(problem) };
  const options = { uris: ["http://host/c.yaml"], env: simulation.env, notes };
  const { root } = await simulation.run(readDocuments(options));
  expect(toPlain(root)).toEqual({ a: { b: null } });
  expect(told.map(formatProblem)).toEqual([
    "http://[REDACTED]@host/d.yaml:2:4: a::b: the environment variable X is not set; nothing is taken for it",
  ]);
  const a = root.kind === "map" ? root.entries.get("a")!.value : root;
  const b = a.kind === "map" ? a.entries.get("b")!.value : a;
  expect(formatOrigin(originOf(b))).toBe(
    "http://[REDACTED]@host/d.yaml:2:4 (env:X (unset)), from http://host/c.yaml:1:4",
  );
  expect(JSON.stringify(root)).not.toContain("hunter2");
});

/** Logging in, TLS and proxies, against real servers. */
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { certificates, listen, temporaryFolder } from "@sluice/testkit";
import { afterEach, describe, expect, test, vi } from "vitest";
import { collection, counter, startBackend } from "./backend.testing.ts";
import { PrometheusRemoteWriteExporter } from "./exporter.ts";
import type { PrometheusRemoteWriteOptions } from "./options.ts";

const once = { retry: { enabled: false } };

/** Exports once; gives the outcome. */
async function send(options: PrometheusRemoteWriteOptions): Promise<string> {
  const exporter = new PrometheusRemoteWriteExporter({ ...once, ...options });
  const told = await sendBy(exporter);
  await exporter.shutdown();
  return told;
}
const sendBy = (exporter: PrometheusRemoteWriteExporter): Promise<string> =>
  new Promise((resolve) =>
    exporter.export(collection([counter("c")]), ({ error }) => resolve(error?.message ?? "success")),
  );

describe("logging in", () => {
  const check = (input: PrometheusRemoteWriteOptions, expected: string | undefined) =>
    test(JSON.stringify(input), async () => {
      const { endpoint, received } = await startBackend();
      expect(await send({ endpoint, ...input })).toBe("success");
      expect(received[0]!.headers.authorization).toBe(expected);
    });
  check({}, undefined);
  check({ basicAuth: { username: "u", password: "p:ä" } }, `Basic ${Buffer.from("u:p:ä").toString("base64")}`);
  check({ basicAuth: { username: "u" } }, `Basic ${Buffer.from("u:").toString("base64")}`);
  check({ basicAuth: { username: "u", password: async () => "q" } }, `Basic ${Buffer.from("u:q").toString("base64")}`);
  check({ bearerToken: "t" }, "Bearer t");
  check({ bearerToken: () => "f" }, "Bearer f");
  check({ headers: { Authorization: "Custom x" } }, "Custom x");

  test("a token's file is read before each request", async () => {
    const { endpoint, received } = await startBackend();
    const bearerTokenFile = join(await temporaryFolder(), "token");
    const exporter = new PrometheusRemoteWriteExporter({ endpoint, bearerTokenFile, ...once });
    expect(await sendBy(exporter)).toContain("ENOENT");
    for (const token of ["one", "two"]) {
      await writeFile(bearerTokenFile, `${token}\n`);
      await sendBy(exporter);
    }
    expect(received.map(({ headers }) => headers.authorization)).toEqual(["Bearer one", "Bearer two"]);
    await exporter.shutdown();
  });

  test("a function that throws fails the export", async () => {
    const { endpoint, received } = await startBackend();
    const bearerToken = () => {
      throw new Error("no token today");
    };
    expect(await send({ endpoint, bearerToken })).toContain("no token today");
    expect(received).toEqual([]);
  });

  test("nothing secret is in what is told", async () => {
    const { endpoint } = await startBackend([401]);
    const url = endpoint.replace("http://", "http://someone:hunter2@");
    const told = await send({ endpoint: `${url}?key=hunter2`, headers: { "X-Key": "hunter2" } });
    expect(told).toContain("401");
    expect(told).not.toContain("hunter2");
  });
});

describe("TLS", async () => {
  const { ca, caFile, server, client, expired } = certificates();
  /** An https backend; with `asks`, one that wants a client's certificate. */
  const startTls = async (of = server, asks = false) => {
    const backend = await startBackend();
    const options = { cert: of.cert, key: of.key, ...(asks && { ca, requestCert: true, rejectUnauthorized: true }) };
    const port = await listen(createTlsServer(options, backend.handle));
    return { ...backend, endpoint: `https://localhost:${port}/write` };
  };
  test.each(["1.0", "2.0"] as const)("an authority as a text, remote write %s", async (remoteWriteVersion) => {
    const { endpoint, received } = await startTls();
    expect(await send({ endpoint, remoteWriteVersion, tls: { ca } })).toBe("success");
    expect(received).toHaveLength(1);
  });
  test("an authority in a file, and the own certificate", async () => {
    const { endpoint } = await startTls(server, true);
    const own = { certFile: client.certFile, keyFile: client.keyFile };
    expect(await send({ endpoint, tls: { caFile, ...own } })).toBe("success");
    expect(await send({ endpoint, tls: { ca, cert: client.cert, key: client.key } })).toBe("success");
    expect(await send({ endpoint, tls: { ca } })).not.toBe("success");
  });
  test("whom nobody vouches for is refused, unless it does not matter", async () => {
    const { endpoint } = await startTls();
    expect(await send({ endpoint })).toContain("certificate");
    expect(await send({ endpoint, tls: { insecureSkipVerify: true } })).toBe("success");
    expect(await send({ endpoint: (await startTls(expired)).endpoint, tls: { ca } })).toContain("expired");
  });
  test("the name that counts can be another", async () => {
    const { endpoint } = await startTls();
    expect(await send({ endpoint, tls: { ca, serverName: "elsewhere" } })).toContain("elsewhere");
    expect(
      await send({ endpoint: endpoint.replace("localhost", "127.0.0.1"), tls: { ca, serverName: "localhost" } }),
    ).toBe("success");
  });
});

describe("proxies", () => {
  afterEach(() => vi.unstubAllEnvs());
  /** A proxy that notes what it is asked for; whatever the name, it goes to 127.0.0.1. */
  const startProxy = async () => {
    const asked: string[] = [];
    const { handle } = await startBackend();
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      handle(request, response);
    });
    server.on("connect", (request, socket) => {
      asked.push(`CONNECT ${request.url}`);
      const port = Number(request.url!.split(":")[1]);
      const there = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        there.pipe(socket).pipe(there);
      });
      there.on("error", () => socket.destroy());
      socket.on("error", () => there.destroy());
    });
    return { url: `http://127.0.0.1:${await listen(server)}`, asked };
  };
  test("an option", async () => {
    const { url, asked } = await startProxy();
    expect(await send({ endpoint: "http://backend.example/write", proxyUrl: url })).toBe("success");
    expect(asked).toEqual(["POST http://backend.example/write"]);
  });
  test("a tunnel for TLS", async () => {
    const { url, asked } = await startProxy();
    const { ca, server } = certificates();
    const { handle } = await startBackend();
    const port = await listen(createTlsServer({ cert: server.cert, key: server.key }, handle));
    expect(await send({ endpoint: `https://localhost:${port}/`, proxyUrl: url, tls: { ca } })).toBe("success");
    expect(asked).toEqual([`CONNECT localhost:${port}`]);
  });
  test("the environment", async () => {
    const { url, asked } = await startProxy();
    vi.stubEnv("HTTP_PROXY", url);
    expect(await send({ endpoint: "http://backend.example/write" })).toBe("success");
    vi.stubEnv("NO_PROXY", ".example");
    expect(await send({ endpoint: "http://backend.example/write", timeoutMillis: 2000 })).not.toBe("success");
    expect(asked).toHaveLength(1);
  });
});

test("a request that gets no answer in time", async () => {
  const { endpoint } = await startBackend([0]);
  expect(await send({ endpoint, timeoutMillis: 50 })).toContain("deadline exceeded");
});

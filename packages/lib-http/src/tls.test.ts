import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer as createTcpServer, type Socket } from "node:net";
import { join } from "node:path";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";
import { type ObjectSchema, t } from "@sluice/component";
import { createEnv } from "@sluice/runtime";
import { certificates, listen, temporaryFolder } from "@sluice/testkit";
import { expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "./client.ts";
import { decoded } from "./decode.testing.ts";
import { prometheusHttpClientProperties } from "./prometheus-config.ts";
import { tlsOf } from "./prometheus-connection.ts";
import { fixedProxy } from "./proxy.ts";
import { type ClientTlsConfig, clientTls, clientTlsSettings } from "./tls-config.ts";
import { tlsSource } from "./tls-source.ts";

const { ca, caFile, server: own, expired, client: identity } = certificates();
const env = createEnv();

/** A TLS server that answers "protocol cipher peer servername curve" of each connection. */
async function serve(options: TlsOptions = {}): Promise<number> {
  const server = createServer({ cert: own.cert, key: own.key, ...options }, (socket: TLSSocket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      const peer = socket.getPeerCertificate().fingerprint256 ?? "nobody";
      const text = [socket.getProtocol(), socket.getCipher().standardName, peer, socket.servername || "none"].join(" ");
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    });
  });
  server.on("tlsClientError", () => {});
  return await listen(server);
}

async function ask(port: number, config: object, host = "localhost"): Promise<string> {
  const settings = await decoded(clientTls as ObjectSchema<ClientTlsConfig>, config);
  const client = createHttpClient({ env, tls: tlsSource(env, "/", clientTlsSettings(settings)) });
  onTestFinished(() => client.close());
  return await request(client, port, host);
}

async function request(client: ReturnType<typeof createHttpClient>, port: number, host = "localhost"): Promise<string> {
  try {
    const answer = await client.request({ url: `https://${host}:${port}/`, timeoutMs: 5000 });
    return Buffer.from(answer.body).toString();
  } catch (error) {
    const { message, cause } = error as { message: string; cause?: { code?: string } };
    return cause?.code ?? message;
  }
}

test("ca_file, ca_pem, include_system_ca_certs_pool", async () => {
  const port = await serve();
  expect(await ask(port, {})).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
  expect(await ask(port, { ca_file: caFile })).toContain("TLSv1.3");
  expect(await ask(port, { ca_pem: ca })).toContain("TLSv1.3");
  expect(await ask(port, { ca_pem: ca, include_system_ca_certs_pool: true })).toContain("TLSv1.3");
  expect(await ask(port, { include_system_ca_certs_pool: true })).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
});

test("insecure_skip_verify and server_name_override", async () => {
  const port = await serve({ cert: expired.cert, key: expired.key });
  expect(await ask(port, { ca_pem: ca })).toBe("CERT_HAS_EXPIRED");
  expect(await ask(port, { insecure_skip_verify: true })).toContain("TLSv1.3");
  const good = await serve();
  expect(await ask(good, { ca_pem: ca }, "127.0.0.1")).toMatch(/ none$/);
  expect(await ask(good, { ca_pem: ca, server_name_override: "localhost" }, "127.0.0.1")).toMatch(/ localhost$/);
  expect(await ask(good, { ca_pem: ca, server_name_override: "other" })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
});

test("cert and key, as files and as text", async () => {
  const port = await serve({ ca: [ca], requestCert: true, rejectUnauthorized: false });
  const peer = async (config: object): Promise<string | undefined> =>
    (await ask(port, { ca_pem: ca, ...config })).split(" ")[2];
  const expected = await peer({ cert_file: identity.certFile, key_file: identity.keyFile });
  expect(expected).not.toBe("nobody");
  expect(await peer({ cert_pem: identity.cert, key_pem: identity.key })).toBe(expected);
  expect(await peer({})).toBe("nobody");
});

test("min_version and max_version", async () => {
  const old = await serve({ maxVersion: "TLSv1.2" });
  const current = await serve();
  expect(await ask(old, { ca_pem: ca, min_version: "1.3" })).toMatch(/ERR_SSL/);
  expect(await ask(current, { ca_pem: ca, max_version: "1.2" })).toContain("TLSv1.2");
});

test("cipher_suites choose among those before TLS 1.3, which stays", async () => {
  const suite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
  const ecdsa = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
  const old = await serve({ maxVersion: "TLSv1.2" });
  const answers = await Promise.all(
    [suite, ecdsa].map(async (name) => await ask(old, { ca_pem: ca, cipher_suites: [name] })),
  );
  // One of the two fits the kind of key the server's certificate has.
  expect(answers.filter((answer) => answer.includes("_WITH_AES_128_GCM_SHA256"))).toHaveLength(1);
  expect(answers.filter((answer) => answer.includes("ERR_SSL"))).toHaveLength(1);
  expect(await ask(await serve(), { ca_pem: ca, cipher_suites: [suite] })).toContain("TLSv1.3");
});

test("curve_preferences", async () => {
  const port = await serve({ ecdhCurve: "P-384" });
  expect(await ask(port, { ca_pem: ca, curve_preferences: ["P384"] })).toContain("TLSv1");
  expect(await ask(port, { ca_pem: ca, curve_preferences: ["P256", "X25519"] })).toMatch(/ERR_SSL/);
});

test("reload_interval: files are read again after that time, and other material means other connections", async () => {
  const folder = await temporaryFolder();
  const port = await serve({ ca: [ca], requestCert: true, rejectUnauthorized: false });
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const write = async (pair: typeof own): Promise<void> => {
    await writeFile(cert, pair.cert);
    await writeFile(key, pair.key);
  };
  await write(identity);
  const clock = { monotonic: () => state.now, now: () => 0 };
  const state = { now: 0 };
  const source = async (config: object) =>
    tlsSource(
      { ...env, clock },
      folder,
      clientTlsSettings(
        await decoded(clientTls as ObjectSchema<ClientTlsConfig>, {
          ca_pem: ca,
          cert_file: "cert.pem",
          key_file: "key.pem",
          ...config,
        }),
      ),
    );
  const peer = async (client: ReturnType<typeof createHttpClient>) => (await request(client, port)).split(" ")[2];
  const never = createHttpClient({ env, keepAlive: false, tls: await source({}) });
  const hourly = createHttpClient({ env, keepAlive: false, tls: await source({ reload_interval: "1h" }) });
  onTestFinished(() => never.close());
  onTestFinished(() => hourly.close());
  const first = await peer(hourly);
  expect(await peer(never)).toBe(first);
  await write(own);
  state.now = 3_599_999;
  expect(await peer(hourly)).toBe(first);
  state.now = 3_600_000;
  expect(await peer(hourly)).not.toBe(first);
  expect(await peer(never)).toBe(first);
});

test("Prometheus: files are read at every connection attempt, and old connections end with the old files", async () => {
  const folder = await temporaryFolder();
  const caPath = join(folder, "ca.pem");
  await writeFile(caPath, ca);
  const port = await serve();
  const { tls_config: tls } = await decoded(t.object("", prometheusHttpClientProperties), {
    tls_config: { ca_file: "ca.pem" },
  });
  const client = createHttpClient({ env, tls: tlsOf(tls, { env, baseDirectory: folder }) });
  onTestFinished(() => client.close());
  expect(await request(client, port)).toContain("TLSv1.3");
  // Another authority: this server is no longer trusted, but its open connection is not questioned.
  await writeFile(caPath, await readFile(identity.certFile));
  expect(await request(client, port)).toContain("TLSv1.3");
  const both = await Promise.all([request(client, port), request(client, port)]);
  expect(both.filter((text) => text.includes("TLSv1.3"))).toHaveLength(1);
  // The failed attempt has found the new file: from now on nothing is trusted.
  expect(await request(client, port)).not.toContain("TLSv1.3");
  await writeFile(caPath, ca);
  expect(await request(client, port)).toContain("TLSv1.3");
});

test("a missing file names itself", async () => {
  await expect(
    tlsSource(
      env,
      "/base",
      clientTlsSettings(await decoded(clientTls as ObjectSchema<ClientTlsConfig>, { ca_file: "no.pem" })),
    )(),
  ).rejects.toThrow('cannot read CA file "/base/no.pem"');
});

test("through tunnels of both kinds, and over TLS to the proxy itself", async () => {
  const port = await serve();
  /** Answers what a client says first as the protocol wants it, then passes bytes on. */
  const tunnel = (answers: readonly (string | Buffer)[]) => (socket: Socket) => {
    let step = 0;
    socket.on("error", () => {});
    const talk = (): void => {
      socket.write(answers[step++]!);
      if (step < answers.length) return;
      socket.off("data", talk);
      const target = connect(port, "127.0.0.1");
      target.on("error", () => {});
      socket.pipe(target).pipe(socket);
    };
    socket.on("data", talk);
  };
  const opened = ["HTTP/1.1 200 OK\r\n\r\n"];
  const socks = [Buffer.of(5, 0), Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0)];
  const proxies = [
    `http://localhost:${await listen(createTcpServer(tunnel(opened)))}`,
    `https://localhost:${await listen(createServer({ cert: own.cert, key: own.key }, tunnel(opened)))}`,
    `socks5://localhost:${await listen(createTcpServer(tunnel(socks)))}`,
  ];
  for (const proxy of proxies) {
    const tls = { ca: [ca] };
    const client = createHttpClient({ env, tls: () => tls, proxy: fixedProxy(proxy), keepAlive: false });
    expect(await request(client, port), proxy).toMatch(/^TLSv1\.3 .* localhost$/);
    client.close();
  }
});

test("a peer that hangs up during the handshake, directly and in a tunnel", async () => {
  const port = await listen(createTcpServer((socket) => void socket.once("data", () => socket.resetAndDestroy())));
  const hangsUp = (socket: Socket): void => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.once("data", () => socket.resetAndDestroy());
    });
  };
  const proxy = fixedProxy(`http://127.0.0.1:${await listen(createTcpServer(hangsUp))}`);
  for (const options of [{}, { proxy }]) {
    const client = createHttpClient({ env, ...options });
    await expect(client.request({ url: `https://localhost:${port}/`, timeoutMs: 5000 })).rejects.toMatchObject({
      code: "connect",
    });
    client.close();
  }
});

test("a peer that says nothing during the handshake is given up with the request, directly and in a tunnel", async () => {
  const enough = { controller: new AbortController() };
  const direct = (socket: Socket): void => {
    socket.on("error", () => {});
    socket.once("data", () => enough.controller.abort());
  };
  const tunnel = (socket: Socket): void => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.once("data", () => enough.controller.abort());
    });
  };
  const port = await listen(createTcpServer(direct));
  const proxy = fixedProxy(`http://127.0.0.1:${await listen(createTcpServer(tunnel))}`);
  for (const options of [{}, { proxy }]) {
    enough.controller = new AbortController();
    const client = createHttpClient({ env, ...options });
    const { signal } = enough.controller;
    await expect(client.request({ url: `https://localhost:${port}/`, signal })).rejects.toMatchObject({
      code: "aborted",
    });
    client.close();
  }
});

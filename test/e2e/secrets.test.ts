/** Secrets are sent where they are meant to go and shown nowhere: not in debug logs, not in errors, not on the metrics page. */

import { createServer } from "node:http";
import { freePort, listen, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { startCollector } from "./collector.ts";

/** Every secret has this in it; where it is in base64 it is looked for decoded. */
const mark = "s3cret";

/** A server for everything that refuses everything, and remembers what it was sent. */
async function startRefusing() {
  const seen: string[] = [];
  const server = createServer(({ url = "", headers }, response) => {
    const decoded = Object.values(headers).flatMap((value) => {
      const text = String(value);
      return [text, Buffer.from(text.replace(/^Basic /, ""), "base64").toString("latin1")];
    });
    seen.push(`${url} ${decoded.join(" ")}`);
    response.writeHead(url.startsWith("/token") ? 500 : 403).end("no");
  });
  server.on("connect", (request, socket) => {
    // A collector that stops resets what it has open.
    socket.on("error", () => {});
    seen.push(Buffer.from(String(request.headers["proxy-authorization"]).slice(6), "base64").toString("latin1"));
    socket.end("HTTP/1.1 407 No\r\n\r\n");
  });
  return { seen, address: `127.0.0.1:${await listen(server)}` };
}

const jobs = (address: string, nobody: string): readonly string[] => [
  `basic_auth: {username: me, password: ${mark}-basic}`,
  `authorization: {credentials: ${mark}-credentials}`,
  `bearer_token: ${mark}-bearer`,
  `http_headers: {X-Key: {secrets: [${mark}-header]}}`,
  `oauth2: {client_id: me, client_secret: ${mark}-oauth2, token_url: "http://${address}/token"}`,
  `oauth2: {client_id: me, client_secret: x, token_url: "http://me:${mark}-token-url@${address}/token"}`,
  `oauth2: {client_id: me, client_secret: x, token_url: "http://me:${mark}-nowhere@${nobody}/token"}`,
  `proxy_url: "http://me:${mark}-proxy@${address}"`,
  `proxy_url: "socks5://me:${mark}-nowhere@${nobody}"`,
  `scheme: https, proxy_url: "http://me:${mark}-connect@${address}"`,
];
/** Those that reach somebody. */
const sent = [
  "basic",
  "credentials",
  "bearer",
  "header",
  "oauth2",
  "token-url",
  "proxy",
  "connect",
  "address",
  "backend",
  "write",
];

test("a running collector", { timeout: 60_000 }, async () => {
  const { seen, address } = await startRefusing();
  const nobody = `127.0.0.1:${await freePort()}`;
  const target = (of: string) => `static_configs: [{targets: ["${of}"]}]`;
  const scrape = jobs(address, nobody).map((keys, at) => `{job_name: j${at}, ${keys}, ${target(address)}}`);
  scrape.push(`{job_name: login, ${target(`me:${mark}-address@${address}`)}}`);
  const collector = await startCollector({
    logLevel: "debug",
    receivers: `  prometheus:\n    config:\n      global: {scrape_interval: 200ms}\n      scrape_configs:\n${scrape.map((job) => `        - ${job}`).join("\n")}`,
    exporters: `  prometheus_remote_write/a: {endpoint: "http://me:${mark}-backend@${address}/api/v1/write", headers: {X-Key: ${mark}-write}}
  prometheus_remote_write/b: {endpoint: "http://me:${mark}-nowhere@${nobody}/api/v1/write", proxy_url: "http://me:${mark}-nowhere@${nobody}"}`,
    pipelines:
      "    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write/a, prometheus_remote_write/b]}",
  });
  const where = () => sent.filter((name) => !seen.some((request) => request.includes(`${mark}-${name}`)));
  await waitFor(() => where().length === 0, { what: "every secret at its place" }).catch((error) => {
    throw new Error(`not sent: ${where().join(", ")}`, { cause: error });
  });
  const failed = () =>
    new Set(collector.logs().flatMap(({ msg, job }) => (msg === "failed to scrape Prometheus endpoint" ? [job] : [])));
  await waitFor(() => failed().size === scrape.length, { what: "a failure of every job" });
  expect(await collector.metrics()).not.toContain(mark);
  collector.process.signal("SIGTERM");
  await waitFor(() => collector.logs().some(({ msg }) => msg === "shutting down"), { what: "the end" });
  collector.process.signal("SIGTERM");
  await collector.process.exited;
  expect(collector.process.output).not.toContain(mark);
});

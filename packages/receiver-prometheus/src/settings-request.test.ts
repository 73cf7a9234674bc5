/** Keys that change the request: each test fails when its key is ignored. */
import { gzipSync } from "node:zlib";
import type { HttpRequest } from "@sluice/component";
import { expect, test } from "vitest";
import { linesOf, reported, startReceiver, startScraping } from "./scraping.testing.ts";

/** The first request of a job with these keys. */
async function requestOf(job: string, global?: string): Promise<HttpRequest> {
  const scraping = await startScraping({
    job,
    ...(global !== undefined && { global }),
    page: "a 1\n",
    setup: ({ files }) => files.write("secret", " from-file \n"),
  });
  await scraping.scrape();
  await scraping.stop();
  return scraping.requests[0]!;
}
const header = async (job: string, name: string, global?: string): Promise<string | undefined> =>
  (await requestOf(job, global)).headers[name];

test("without keys", async () => {
  const { method, target, headers } = await requestOf("");
  expect({ method, target }).toEqual({ method: "GET", target: "/metrics" });
  expect(headers).toEqual({
    host: "target",
    accept:
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "accept-encoding": "gzip",
    "user-agent": "sluice/0.0.0",
    "x-prometheus-scrape-timeout-seconds": "10",
  });
});

const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
const everything = `${protobuf};q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1`;
const cases: readonly [key: string, job: string, name: string, value: string][] = [
  ["scrape_timeout", "scrape_timeout: 1500ms", "x-prometheus-scrape-timeout-seconds", "1.5"],
  [
    "scrape_protocols",
    "scrape_protocols: [PrometheusText0.0.4, PrometheusProto]",
    "accept",
    `text/plain;version=0.0.4;q=0.6,${protobuf};q=0.5,*/*;q=0.4`,
  ],
  [
    "metric_name_escaping_scheme",
    "metric_name_escaping_scheme: dots\nscrape_protocols: [OpenMetricsText1.0.0]",
    "accept",
    "application/openmetrics-text;version=1.0.0;escaping=dots;q=0.6,*/*;q=0.5",
  ],
  [
    "metric_name_validation_scheme",
    "metric_name_validation_scheme: legacy\nscrape_protocols: [PrometheusText1.0.0]",
    "accept",
    "text/plain;version=1.0.0;escaping=underscores;q=0.6,*/*;q=0.5",
  ],
  [
    "scrape_protocols: protobuf first",
    "scrape_protocols: [PrometheusProto, OpenMetricsText0.0.1]",
    "accept",
    `${protobuf};q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,*/*;q=0.4`,
  ],
  ["scrape_native_histograms", "scrape_native_histograms: true", "accept", everything],
  [
    "scrape_native_histograms: scrape_protocols goes before",
    "scrape_native_histograms: true\nscrape_protocols: [PrometheusText0.0.4]",
    "accept",
    "text/plain;version=0.0.4;q=0.6,*/*;q=0.5",
  ],
  ["enable_compression", "enable_compression: false", "accept-encoding", "identity"],
  ["basic_auth", "basic_auth: {username: me, password: 0123}", "authorization", `Basic ${btoa("me:0123")}`],
  [
    "basic_auth.password_file",
    "basic_auth: {username: me, password_file: secret}",
    "authorization",
    `Basic ${btoa("me:from-file")}`,
  ],
  ["authorization", "authorization: {type: Token, credentials: abc}", "authorization", "Token abc"],
  ["authorization.credentials_file", "authorization: {credentials_file: secret}", "authorization", "Bearer from-file"],
  ["bearer_token", "bearer_token: abc", "authorization", "Bearer abc"],
  ["bearer_token_file", "bearer_token_file: secret", "authorization", "Bearer from-file"],
  [
    "http_headers",
    "http_headers: {X-Tenant: {values: [a], secrets: [b], files: [secret]}}",
    "x-tenant",
    "a, b, from-file",
  ],
];
for (const [key, job, name, value] of cases) {
  test(key, async () => expect(await header(job, name)).toBe(value));
}

const globals: readonly [global: string, name: string, value: string][] = [
  ["scrape_native_histograms: true", "accept", everything],
  ["scrape_timeout: 3s", "x-prometheus-scrape-timeout-seconds", "3"],
  ["scrape_interval: 5s", "x-prometheus-scrape-timeout-seconds", "5"],
  ["scrape_protocols: [PrometheusText0.0.4]", "accept", "text/plain;version=0.0.4;q=0.6,*/*;q=0.5"],
  [
    "metric_name_escaping_scheme: values\nscrape_protocols: [PrometheusText1.0.0]",
    "accept",
    "text/plain;version=1.0.0;escaping=values;q=0.6,*/*;q=0.5",
  ],
  [
    "metric_name_validation_scheme: legacy\nscrape_protocols: [PrometheusText1.0.0]",
    "accept",
    "text/plain;version=1.0.0;escaping=underscores;q=0.6,*/*;q=0.5",
  ],
];
for (const [global, name, value] of globals) {
  test(`global ${global}`, async () => expect(await header("", name, global)).toBe(value));
}

test("metrics_path and params", async () => {
  const { target } = await requestOf(`metrics_path: /probe\nparams: {b: ["x y", "2"], a: ["&"]}`);
  expect(target).toBe("/probe?a=%26&b=x+y&b=2");
});

test("a page in gzip is inflated", async () => {
  const scraping = await startScraping({});
  scraping.answer = {
    status: 200,
    headers: { "content-type": "text/plain", "content-encoding": "gzip" },
    body: gzipSync("a 1\n"),
  };
  expect(linesOf(await scraping.scrape())).toEqual(["a 1"]);
  await scraping.stop();
});

test("follow_redirects, and no credentials to another origin", async () => {
  const seen: HttpRequest[] = [];
  const start = async (more: string) => {
    const scraping = await startScraping({
      job: `authorization: {credentials: abc}\nhttp_headers: {X-Secret: {secrets: [s]}}\n${more}`,
      async setup({ network }) {
        await network.serveHttp({ address: { host: "other", port: 80 }, maxBodyBytes: 10 }, (request) => {
          seen.push(request);
          return { status: 200, headers: { "content-type": "text/plain" }, body: "a 1\n" };
        });
      },
    });
    scraping.answer = { status: 302, headers: { location: "http://other/metrics" } };
    return scraping;
  };
  const follows = await start("");
  expect(linesOf(await follows.scrape())).toEqual(["a 1"]);
  expect(follows.requests[0]!.headers).toMatchObject({ authorization: "Bearer abc", "x-secret": "s" });
  expect(seen[0]!.headers.authorization).toBeUndefined();
  expect(seen[0]!.headers["x-secret"]).toBeUndefined();
  await follows.stop();
  const stays = await start("follow_redirects: false");
  expect(reported(await stays.scrape(), "up")).toBe(0);
  expect(stays.context.log.records.at(-1)?.fields?.error).toMatchObject({
    message: "server returned HTTP status 302 Found",
  });
  await stays.stop();
});

test("proxy_url", async () => {
  const seen: string[] = [];
  const scraping = await startScraping({
    job: "proxy_url: http://proxy:3128",
    async setup({ network }) {
      await network.serveHttp({ address: { host: "proxy", port: 3128 }, maxBodyBytes: 10 }, ({ target }) => {
        seen.push(target);
        return { status: 200, headers: { "content-type": "text/plain" }, body: "a 1\n" };
      });
    },
  });
  expect(linesOf(await scraping.scrape())).toEqual(["a 1"]);
  expect(seen).toEqual(["http://target/metrics"]);
  await scraping.stop();
});

test("oauth2", async () => {
  const scraping = await startScraping({
    job: "oauth2: {client_id: me, client_secret: s, token_url: 'http://tokens/'}",
    page: "a 1\n",
    async setup({ network }) {
      await network.serveHttp({ address: { host: "tokens", port: 80 }, maxBodyBytes: 1000 }, () => ({
        status: 200,
        headers: { "content-type": "application/json" },
        body: `{"access_token": "t1", "token_type": "Bearer", "expires_in": 3600}`,
      }));
    },
  });
  await scraping.scrape();
  expect(scraping.requests[0]!.headers.authorization).toBe("Bearer t1");
  await scraping.stop();
});

test("scheme: https speaks TLS", async () => {
  const scraping = await startScraping({ job: "scheme: https" });
  expect(reported(await scraping.scrape(), "up")).toBe(0);
  expect(scraping.requests).toEqual([]);
  await scraping.stop();
});

test("scrape_config_files: paths in them are relative to the file", async () => {
  const scraping = await startReceiver("config: {scrape_config_files: ['jobs/*.yml']}", {
    page: "a 1\n",
    setup({ files }) {
      files.write(
        "jobs/one.yml",
        `scrape_configs:\n  - job_name: one\n    authorization: {credentials_file: key}\n    static_configs: [{targets: ['target:80']}]\n`,
      );
      files.write("jobs/key", "k1");
    },
  });
  expect(linesOf(await scraping.scrape())).toEqual(["a 1"]);
  expect(scraping.requests[0]!.headers.authorization).toBe("Bearer k1");
  await scraping.stop();
});

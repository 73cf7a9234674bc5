/** HTTP-client keys whose effect is on the connection, or shows from one scrape to the next: each fails when its key is ignored. */
import type { Net } from "@sluice/component";
import { expect, test } from "vitest";
import { reported, startReceiver, startScraping } from "./scraping.testing.ts";

type Connect = Parameters<Net["connect"]>[0];

/** What the first connection of a job with these keys asks for; nobody answers. */
async function connectionOf(job: string, variables: Record<string, string> = {}): Promise<Connect> {
  const asked: Connect[] = [];
  const scraping = await startScraping({
    job,
    setup({ env, files, process }) {
      for (const name of ["ca", "cert", "key"]) files.write(name, `${name} of the file`);
      Object.assign(process.env, variables);
      env.net.connect = async (options) => {
        asked.push(options);
        throw new Error("nobody there");
      };
    },
  });
  await scraping.scrape();
  await scraping.stop();
  expect(asked, job).not.toEqual([]);
  return asked[0]!;
}
const tls = async (keys: string) => (await connectionOf(`scheme: https\ntls_config: {${keys}}`)).tls;

test("tls_config", async () => {
  const plain = { alpn: ["h2", "http/1.1"], insecureSkipVerify: false };
  expect(await tls("")).toEqual(plain);
  expect(await tls("ca: C")).toEqual({ ...plain, ca: ["C"] });
  expect(await tls("ca_file: ca")).toEqual({ ...plain, ca: ["ca of the file"] });
  expect(await tls("cert: C, key: K")).toEqual({ ...plain, cert: "C", key: "K" });
  const fromFiles = { cert: "cert of the file", key: "key of the file" };
  expect(await tls("cert_file: cert, key_file: key")).toEqual({ ...plain, ...fromFiles });
  expect(await tls("server_name: other")).toEqual({ ...plain, serverName: "other" });
  expect(await tls("insecure_skip_verify: true")).toEqual({ ...plain, insecureSkipVerify: true });
  expect(await tls("min_version: TLS13")).toEqual({ ...plain, minVersion: "TLSv1.3" });
  expect(await tls("max_version: TLS12")).toEqual({ ...plain, maxVersion: "TLSv1.2" });
});

test("enable_http2", async () => {
  const offered = async (value: boolean) => (await connectionOf(`scheme: https\nenable_http2: ${value}`)).tls?.alpn;
  expect(await offered(true)).toEqual(["h2", "http/1.1"]);
  expect(await offered(false)).toBeUndefined();
});

test("no_proxy and proxy_from_environment", async () => {
  const variables = { HTTP_PROXY: "of-environment:1", NO_PROXY: "direct" };
  const host = async (job: string) => (await connectionOf(job, variables)).address;
  expect(await host("proxy_url: http://proxy:3128")).toMatchObject({ host: "proxy" });
  expect(await host("proxy_url: http://proxy:3128\nno_proxy: target")).toMatchObject({ host: "target" });
  expect(await host("proxy_from_environment: true")).toMatchObject({ host: "of-environment" });
  expect(await host("")).toMatchObject({ host: "target" });
  const direct = "static_configs: [{targets: ['direct:80']}]\nproxy_from_environment: true";
  expect(await host(direct)).toMatchObject({ host: "direct" });
});

test("proxy_connect_header", async () => {
  let seen = "";
  const scraping = await startScraping({
    job: "scheme: https\nproxy_url: http://proxy:3128\nproxy_connect_header: {X-P: ['1', '2']}",
    setup({ network }) {
      network.listenRaw({ host: "proxy", port: 3128 }, (side) => {
        side.on("error", () => {});
        side.on("data", (chunk: Buffer) => {
          seen += chunk.toString("latin1");
          side.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        });
      });
    },
  });
  await scraping.scrape();
  expect(seen).toMatch(/^CONNECT target:80 HTTP\/1\.1\r\n(.*\r\n)*X-P: 1, 2\r\n/);
  await scraping.stop();
});

test("a secret file is read again for each scrape", async () => {
  for (const [job, text] of [
    ["authorization: {credentials_file: secret}", (secret: string) => `Bearer ${secret}`],
    ["basic_auth: {username_file: secret, password: p}", (secret: string) => `Basic ${btoa(`${secret}:p`)}`],
    ["basic_auth: {username: u, password_file: secret}", (secret: string) => `Basic ${btoa(`u:${secret}`)}`],
  ] as const) {
    const scraping = await startScraping({ job, page: "a 1\n", setup: ({ files }) => files.write("secret", "one\n") });
    await scraping.scrape();
    scraping.simulation.files.write("secret", "two\n");
    await scraping.scrape();
    expect(scraping.requests.map(({ headers }) => headers.authorization)).toEqual([text("one"), text("two")]);
    scraping.simulation.files.remove("secret");
    expect(reported(await scraping.scrape(), "up")).toBe(0);
    expect(scraping.requests).toHaveLength(2);
    await scraping.stop();
  }
});

test("oauth2: keys of the token request", async () => {
  const asked: string[] = [];
  const scraping = await startScraping({
    job: `oauth2:
  client_id: me
  client_secret_file: secret
  token_url: http://tokens/t
  scopes: [a, b]
  endpoint_params: {audience: x}`,
    page: "a 1\n",
    async setup({ files, network }) {
      files.write("secret", "s\n");
      await network.serveHttp({ address: { host: "tokens", port: 80 }, maxBodyBytes: 1000 }, async (request) => {
        asked.push(`${request.headers.authorization ?? ""} ${new TextDecoder().decode(await request.body())}`);
        return {
          status: 200,
          headers: { "content-type": "application/json" },
          body: `{"access_token": "t1", "token_type": "Bearer", "expires_in": 3600}`,
        };
      });
    },
  });
  await scraping.scrape();
  await scraping.scrape();
  expect(scraping.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer t1", "Bearer t1"]);
  expect(asked).toHaveLength(1);
  for (const text of ["scope=a+b", "audience=x", "grant_type=client_credentials", btoa("me:s")])
    expect(asked[0]).toContain(text);
  await scraping.stop();
});

test("scrape_failure_log_file is relative to the file that names it", async () => {
  const scraping = await startReceiver(
    `config: {global: {scrape_failure_log_file: all.log}, scrape_config_files: ['jobs/*.yml']}`,
    {
      setup({ files }) {
        const job = (name: string, more: string): string =>
          `  - {job_name: ${name}, static_configs: [{targets: ['target:80']}]${more}}\n`;
        files.write(
          "jobs/a.yml",
          `scrape_configs:\n${job("inherits", "")}${job("own", ", scrape_failure_log_file: own.log")}`,
        );
      },
    },
  );
  scraping.answer = { status: 500 };
  await scraping.scrape();
  expect(scraping.simulation.files.readText("all.log")).toContain(`"job_name":"inherits"`);
  expect(scraping.simulation.files.readText("jobs/own.log")).toContain(`"job_name":"own"`);
  await scraping.stop();
});

test("refresh_interval: files are read again even where no change is told", async () => {
  const scraping = await startScraping({
    job: "file_sd_configs: [{files: ['*.json'], refresh_interval: 20s}]\nscrape_interval: 1s",
    page: "a 1\n",
    setup({ env, files }) {
      files.write("targets.json", "[]");
      env.files.watch = () => ({ cancel() {} });
    },
  });
  await scraping.scrape(5000);
  scraping.simulation.files.write("targets.json", `[{"targets": ["target:80"]}]`);
  await scraping.scrape(10_000);
  expect(scraping.requests).toEqual([]);
  await scraping.scrape(20_000);
  expect(scraping.requests).not.toEqual([]);
  await scraping.stop();
});

test("bodies that cannot be read count with their size; those never fetched with none", async () => {
  const scraping = await startScraping({ job: "extra_scrape_metrics: true", page: "no page\n" });
  expect(reported(await scraping.scrape(), "scrape_body_size_bytes")).toBe(8);
  scraping.answer = { status: 500, body: "12345" };
  expect(reported(await scraping.scrape(), "scrape_body_size_bytes")).toBe(0);
  await scraping.stop();
});

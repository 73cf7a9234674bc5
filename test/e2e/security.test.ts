/** What a target or a backend can do to the collector when it means harm: nothing but be called down. */
import { readFileSync } from "node:fs";
import { waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { type RunningCollector, startCollector } from "./collector.ts";
import { bombs, page, raw, startListener, startTricks, type Trick, tricks } from "./hostile.ts";
import { type Sink, startSink } from "./sink.ts";
import { startTargets } from "./targets.ts";

const exporters = (address: string) =>
  `  prometheus_remote_write: {endpoint: "http://${address}/w", add_metric_suffixes: false, target_info: {enabled: false}, disable_scope_info: true}`;
const pipelines = "    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}";

/** One line of `scrape_configs`: the job scrapes the page of its name. */
const job = (name: string, address: string, more = "") =>
  `        - {job_name: ${name}, metrics_path: /${name}, ${more}static_configs: [{targets: ["${address}"]}]}`;
const receivers = (jobs: readonly string[], global: string) =>
  `  prometheus:\n    config:\n      global: {${global}}\n      scrape_configs:\n${jobs.join("\n")}`;

/** A target that behaves, whose value says the how-many-eth answer it is. */
async function startGood(): Promise<string> {
  const targets = await startTargets();
  targets.set("good", { body: () => `good ${targets.count("good")}\n` });
  return job("good", targets.address);
}
async function goesOn(sink: Sink): Promise<void> {
  const answers = () => sink.series("good")[0]?.value ?? 0;
  const until = answers() + 3;
  await waitFor(() => answers() >= until, { what: "three more scrapes of the good target", timeoutMs: 30_000 });
}

/** The most memory it ever had, in megabytes. */
function peakMegabytes({ process }: RunningCollector): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process.pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1000;
}
/** A counter on the own metrics page. */
async function counted(collector: RunningCollector, name: string): Promise<number> {
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(await collector.metrics())?.[1] ?? 0);
}
const ups = (sink: Sink) => new Map(sink.series("up").map(({ labels, value }) => [labels.job, value]));
const reasons = (collector: RunningCollector, name: string) => [
  ...new Set(
    collector
      .logs()
      .filter(({ msg, job: of }) => msg === "failed to scrape Prometheus endpoint" && of === name)
      .map(({ error }) => String(error)),
  ),
];

test("hostile targets are down, for a reason that is told, and in nobody's way", { timeout: 60_000 }, async () => {
  const [sink, good] = [await startSink(), await startGood()];
  const names = Object.keys(tricks);
  const labels = Array.from({ length: 100_000 }, (_, at) => `l${at}="v"`).join(",");
  const limited: Readonly<Record<string, { trick: Trick; keys: string; reason: RegExp }>> = {
    many_labels: { trick: page(`many{${labels}} 1\n`), keys: "label_limit: 100, ", reason: /^label_limit exceeded/ },
    long_label: {
      trick: page(`long{a="${"x".repeat(100_000)}"} 1\n`),
      keys: "label_value_length_limit: 1000, ",
      reason: /^label_value_length_limit exceeded/,
    },
    buckets_far_apart: {
      trick: bombs.far_apart,
      keys: "scrape_native_histograms: true, ",
      reason: /spans do not fit its buckets, or lie too far apart/,
    },
    many_buckets: {
      trick: bombs.many_buckets,
      keys: "scrape_native_histograms: true, native_histogram_bucket_limit: 2, ",
      reason: /^histogram bucket limit exceeded$/,
    },
    many_samples: {
      trick: page(Array.from({ length: 1001 }, (_, at) => `many{n="${at}"} 1\n`).join("")),
      keys: "sample_limit: 1000, ",
      reason: /^sample limit exceeded$/,
    },
  };
  const harmless = {
    // Said to be shorter than it is: what stands behind is no answer to anything.
    longer_than_said: raw(
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na 1\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nevil 1\n",
    ),
    unlimited_labels: page(`unlimited{${labels}} 1\n`),
  };
  const address = await startTricks({
    ...Object.fromEntries(names.map((name) => [name, tricks[name]!.trick])),
    ...Object.fromEntries(Object.entries(limited).map(([name, { trick }]) => [name, trick])),
    ...harmless,
  });
  const collector = await startCollector({
    receivers: receivers(
      [
        good,
        ...names.map((name) => job(name, address)),
        ...Object.entries(limited).map(([name, { keys }]) => job(name, address, keys)),
        ...Object.keys(harmless).map((name) => job(name, address)),
      ],
      "scrape_interval: 1s, body_size_limit: 4MB",
    ),
    exporters: exporters(sink.address),
    pipelines,
  });
  const all = [...names, ...Object.keys(limited)];
  const told = (name: string) => {
    const { reason } = tricks[name] ?? limited[name]!;
    return reasons(collector, name).some((text) => reason.test(text));
  };
  await waitFor(
    () => {
      const open = all.filter((name) => !told(name) || ups(sink).get(name) !== 0);
      if (open.length === 0) return true;
      throw new Error(open.map((name) => `${name}: ${reasons(collector, name).join(", ")}`).join("\n"));
    },
    { what: "the right verdict on every target", timeoutMs: 20_000 },
  );
  await goesOn(sink);
  for (const name of ["good", ...Object.keys(harmless)]) expect([name, ups(sink).get(name)]).toEqual([name, 1]);
  expect(sink.series("evil")).toEqual([]);
  expect(await counted(collector, "prometheus_target_scrapes_exceeded_body_size_limit")).toBeGreaterThanOrEqual(2);
  expect(await counted(collector, "prometheus_target_scrapes_exceeded_sample_limit")).toBeGreaterThanOrEqual(1);
  expect(peakMegabytes(collector)).toBeLessThan(400);
  await collector.accounts();
  expect(await collector.stop()).toBe(0);
});

test("a gzip bomb without any limit on bodies stays bounded", { timeout: 60_000 }, async () => {
  const [sink, good] = [await startSink(), await startGood()];
  const address = await startTricks({ bomb: tricks.gzip_bomb!.trick });
  const collector = await startCollector({
    receivers: receivers([good, job("bomb", address)], "scrape_interval: 2s"),
    exporters: exporters(sink.address),
    pipelines,
  });
  await waitFor(() => reasons(collector, "bomb").includes("body size limit exceeded"), { what: "the bomb is told of" });
  await goesOn(sink);
  expect(ups(sink).get("bomb")).toBe(0);
  // 256 MiB are the bound of last resort.
  expect(peakMegabytes(collector)).toBeLessThan(1000);
  expect(await collector.stop()).toBe(0);
});

test("a million new series at once, and gone again", { timeout: 90_000 }, async () => {
  const [sink, good] = [await startSink(10_000), await startGood()];
  const million = Array.from({ length: 1_000_000 }, (_, at) => `series{n="${at}"} 1\n`).join("");
  const state = { answers: 0 };
  const address = await startTricks({
    flood: (response) => void response.writeHead(200).end(state.answers++ === 0 ? million : "series 1\n"),
  });
  const collector = await startCollector({
    receivers: receivers([good, job("flood", address)], "scrape_interval: 2s"),
    exporters: exporters(sink.address),
    pipelines,
  });
  await waitFor(() => sink.series("series").length > 0, {
    what: "the page after the flood",
    timeoutMs: 60_000,
  });
  await goesOn(sink);
  const [account] = await collector.accounts();
  expect(account!.accepted).toBeGreaterThan(2_000_000);
  expect(account).toMatchObject({ rejected: 0, dropped: 0 });
  // What was kept for the series went with them.
  expect(await counted(collector, "prometheus_target_scrape_pool_cache_bytes")).toBeLessThan(1e6);
  expect(peakMegabytes(collector)).toBeLessThan(1500);
  expect(await collector.stop()).toBe(0);
});

/** Remembers what each path was sent; paths below `/away` redirect to the same path elsewhere, below `/home` to here. */
async function startOrigin(elsewhere: string) {
  const seen = new Map<string, string>();
  const address = await startListener((request, response) => {
    const { url = "", headers } = request;
    seen.set(url, JSON.stringify(headers));
    const [, to, rest] = /^\/(away|home)\/(.*)$/.exec(url) ?? [];
    const status = request.method === "POST" ? 307 : 302;
    if (to === undefined) response.writeHead(200).end("page 1\n");
    else response.writeHead(status, { location: to === "home" ? `/${rest}` : `http://${elsewhere}/${rest}` }).end();
  });
  return { seen, address };
}

test("credentials follow no redirect to another origin", { timeout: 30_000 }, async () => {
  const other = await startOrigin("");
  const origin = await startOrigin(other.address);
  const secret = "opensesame";
  const token = await startTricks({
    token: page(JSON.stringify({ access_token: secret, token_type: "Bearer" }), { "content-type": "application/json" }),
  });
  const ways = {
    basic: `basic_auth: {username: me, password: ${secret}}`,
    credentials: `authorization: {credentials: ${secret}}`,
    bearer: `bearer_token: ${secret}`,
    header: `http_headers: {X-Key: {secrets: [${secret}]}}`,
    oauth2: `oauth2: {client_id: me, client_secret: x, token_url: "http://${token}/token"}`,
  };
  const jobs = Object.entries(ways).flatMap(([name, keys]) =>
    ["away", "home"].map((to) => job(`${to}/${name}`, origin.address, `${keys}, `)),
  );
  const collector = await startCollector({
    receivers: receivers(jobs, "scrape_interval: 300ms"),
    exporters: `  prometheus_remote_write: {endpoint: "http://${origin.address}/away/write", headers: {Authorization: Bearer ${secret}, X-Key: ${secret}}}`,
    pipelines,
  });
  const wanted = [...Object.keys(ways), "write"].map((name) => `/${name}`);
  const home = Object.keys(ways).map((name) => `/${name}`);
  await waitFor(() => wanted.every((path) => other.seen.has(path)) && home.every((path) => origin.seen.has(path)), {
    what: "every redirect",
  });
  const shown = (headers = "{}") => {
    const { authorization = "", "x-key": key = "" } = JSON.parse(headers) as Record<string, string>;
    return [authorization.startsWith("Basic ") ? atob(authorization.slice(6)) : authorization, key].join("");
  };
  for (const path of wanted) {
    expect([path, shown(other.seen.get(path))]).toEqual([path, ""]);
    expect([path, shown(origin.seen.get(`/away${path}`))]).toEqual([path, expect.stringContaining(secret)]);
  }
  for (const path of home)
    expect([path, shown(origin.seen.get(path))]).toEqual([path, expect.stringContaining(secret)]);
  for (const headers of other.seen.values()) expect(headers).not.toContain(secret);
  await collector.stop();
});

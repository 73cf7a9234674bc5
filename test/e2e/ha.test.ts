/**
 * Two collectors that do the same, and backends that take them for one: one is killed and replaced, and a user's query shows one
 * series without a gap and without a sample twice.
 */
import { createServer } from "node:http";
import { listen, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { describeWith } from "./backend-check.ts";
import { type Backend, builtProgram, debianProgram, startVictoriaMetrics } from "./backend-servers.ts";
import { startCortex, startMimir, startThanos } from "./backend-tenants.ts";
import { lastAccount, type Prepared, prepareCollector, runCollector } from "./collector.ts";
import { keyOf } from "./prometheus.ts";

const timeout = 120_000;
const victoriaMetrics = debianProgram("victoria-metrics");
const newVictoriaMetrics = builtProgram("victoriametrics");
const cortex = builtProgram("cortex");
const mimir = builtProgram("mimir");
const thanos = builtProgram("thanos");

/** A page that counts its answers, whoever asked. */
async function startCounted() {
  const answers: { readonly value: number; readonly ms: number }[] = [];
  const server = createServer((_request, response) => {
    answers.push({ value: answers.length + 1, ms: Date.now() });
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(`# TYPE answers_total counter\nanswers_total ${answers.length}\n`);
  });
  return { address: `127.0.0.1:${await listen(server)}`, answers };
}

/** Where the labels of a pair are set: by the receiver on what it scrapes, or by the exporter on what it sends. */
type Setter = "receiver" | "exporter";

/** One of a pair; the name of its replica comes from the environment, as a pod's does. */
function prepare(backend: Backend, target: string, { labels, setter, message }: Pair): Promise<Prepared> {
  const external = `external_labels: {${labels}}`;
  const exporter = [
    `endpoint: "${backend.endpoint}"`,
    `protobuf_message: ${message ?? "prometheus.WriteRequest"}`,
    "add_metric_suffixes: false",
    "target_info: {enabled: false}",
    "disable_scope_info: true",
    ...backend.exporter,
    ...(setter === "exporter" ? [external] : []),
  ];
  return prepareCollector({
    receivers: `  prometheus:
    config:
      global: {scrape_interval: 1s${setter === "receiver" ? `, ${external}` : ""}}
      # The page does not look at the parameter; it puts the two at different moments of a second, as different hosts' names do.
      scrape_configs: [{job_name: shop, params: {from: ["\${env:POD_NAME}"]}, static_configs: [{targets: ["${target}"]}]}]`,
    exporters: `  prometheus_remote_write:\n    ${exporter.join("\n    ")}`,
    pipelines: "    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}",
  });
}

/** What the backend needs to take the two for one. */
interface Pair {
  readonly labels: string;
  readonly setter: Setter;
  /** Version of remote write; default 1.0. */
  readonly message?: string;
  /** How long the backend holds on to a replica that is silent, in seconds. */
  readonly patience: number;
  /** Whether it keeps one sample in each second of the clock; else all of one replica. */
  readonly perInterval: boolean;
}

async function expectOneSeries(backend: Backend, pair: Pair): Promise<void> {
  const target = await startCounted();
  const start = async (name: string) => {
    process.env.POD_NAME = name;
    const prepared = await prepare(backend, target.address, pair);
    const running = await runCollector(prepared);
    const replace = () => {
      process.env.POD_NAME = name;
      return runCollector(prepared);
    };
    return { running, replace };
  };
  const both = [await start("collector-0"), await start("collector-1")];
  const series = keyOf({ __name__: "answers_total", cluster: "west", job: "shop", instance: target.address });
  const samples = async () => (await backend.stored()).get(series) ?? [];
  const stored = async (more: number) => {
    const until = (await samples()).length + more;
    await waitFor(async () => (await samples()).length >= until, { what: `${more} samples`, timeoutMs: 30_000 });
  };
  await stored(4);
  for (const one of both) {
    one.running.process.signal("SIGKILL");
    await one.running.process.exited;
    await stored(4);
    one.running = await one.replace();
    await stored(4);
  }
  for (const { running } of both) {
    expect(await running.stop()).toBe(0);
    expect(lastAccount(running)).toMatchObject({ rejected: 0, dropped: {}, queued: 0 });
    expect(running.logs().filter(({ level }) => level !== "info")).toEqual([]);
  }
  const all = await backend.stored();
  const named = [...all.keys()].filter((key) => key.includes('"answers_total"'));
  expect(named, "one series, without the replica's name").toEqual([series]);
  const found = (all.get(series) ?? []).map(([seconds, value]) => ({ ms: seconds * 1000, value: Number(value) }));
  expectSteady(found, target.answers, pair);
}

interface Counted {
  readonly ms: number;
  readonly value: number;
}

/** No value twice or in a wrong place, never two samples in one interval, never none for longer than the backend's patience. */
function expectSteady(found: readonly Counted[], answers: readonly Counted[], { patience, perInterval }: Pair): void {
  const answered = new Map(answers.map(({ value, ms }) => [value, ms]));
  for (const [at, { ms, value }] of found.entries()) {
    // It is what the target said then.
    expect(Math.abs(answered.get(value)! - ms), `sample ${value}`).toBeLessThan(500);
    const before = found[at - 1];
    if (before === undefined) continue;
    expect(value).toBeGreaterThan(before.value);
    if (perInterval) expect(Math.ceil(ms / 1000)).toBeGreaterThan(Math.ceil(before.ms / 1000));
    else expect(ms - before.ms, `before ${value}`).toBeGreaterThan(500);
    expect(ms - before.ms, `before ${value}`).toBeLessThan((patience + 2) * 1000 + 500);
  }
}

for (const program of [victoriaMetrics, newVictoriaMetrics]) {
  describeWith(program, () => {
    test("keeps one sample an interval of a pair with the same labels", { timeout }, async () => {
      const backend = await startVictoriaMetrics(program.path!, ["-dedup.minScrapeInterval=1s"]);
      await expectOneSeries(backend, { labels: "cluster: west", setter: "receiver", patience: 0, perInterval: true });
    });
  });
}

/** As short as a backend with a tracker of replicas allows for scrapes of one second. */
const tracker =
  "ha_tracker_update_timeout: 1s, ha_tracker_update_timeout_jitter_max: 0s, ha_tracker_failover_timeout: 3s";
const replicas = 'cluster: west, __replica__: "${env:POD_NAME}"';
const V2 = "io.prometheus.write.v2.Request";

describeWith(cortex, () => {
  const start = () =>
    startCortex(cortex.path!, {
      distributor: `  ha_tracker: {enable_ha_tracker: true, ${tracker}, kvstore: {store: memberlist}}`,
      limits: "  accept_ha_samples: true",
    });
  const pair = { labels: replicas, patience: 3, perInterval: false } as const;
  test("takes one replica's samples, 1.0", { timeout }, async () =>
    expectOneSeries(await start(), { ...pair, setter: "receiver" }),
  );
  test("takes one replica's samples, 2.0", { timeout }, async () =>
    expectOneSeries(await start(), { ...pair, setter: "exporter", message: V2 }),
  );
});

describeWith(mimir, () => {
  const start = () =>
    startMimir(mimir.path!, {
      distributor: "  ha_tracker: {enable_ha_tracker: true, kvstore: {store: inmemory}}",
      limits: `  accept_ha_samples: true\n  ${tracker.replaceAll(", ", "\n  ")}`,
    });
  const pair = { labels: replicas, patience: 3, perInterval: false } as const;
  test("takes one replica's samples, 1.0", { timeout }, async () =>
    expectOneSeries(await start(), { ...pair, setter: "receiver" }),
  );
  test("takes one replica's samples, 2.0", { timeout }, async () =>
    expectOneSeries(await start(), { ...pair, setter: "exporter", message: V2 }),
  );
});

describeWith(thanos, () => {
  // It goes over to the other replica when the next sample of the first one is later than five seconds.
  test("shows a pair as one series", { timeout }, async () =>
    expectOneSeries(await startThanos(thanos.path!), {
      labels: replicas,
      setter: "receiver",
      patience: 5,
      perInterval: false,
    }),
  );
});

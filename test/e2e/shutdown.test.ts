/** How the collector ends: asked, asked twice, with a backend that is gone, and killed. */
import { freePort, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { startBackendProxy } from "./backend-proxy.ts";
import { lastAccount, prepareCollector, type RunningCollector, runCollector, startCollector } from "./collector.ts";
import { labelsOf, type Prometheus, startPrometheus } from "./prometheus.ts";
import { startTargets, type Targets } from "./targets.ts";

const pages = 40;
const nameOf = (at: number) => `t${at}`;
const names = Array.from({ length: pages }, (_, at) => nameOf(at));

/** Many pages whose number says the how-many-eth answer they are. */
async function startBusyTargets(): Promise<Targets> {
  const targets = await startTargets();
  for (const name of names) targets.set(name, { body: () => `answer_number ${targets.count(name)}\n` });
  return targets;
}

const parts = (targets: Targets, backend: string) => ({
  receivers: `  prometheus:
    config:
      global: {scrape_interval: 100ms}
      scrape_configs:
${names.map((name) => `        - {job_name: ${name}, metrics_path: /${name}, static_configs: [{targets: ["${targets.address}"]}]}`).join("\n")}`,
  exporters: `  prometheus_remote_write:
    endpoint: "${backend}/api/v1/write"
    add_metric_suffixes: false
    target_info: {enabled: false}
    disable_scope_info: true`,
  pipelines: "    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}",
});
const scrapes = (targets: Targets) => names.reduce((sum, name) => sum + targets.count(name), 0);

const busy = (targets: Targets, more = 10) => {
  const until = scrapes(targets) + more * pages;
  return waitFor(() => scrapes(targets) >= until, { what: "many scrapes", timeoutMs: 30_000 });
};
const said = (collector: RunningCollector, message: string) =>
  waitFor(() => collector.logs().some(({ msg }) => msg === message), { what: `"${message}"` });

/** The stored samples of a metric by job, as numbers in the order of their times. */
async function storedValues(backend: Prometheus, metric: string): Promise<Map<string, number[]>> {
  const stored = await backend.raw(metric, 10);
  return new Map(
    [...stored].map(([key, samples]) => [labelsOf(key).job ?? "", samples.map(([, value]) => Number(value))]),
  );
}

test("asked to stop while busy and behind: everything that was taken is delivered", { timeout: 60_000 }, async () => {
  const targets = await startBusyTargets();
  const backend = await startPrometheus("global: {}\n");
  const proxy = await startBackendProxy(backend.url);
  const collector = await startCollector(parts(targets, proxy.url));
  await busy(targets);
  proxy.trouble = { status: 503 };
  await busy(targets, 5);
  collector.process.signal("SIGTERM");
  await said(collector, "shutting down");
  proxy.trouble = "none";
  expect(await collector.process.exited).toBe(0);

  const account = lastAccount(collector);
  expect(account).toMatchObject({ rejected: 0, dropped: {}, queued: 0 });
  expect(account.accepted).toBeGreaterThan(5 * pages * 15);
  expect(await backend.own("prometheus_tsdb_head_samples_appended_total")).toBe(account.delivered);
  const [answers, ups] = [await storedValues(backend, "answer_number"), await storedValues(backend, "up")];
  for (const name of names) {
    const values = answers.get(name)!;
    expect(values, name).toEqual([...new Set(values)].sort((one, other) => one - other));
    // Each scrape that was read is there, whole; what the target answered beyond that met the end, or came too late to count.
    const [read, failed] = [1, 0].map((up) => ups.get(name)!.filter((value) => value === up).length);
    expect(values.length, name).toBe(read);
    expect(targets.count(name) - values.length, name).toBeLessThanOrEqual(1 + failed!);
  }
});

test("asked twice: ends at once with 1", { timeout: 60_000 }, async () => {
  const targets = await startBusyTargets();
  const proxy = await startBackendProxy("http://127.0.0.1:9");
  proxy.trouble = "hang";
  const collector = await startCollector(parts(targets, proxy.url));
  await busy(targets, 2);
  collector.process.signal("SIGTERM");
  await said(collector, "shutting down");
  collector.process.signal("SIGTERM");
  expect(await collector.process.exited).toBe(1);
  // It did not wait for the drain.
  expect(collector.logs().map(({ msg }) => msg)).not.toContain("exporter stopped");
});

test("with a dead backend: the drain has an end, and what remains is counted", { timeout: 60_000 }, async () => {
  const targets = await startBusyTargets();
  const collector = await startCollector(parts(targets, `http://127.0.0.1:${await freePort()}`));
  await busy(targets, 3);
  const asked = performance.now();
  expect(await collector.stop()).toBe(0);
  expect(performance.now() - asked).toBeLessThan(15_000);
  const account = lastAccount(collector);
  expect(account).toMatchObject({ delivered: 0, rejected: 0, dropped: { shutdown: account.accepted }, queued: 0 });
  expect(account.accepted).toBeGreaterThan(5 * pages * 3);
});

test("killed: nothing that it leaves behind is in the way of a new start", { timeout: 60_000 }, async () => {
  const targets = await startBusyTargets();
  const backend = await startPrometheus("global: {}\n");
  const prepared = await prepareCollector(parts(targets, backend.url));
  const first = await runCollector(prepared);
  await busy(targets);
  first.process.signal("SIGKILL");
  expect(await first.process.exited).toBe("SIGKILL");

  const second = await runCollector(prepared);
  await busy(targets);
  expect(await second.stop()).toBe(0);
  expect(lastAccount(second)).toMatchObject({ rejected: 0, dropped: {}, queued: 0 });
});

import { readFile, writeFile } from "node:fs/promises";
import { waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { prepareCollector, type RunningCollector, runCollector } from "./collector.ts";
import { type Sink, startSink } from "./sink.ts";
import { startTargets, type Targets } from "./targets.ts";

const names = Array.from({ length: 12 }, (_, index) => `t${index}`);

/** Targets that each show one series of their own, scraped five times a second. */
async function startWorld() {
  const targets = await startTargets();
  for (const [index, name] of [...names, "late"].entries()) {
    targets.set(name, { body: `# TYPE m gauge\nm{of="${name}"} ${index}\n` });
  }
  return { targets, sink: await startSink() };
}
interface World {
  readonly targets: Targets;
  readonly sink: Sink;
}

function prepare({ targets, sink }: World, workers: number) {
  return prepareCollector({
    receivers: `  prometheus:
    config:
      global: {scrape_interval: 200ms}
      scrape_configs:
        - job_name: j
          static_configs:
${names.map((name) => targetLine(targets, name)).join("\n")}`,
    exporters: `  prometheus_remote_write: {endpoint: "http://${sink.address}/write", flush_timeout: 0s, disable_scope_info: true}`,
    pipelines: `    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}\n  workers: ${workers}`,
  });
}
function targetLine({ address }: Targets, name: string): string {
  return `            - {targets: ["${address}"], labels: {__metrics_path__: /${name}, instance: ${name}}}`;
}

/** The sum of a metric's points whose labels hold this text. */
function sum(page: string, metric: string, label = ""): number {
  const lines = page.split("\n").filter((line) => line.startsWith(`${metric}{`) && line.includes(label));
  return lines.reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
}
async function scraped({ targets }: World, of: readonly string[], times: number): Promise<void> {
  const before = new Map(of.map((name) => [name, targets.count(name)]));
  await waitFor(async () => of.every((name) => targets.count(name) >= before.get(name)! + times), {
    what: `${times} more scrapes of each target`,
  });
}
/** How the threads that ran an exporter say that they fared. */
function stopped(collector: RunningCollector) {
  return collector.logs().filter(({ msg }) => msg === "exporter stopped");
}

/** Scrapes with so many workers; gives what arrived. */
async function checkRun(workers: number): Promise<readonly unknown[]> {
  const world = await startWorld();
  const collector = await runCollector(await prepare(world, workers));
  await scraped(world, names, 5);
  const page = await collector.metrics();
  // All are scraped, and there are no more loops than targets: so one thread scrapes each.
  expect(sum(page, "prometheus_target_scrape_pool_targets")).toBe(names.length);
  expect(sum(page, "otelcol_exporter_queue_capacity")).toBe(10_000);
  expect(page.match(/^sluice_exporter_accepted_items\{/gm)).toHaveLength(1);
  expect(page).not.toMatch(/thread=|worker=/);
  await collector.accounts();
  expect(await collector.stop()).toBe(0);

  const accounts = stopped(collector);
  expect(accounts).toHaveLength(workers);
  for (const { accepted, delivered, queued } of accounts) expect([accepted, queued]).toEqual([delivered, 0]);
  const all = accounts.reduce((total, { delivered }) => total + Number(delivered), 0);
  expect(all).toBeGreaterThanOrEqual(names.length * 5);
  expect(collector.logs().filter(({ msg }) => msg === "everything is ready")).toHaveLength(1);
  const series = world.sink.series("m").map(({ labels, value }) => ({ ...labels, value }));
  return series.toSorted((a, b) => a.value - b.value);
}
test("one, two and three workers send the same", async () => {
  const one = await checkRun(1);
  expect(one).toHaveLength(names.length);
  expect(one[3]).toEqual({ __name__: "m", instance: "t3", job: "j", of: "t3", value: 3 });
  expect(await checkRun(2)).toEqual(one);
  expect(await checkRun(3)).toEqual(one);
});

test("a reload keeps the targets that stay in their threads, and their slots", async () => {
  const world = await startWorld();
  const prepared = await prepare(world, 2);
  const collector = await runCollector(prepared);
  await scraped(world, names, 2);
  const text = await readFile(prepared.file, "utf8");
  const [gone, ...stay] = names as [string, ...string[]];
  await writeFile(prepared.file, text.replace(targetLine(world.targets, gone), targetLine(world.targets, "late")));
  collector.process.signal("SIGHUP");
  await waitFor(async () => collector.logs().some(({ msg }) => msg === "reloaded the configuration"), {
    what: "the reload",
  });
  const { counts } = collector.logs().find(({ msg }) => msg === "reloaded the configuration")!;
  expect(counts).toBe("1 updated, 1 kept");
  const before = world.targets.count(gone);
  await scraped(world, [...stay, "late"], 3);
  expect(world.targets.count(gone)).toBeLessThanOrEqual(before + 1);
  const page = await collector.metrics();
  expect(sum(page, "prometheus_target_scrape_pool_targets")).toBe(names.length);
  expect(sum(page, "sluice_scrape_slots", 'outcome="failed"')).toBe(0);
  expect(sum(page, "sluice_reloads")).toBe(1);

  // A number of threads cannot be reloaded, and what runs goes on.
  await writeFile(prepared.file, text.replace("workers: 2", "workers: 3"));
  collector.process.signal("SIGHUP");
  await waitFor(async () => collector.logs().some(({ msg }) => msg.startsWith("cannot reload")), {
    what: "the refusal",
  });
  await scraped(world, stay, 1);
  expect(await collector.stop()).toBe(0);
});

/**
 * A backend in every kind of trouble: killed and started again, hanging, answering 429, 500 and 503, cut off in the middle of an
 * answer, and refusing one request. Every scrape that was answered is stored once and in order, but for what was refused.
 */
import { freePort, temporaryFolder, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { startBackendProxy, type Trouble } from "./backend-proxy.ts";
import { lastAccount, startCollector } from "./collector.ts";
import { labelsOf, startPrometheus } from "./prometheus.ts";
import { startTargets, type Targets } from "./targets.ts";

const names = ["a", "b", "c"];
const words = "these samples are not welcome";

/** Pages whose number says the how-many-eth answer they are; `answered` counts them, until `fail` makes all answers errors. */
function setPages(targets: Targets) {
  const answered = new Map(names.map((name) => [name, 0]));
  for (const name of names) {
    const body = () => {
      const n = answered.get(name)! + 1;
      answered.set(name, n);
      return `# TYPE answer_number counter\nanswer_number ${n}\n# TYPE twice gauge\ntwice{half="no"} ${2 * n}\n`;
    };
    targets.set(name, { body });
  }
  return {
    answered,
    fail() {
      for (const name of names) targets.set(name, { body: "", status: 503 });
    },
  };
}

const receivers = (address: string) => `  prometheus:
    config:
      global: {scrape_interval: 400ms}
      scrape_configs:
${names.map((name) => `        - {job_name: ${name}, metrics_path: /${name}, static_configs: [{targets: ["${address}"]}]}`).join("\n")}`;

test("whatever the backend does, every answered scrape is stored once and in order", { timeout: 120_000 }, async () => {
  const targets = await startTargets();
  const pages = setPages(targets);
  const [port, folder] = [await freePort(), await temporaryFolder()];
  let backend = await startPrometheus("global: {}\n", port, folder);
  const proxy = await startBackendProxy(backend.url);
  const collector = await startCollector({
    receivers: receivers(targets.address),
    exporters: `  prometheus_remote_write:
    endpoint: "${proxy.url}/api/v1/write"
    timeout: 1s
    add_metric_suffixes: false
    target_info: {enabled: false}
    disable_scope_info: true
    remote_write_queue: {num_consumers: 2}
    retry_on_failure: {max_interval: 500ms}`,
    pipelines: "    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}",
  });

  /** The exporter's account; a single look at which it does not balance fails the test. */
  const unbalanced: unknown[] = [];
  const look = async () => {
    const [account] = await collector.accounts().catch((error) => {
      unbalanced.push(error);
      throw error;
    });
    return account!;
  };
  const scraped = (more: number) => {
    const until = names.map((name) => pages.answered.get(name)! + more);
    return waitFor(
      async () => {
        await look();
        return names.every((name, at) => pages.answered.get(name)! >= until[at]!);
      },
      { what: `${more} more scrapes` },
    );
  };
  const drained = () =>
    waitFor(
      async () => {
        const { queued, delivered } = await look();
        return queued === 0 && delivered > 0;
      },
      { what: "an empty queue", timeoutMs: 20_000 },
    );
  /** Until enough requests met the trouble and scrapes went on meanwhile; then all is well again. */
  const phase = async (trouble: Trouble, requests: number) => {
    const before = proxy.met;
    proxy.trouble = trouble;
    await waitFor(async () => (await look()) && proxy.met >= before + requests, {
      what: `trouble ${JSON.stringify(trouble)}`,
    });
    await scraped(2);
    expect((await look()).queued, JSON.stringify(trouble)).toBeGreaterThan(0);
    proxy.trouble = "none";
    await drained();
  };

  await scraped(3);
  await drained();

  await phase("cut", 4);
  await phase("hang", 3);
  await phase({ status: 429, retryAfter: 1 }, 3);
  await phase({ status: 500 }, 4);
  await phase({ status: 503 }, 4);
  await phase({ status: 503, retryAfter: 1 }, 3);

  // Killed with requests stored and not answered; then nobody listens, then a backend comes back with what it had.
  proxy.trouble = "cut";
  const before = proxy.met;
  await waitFor(() => proxy.met > before, { what: "a request that is cut" });
  backend.process.signal("SIGKILL");
  await backend.process.exited;
  await proxy.close();
  await scraped(6);
  expect((await look()).queued).toBeGreaterThan(0);
  await proxy.listen();
  await scraped(3);
  backend = await startPrometheus("global: {}\n", port, folder);
  proxy.trouble = "none";
  await drained();

  // One request is refused for good; it stands in nobody's way.
  expect((await look()).rejected).toBe(0);
  proxy.trouble = { status: 400, body: words };
  await waitFor(
    () => {
      if (proxy.refused.length === 0) return false;
      proxy.trouble = "none";
      return true;
    },
    { what: "a refused request" },
  );
  await scraped(3);
  await drained();

  // Once each target failed twice, its last answered scrape is in the queue.
  const failures = collector.logs().filter(({ msg }) => msg === "failed to scrape Prometheus endpoint");
  expect(failures, "scrapes that were not answered in time: this machine is too slow for this test").toEqual([]);
  pages.fail();
  const counts = names.map((name) => targets.count(name));
  await waitFor(() => names.every((name, at) => targets.count(name) >= counts[at]! + 3), { what: "failed scrapes" });
  expect(await collector.stop()).toBe(0);
  expect(unbalanced).toEqual([]);
  expect(proxy.faults).toEqual([]);
  expect([...proxy.open.keys()]).toEqual([]);
  for (const waited of proxy.waited) expect(waited).toBeGreaterThanOrEqual(990);
  expect(proxy.waited.length).toBeGreaterThan(0);

  const account = lastAccount(collector);
  const refused = proxy.refused.flatMap(({ samples }) => samples);
  expect(account).toMatchObject({ rejected: refused.length, dropped: {}, queued: 0 });
  const rejections = collector.logs().filter(({ msg }) => msg === "request rejected by the backend, dropping data");
  expect(rejections).toHaveLength(proxy.refused.length);
  for (const line of rejections) expect(line.error).toContain(`400 Bad Request: ${words}`);
  expect(rejections.reduce((sum, { dropped_items }) => sum + Number(dropped_items), 0)).toBe(refused.length);

  const stored = await backend.raw('{__name__=~".+"}', 10);
  for (const [key, samples] of stored) {
    const { __name__: name, job = "" } = labelsOf(key);
    if (name !== "answer_number" && name !== "twice") continue;
    const lost = refused.filter(({ series }) => series === key).length;
    const factor = name === "twice" ? 2 : 1;
    const values = samples.map(([, value]) => Number(value) / factor);
    const all = Array.from({ length: pages.answered.get(job)! }, (_, at) => at + 1);
    expect(values.length, key).toBe(all.length - lost);
    // Refused numbers are the only ones that are missing, and nothing stands twice or out of order.
    const missing = all.filter((n) => !values.includes(n));
    expect(missing, key).toHaveLength(lost);
    expect(values, key).toEqual(all.filter((n) => !missing.includes(n)));
  }
  expect([...stored.keys()].filter((key) => labelsOf(key).__name__ === "answer_number")).toHaveLength(names.length);
  // Every delivered sample is there: what a query shows, and one stale marker for each of the pages' series.
  const markers = names.length * 2;
  const shown = [...stored.values()].reduce((sum, samples) => sum + samples.length, 0);
  expect(shown + markers).toBe(account.delivered);
});

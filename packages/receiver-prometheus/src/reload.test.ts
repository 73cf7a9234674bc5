/** A new configuration while scraping: what goes on, what begins anew, what ends. */
import type { MetricsPart } from "@sluice/data";
import { expect, test } from "vitest";
import { linesOf, reported, type Scraping, samplesOfBatch, startReceiver } from "./scraping.testing.ts";

const statics = "static_configs: [{targets: ['target:80']}]";
/** One job `test`, of one target each 10 s, whose more keys are `job`; `more` are jobs, `global` its keys. */
function yamlOf(job = "", more = "", global = ""): string {
  const own = `{job_name: test, scrape_interval: 10s, ${job.includes("static_configs") ? "" : `${statics},`} ${job}}`;
  return `config: {global: {${global}}, scrape_configs: [${own}, ${more}]}`;
}
const start = async (yaml = yamlOf(), options: Parameters<typeof startReceiver>[1] = {}): Promise<Scraping> => {
  const scraping = await startReceiver(yaml, { page: "a 1\nb 1\n", ...options });
  await scraping.scrape(15_000);
  return scraping;
};
const layoutsOf = ({ sink }: Scraping): unknown[] =>
  sink.batches.at(-1)!.parts.map((part) => (part as MetricsPart).layout);
const upTimes = ({ sink }: Scraping): number[] =>
  sink.batches
    .flatMap((batch) =>
      samplesOfBatch(batch).filter(({ series, value }) => series.startsWith("up{") && value !== "stale"),
    )
    .map(({ ms }) => ms);
/** The distances of the scrapes. */
const steps = (scraping: Scraping): number[] =>
  upTimes(scraping).flatMap((at, i, all) => (i === 0 ? [] : [at - all[i - 1]!]));
const stale = ({ sink }: Scraping): string[] =>
  sink.batches.flatMap((batch) => linesOf(batch).filter((line) => line.endsWith(" stale")));

/** Reloads after some scrapes; gives what was said, and the layouts before and two scrapes after. */
async function reload(before: string, after: string) {
  const scraping = await start(before);
  const former = layoutsOf(scraping);
  const changes = await scraping.update(after);
  await scraping.scrape(20_000);
  const isKept = layoutsOf(scraping).every((layout, index) => layout === former[index]);
  await scraping.stop();
  expect(scraping.simulation.open()).toEqual([]);
  return { scraping, changes, isKept };
}

test("what differs is told by name", async () => {
  const check = async (before: string, after: string, expected: string[]): Promise<void> => {
    expect((await reload(before, after)).changes).toEqual(expected);
  };
  const other = "{job_name: other}";
  await check(yamlOf(), yamlOf(), []);
  await check(yamlOf(), yamlOf("metrics_path: /metrics", "", "scrape_interval: 1m"), []);
  await check(yamlOf(), yamlOf("", other), [`job "other" added`]);
  await check(yamlOf("", other), yamlOf(), [`job "other" removed`]);
  await check(yamlOf(), yamlOf("honor_labels: true, sample_limit: 9"), [
    `job "test" changed: sample_limit, honor_labels`,
  ]);
  await check(yamlOf("", other), yamlOf("", other, "scrape_timeout: 1s"), [
    `job "test" changed: scrape_timeout`,
    `job "other" changed: scrape_timeout`,
  ]);
  await check(yamlOf(), yamlOf("", "", "external_labels: {a: secret}"), ["external_labels changed"]);
  await check(yamlOf(), `${yamlOf()}\ntrim_metric_suffixes: true`, ["trim_metric_suffixes changed"]);
  const changed = await reload(yamlOf("basic_auth: {password: one}"), yamlOf("basic_auth: {password: two}"));
  expect(changed.changes).toEqual([`job "test" changed: basic_auth`]);
});

test("a page's tables and layouts are kept unless what shapes its series changed", async () => {
  const check = async (after: string, expected: boolean): Promise<void> =>
    expect((await reload(yamlOf(), after)).isKept, after).toBe(expected);
  await check(yamlOf(), true);
  await check(yamlOf("", "{job_name: other}"), true);
  await check(yamlOf("scrape_timeout: 1s, sample_limit: 100, target_limit: 9, body_size_limit: 1MB"), true);
  await check(yamlOf("enable_compression: false, bearer_token: x, follow_redirects: false"), true);
  await check(yamlOf("metrics_path: /other"), true);
  await check(yamlOf("static_configs: [{targets: ['nowhere:80', 'target:80']}]"), true);
  await check(yamlOf("metric_relabel_configs: [{regex: x, action: labeldrop}]"), false);
  await check(yamlOf("label_limit: 30"), false);
  await check(yamlOf("label_name_length_limit: 30"), false);
  await check(yamlOf("label_value_length_limit: 30"), false);
  await check(yamlOf("honor_labels: true"), false);
  await check(yamlOf("honor_timestamps: false"), false);
  await check(yamlOf("track_timestamps_staleness: true"), false);
  await check(yamlOf("extra_scrape_metrics: true"), false);
  await check(yamlOf("metric_name_validation_scheme: legacy"), false);
  await check(yamlOf("", "", "external_labels: {a: b}"), false);
  await check(`${yamlOf()}\ntrim_metric_suffixes: true`, false);
});

test("no change of rules marks what is still shown, or loses a scrape", async () => {
  for (const job of ["label_limit: 30", "honor_labels: true", "scrape_timeout: 1s", "enable_compression: false"]) {
    const { scraping } = await reload(yamlOf(), yamlOf(job));
    expect(stale(scraping), job).toEqual([]);
    expect(new Set(steps(scraping)), job).toEqual(new Set([10_000]));
  }
});

test("what the new rules no longer show gets a stale marker at the first scrape under them", async () => {
  const scraping = await start(yamlOf("extra_scrape_metrics: true"));
  await scraping.update(yamlOf("metric_relabel_configs: [{source_labels: [__name__], regex: b, action: drop}]"));
  const batch = await scraping.scrape(10_000);
  expect(linesOf(batch)).toEqual(["b stale", "a 1"]);
  expect(reported(batch, "scrape_timeout_seconds")).toBe("stale");
  expect(reported(batch, "up")).toBe(1);
  expect(linesOf(await scraping.scrape(10_000))).toEqual(["a 1"]);
  // Nothing of a target overtakes what came before.
  const parts = scraping.sink.batches.flatMap((each) => each.parts as MetricsPart[]);
  expect(new Set(parts.map(({ layout }) => layout.catalog.order)).size).toBe(1);
  await scraping.stop();
});

test("lines of a histogram that the new rules drop end one by one", async () => {
  const scraping = await start();
  scraping.answer = '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n';
  await scraping.scrape(10_000);
  await scraping.update(yamlOf("metric_relabel_configs: [{source_labels: [le], regex: '1.0', action: drop}]"));
  expect(linesOf(await scraping.scrape(10_000))).toEqual([
    'h_bucket{le="1"} stale',
    'h_bucket{le="+Inf"} 2',
    "h_sum 3",
    "h_count 2",
  ]);
  await scraping.stop();
});

test("other external labels: the series with the former ones end", async () => {
  const scraping = await start(yamlOf("", "", "external_labels: {at: here}"));
  await scraping.update(yamlOf("", "", "external_labels: {at: there}"));
  expect(linesOf(await scraping.scrape(10_000))).toEqual([
    'a{at="here"} stale',
    'b{at="here"} stale',
    'a{at="there"} 1',
    'b{at="there"} 1',
  ]);
  expect(new Set(steps(scraping))).toEqual(new Set([10_000]));
  await scraping.stop();
});

test("trim_metric_suffixes: another name, and the same series for a backend that writes the suffix", async () => {
  const scraping = await start();
  scraping.answer = "# TYPE a_total counter\na_total 1\n";
  await scraping.scrape(10_000);
  const before = stale(scraping);
  await scraping.update(`${yamlOf()}\ntrim_metric_suffixes: true`);
  expect(linesOf(await scraping.scrape(10_000))).toEqual(["a 1"]);
  expect(stale(scraping)).toEqual(before);
  await scraping.stop();
});

test("a failed first scrape under new rules ends what the former ones showed", async () => {
  const scraping = await start();
  await scraping.update(yamlOf("label_limit: 30"));
  scraping.answer = { status: 500 };
  const batch = await scraping.scrape(10_000);
  expect(linesOf(batch)).toEqual(["a stale", "b stale"]);
  expect(reported(batch, "up")).toBe(0);
  await scraping.stop();
});

test("rules that change twice between two scrapes: what the first showed ends once", async () => {
  const scraping = await start();
  await scraping.update(yamlOf("metric_relabel_configs: [{target_label: x, replacement: '1'}]"));
  await scraping.update(yamlOf("metric_relabel_configs: [{target_label: x, replacement: '2'}]"));
  expect(linesOf(await scraping.scrape(10_000))).toEqual(["a stale", "b stale", 'a{x="2"} 1', 'b{x="2"} 1']);
  await scraping.stop();
});

test("a scrape under way ends under the rules it began with, over the connection it has, and is handed on", async () => {
  const scraping = await start();
  let release = (): void => {};
  const page = (body: string) => ({ status: 200, headers: { "content-type": "text/plain" }, body });
  scraping.answer = () => new Promise((resolve) => (release = () => resolve(page("a 2\nb 2\n"))));
  await scraping.scrape(5000);
  const count = scraping.sink.batches.length;
  await scraping.scrape(5000);
  expect(scraping.sink.batches).toHaveLength(count);
  await scraping.update(
    yamlOf("enable_compression: false, metric_relabel_configs: [{target_label: x, replacement: y}]"),
  );
  expect(scraping.simulation.network.connections).toBe(1);
  release();
  await scraping.simulation.settle();
  expect(linesOf(scraping.sink.batches[count])).toEqual(["a 2", "b 2"]);
  expect(scraping.simulation.network.connections).toBe(0);
  scraping.answer = page("a 3\n");
  expect(linesOf(await scraping.scrape(10_000))).toEqual(["a stale", "b stale", 'a{x="y"} 3']);
  expect(new Set(steps(scraping))).toEqual(new Set([10_000]));
  await scraping.stop();
});

test("connections are kept as long as the HTTP settings are", async () => {
  const connects = { count: 0 };
  const scraping = await start(yamlOf(), {
    setup({ env }) {
      const connect = env.net.connect.bind(env.net);
      env.net.connect = async (options) => {
        connects.count++;
        return await connect(options);
      };
    },
  });
  const check = async (job: string, expected: number): Promise<void> => {
    await scraping.update(yamlOf(job));
    await scraping.scrape(10_000);
    expect([connects.count, scraping.simulation.network.connections], job).toEqual([expected, 1]);
  };
  await check("", 1);
  await check("scrape_timeout: 5s, honor_labels: true", 1);
  await check("bearer_token: one", 2);
  await check("bearer_token: one, label_limit: 30", 2);
  await check("bearer_token: two, label_limit: 30", 3);
  await check("bearer_token: two, label_limit: 30, scrape_protocols: [PrometheusText0.0.4]", 4);
  await scraping.stop();
});

test("sample_limit and limits of time hold from the next scrape on", async () => {
  const scraping = await start();
  await scraping.update(yamlOf("sample_limit: 1"));
  expect(reported(await scraping.scrape(10_000), "up")).toBe(0);
  await scraping.update(yamlOf("sample_limit: 2"));
  expect(reported(await scraping.scrape(10_000), "up")).toBe(1);
  await scraping.update(yamlOf("scrape_timeout: 3s"));
  scraping.answer = () => new Promise(() => {});
  expect(reported(await scraping.scrape(14_000), "scrape_duration_seconds")).toBeCloseTo(3, 3);
  await scraping.stop();
});

test("another interval: its own ticks from the next one on, and the page is kept", async () => {
  const scraping = await start();
  const former = layoutsOf(scraping);
  await scraping.update(yamlOf().replace("10s", "4s"));
  await scraping.scrape(12_000);
  expect(steps(scraping).slice(-2)).toEqual([4000, 4000]);
  expect(Math.min(...steps(scraping))).toBeGreaterThan(0);
  expect(layoutsOf(scraping)).toEqual(former);
  expect(stale(scraping)).toEqual([]);
  await scraping.stop();
});

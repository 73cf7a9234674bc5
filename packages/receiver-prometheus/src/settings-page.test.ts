/** Keys that change what is made of a page: each test fails when its key is ignored. */
import { expect, test } from "vitest";
import { linesOf, reported, type Scraping, samplesOfBatch, startScraping } from "./scraping.testing.ts";

interface Outcome {
  readonly lines: readonly string[];
  readonly up: number | "stale" | undefined;
  readonly error: string | undefined;
}
async function scrapeWith(page: Scraping["answer"], job: string, global?: string): Promise<Outcome> {
  const scraping = await startScraping({ job, ...(global !== undefined && { global }) });
  scraping.answer = page;
  const batch = await scraping.scrape();
  await scraping.stop();
  const failure = scraping.context.log.records.find(({ message }) => message.startsWith("failed to scrape"));
  return {
    lines: linesOf(batch),
    up: reported(batch, "up"),
    error: (failure?.fields?.error as Error | undefined)?.message,
  };
}
const page = (body: string, type = "text/plain; version=0.0.4") => ({
  status: 200,
  headers: { "content-type": type },
  body,
});

/** A limit in the job, the same in `global`, and what fails. */
const limits: readonly [key: string, value: string, page: string, error: string][] = [
  ["body_size_limit", "8B", "abcde 123\n", "body size limit exceeded"],
  ["sample_limit", "2", "a 1\nb 1\nc 1\n", "sample limit exceeded"],
  ["label_limit", "3", `a{b="1"} 1\n`, "label_limit exceeded (metric: a, number of labels: 4, limit: 3)"],
  [
    "label_name_length_limit",
    "8",
    `a{long_name="1"} 1\n`,
    "label_name_length_limit exceeded (metric: a, label name: long_name, length: 9, limit: 8)",
  ],
  [
    "label_value_length_limit",
    "9",
    `a{b="0123456789"} 1\n`,
    `label_value_length_limit exceeded (metric: a, label name: b, value: "0123456789", length: 10, limit: 9)`,
  ],
];
for (const [key, value, body, error] of limits) {
  // `instance` and `__name__` are longer than most limits on label names allow: only the label named fails.
  const expected = { lines: [], up: 0, error };
  test(key, async () => expect(await scrapeWith(body, `${key}: ${value}`)).toEqual(expected));
  test(`global ${key}`, async () => expect(await scrapeWith(body, "", `${key}: ${value}`)).toEqual(expected));
  test(`${key} of the job wins`, async () => {
    expect((await scrapeWith(body, `${key}: ${value.replace(/\d+/, "900")}`, `${key}: ${value}`)).up).toBe(1);
  });
}

test("scrapes that hit limits on labels are counted", async () => {
  const scraping = await startScraping({ job: "label_limit: 3", page: `a{b="1"} 1\n` });
  await scraping.scrape();
  expect(scraping.context.meter.value("prometheus_target_scrape_pool_exceeded_label_limits")).toBe(1);
  scraping.answer = "a 1\n";
  await scraping.scrape();
  expect(scraping.context.meter.value("prometheus_target_scrape_pool_exceeded_label_limits")).toBe(1);
  await scraping.stop();
});

test("sample_limit counts after relabelling, and to the end", async () => {
  const scraping = await startScraping({
    job: `sample_limit: 2\nmetric_relabel_configs: [{source_labels: [__name__], regex: "b.*", action: drop}]`,
    page: "a 1\nb1 1\nb2 1\nc 1\n",
  });
  expect(linesOf(await scraping.scrape())).toEqual(["a 1", "c 1"]);
  scraping.answer = "a 1\nb1 1\nc 1\nd 1\nb3 1\ne 1\n";
  const failed = await scraping.scrape();
  expect(linesOf(failed)).toEqual(["a stale", "c stale"]);
  expect(reported(failed, "scrape_samples_scraped")).toBe(6);
  expect(reported(failed, "scrape_samples_post_metric_relabeling")).toBe(4);
  expect(scraping.context.meter.value("prometheus_target_scrapes_exceeded_sample_limit")).toBe(1);
  await scraping.stop();
});

test("body_size_limit counts inflated bytes; the report says -1", async () => {
  const scraping = await startScraping({ job: "body_size_limit: 8B\nextra_scrape_metrics: true", page: "abcd 12\n" });
  expect(reported(await scraping.scrape(), "scrape_body_size_bytes")).toBe(-1);
  scraping.answer = "abc 12\n";
  expect(reported(await scraping.scrape(), "scrape_body_size_bytes")).toBe(7);
  expect(scraping.context.meter.value("prometheus_target_scrapes_exceeded_body_size_limit")).toBe(1);
  await scraping.stop();
});

test("honor_labels", async () => {
  const body = `a{job="theirs",b="1"} 1\n`;
  const renamed = await startScraping({ page: body });
  expect(samplesOfBatch((await renamed.scrape())!)[0]!.series).toBe(
    'a{b="1",exported_job="theirs",instance="target:80",job="test"}',
  );
  await renamed.stop();
  const honored = await startScraping({ job: "honor_labels: true", page: body });
  expect(samplesOfBatch((await honored.scrape())!)[0]!.series).toBe('a{b="1",instance="target:80",job="theirs"}');
  await honored.stop();
});

test("honor_timestamps", async () => {
  const body = "a 1 1234\n";
  const times = async (job: string) => {
    const scraping = await startScraping({ job, page: body });
    const [sample] = samplesOfBatch((await scraping.scrape())!);
    await scraping.stop();
    return sample!.ms;
  };
  expect(await times("")).toBe(1234);
  expect(await times("honor_timestamps: false")).toBeGreaterThan(1234);
});

test("track_timestamps_staleness", async () => {
  const gone = async (job: string) => {
    const scraping = await startScraping({ job, page: "a 1 1234\nb 2\n" });
    await scraping.scrape();
    scraping.answer = "c 1\n";
    const lines = linesOf(await scraping.scrape());
    await scraping.stop();
    return lines;
  };
  expect(await gone("")).toEqual(["b stale", "c 1"]);
  expect(await gone("track_timestamps_staleness: true")).toEqual(["a stale", "b stale", "c 1"]);
});

test("fallback_scrape_protocol, and Content-Types", async () => {
  const text = "a 1\n";
  const openMetrics = "a 1\n# EOF\n";
  const up = async (body: string, type: string, job = "") => (await scrapeWith(page(body, type), job)).up;
  expect(await up(openMetrics, "application/openmetrics-text; version=1.0.0; charset=utf-8")).toBe(1);
  expect(await up(text, "application/openmetrics-text")).toBe(0);
  expect(await up(text, "Text/Plain")).toBe(1);
  expect(await up(text, "text/html")).toBe(1);
  expect(await up(text, "nonsense")).toBe(1);
  expect(await up(text, "text/html", "fallback_scrape_protocol: OpenMetricsText1.0.0")).toBe(0);
  expect(await up(openMetrics, "text/html", "fallback_scrape_protocol: OpenMetricsText0.0.1")).toBe(1);
  expect(await up(text, "application/vnd.google.protobuf")).toBe(0);
});

test("metric_name_validation_scheme", async () => {
  const body = `{"a.b","c.d"="1"} 1\n`;
  expect((await scrapeWith(body, "")).lines).toEqual(['a.b{c.d="1"} 1']);
  expect((await scrapeWith(body, "metric_name_validation_scheme: legacy")).error).toMatch(
    "invalid metric name or label names: ",
  );
  expect((await scrapeWith(body, "", "metric_name_validation_scheme: legacy")).up).toBe(0);
});

test("extra_scrape_metrics, in the job, in global, and by its old name", async () => {
  for (const options of [
    { job: "extra_scrape_metrics: true\nscrape_timeout: 7s\nsample_limit: 9" },
    { global: "extra_scrape_metrics: true\nscrape_timeout: 7s\nsample_limit: 9" },
    { receiver: "report_extra_scrape_metrics: true", global: "scrape_timeout: 7s\nsample_limit: 9" },
  ]) {
    const scraping = await startScraping({ ...options, page: "a 1\n" });
    const batch = await scraping.scrape();
    expect(reported(batch, "scrape_timeout_seconds")).toBe(7);
    expect(reported(batch, "scrape_sample_limit")).toBe(9);
    expect(reported(batch, "scrape_body_size_bytes")).toBe(4);
    await scraping.stop();
  }
  const plain = await startScraping({ page: "a 1\n" });
  expect(reported(await plain.scrape(), "scrape_timeout_seconds")).toBeUndefined();
  await plain.stop();
});

test("metric_relabel_configs", async () => {
  const body = `go_a 1\nb{x="1"} 2\nc{x="2"} 3\n`;
  const job = `metric_relabel_configs:
  - {source_labels: [__name__], regex: "go_.*", action: drop}
  - {source_labels: [x], target_label: y, replacement: "v$1"}
  - {regex: x, action: labeldrop}
  - {source_labels: [__name__], regex: c, target_label: __name__, replacement: renamed}`;
  expect((await scrapeWith(body, job)).lines).toEqual(['b{y="v1"} 2', 'renamed{y="v2"} 3']);
});

test("relabelling sees `le` in OpenMetrics' form, and of the target only its own labels", async () => {
  const body = `# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_count 2\nh_sum 3\n`;
  const job = `metric_relabel_configs:
  - {source_labels: [le], regex: "1[.]0", action: drop}
  - {source_labels: [__address__, instance], target_label: seen}`;
  expect((await scrapeWith(body, job)).lines).toEqual([
    'h_bucket{le="+Inf",seen=";target:80"} 2',
    'h_sum{seen=";target:80"} 3',
    'h_count{seen=";target:80"} 2',
  ]);
});

test("global.external_labels win, and take variables of the environment", async () => {
  const scraping = await startScraping({
    global: "external_labels: {cluster: 'x-$NAME', b: '$$$$', unset: '$NOTHING'}",
    page: `a{cluster="theirs",c="1"} 1\n`,
    setup: ({ process }) => void Object.assign(process.env, { NAME: "one" }),
  });
  const batch = await scraping.scrape();
  expect(linesOf(batch)).toEqual(['a{b="$",c="1",cluster="x-one"} 1']);
  expect(samplesOfBatch(batch!).find(({ series }) => series.startsWith("up{"))!.series).toBe(
    'up{b="$",cluster="x-one",instance="target:80",job="test"}',
  );
  await scraping.stop();
});

test("labels without a value are empty: a target's own is left out, an external one takes the page's away", async () => {
  const scraping = await startScraping({
    global: "external_labels: {gone: }",
    job: "static_configs: [{targets: ['target:80'], labels: {env: , job: ~, zone: a}}]",
    page: `a{gone="1",b="2"} 1\n`,
  });
  const batch = await scraping.scrape();
  expect(samplesOfBatch(batch!)[0]!.series).toBe('a{b="2",instance="target:80",job="test",zone="a"}');
  await scraping.stop();
});

test("trim_metric_suffixes", async () => {
  const scraping = await startScraping({
    receiver: "trim_metric_suffixes: true",
    page: "# TYPE requests_total counter\nrequests_total 1\n# TYPE other_total gauge\nother_total 2\n",
  });
  expect(linesOf(await scraping.scrape())).toEqual(["requests 1", "other_total 2"]);
  await scraping.stop();
});

test("scrape_failure_log_file", async () => {
  for (const options of [
    { job: "scrape_failure_log_file: failures.log" },
    { global: "scrape_failure_log_file: failures.log" },
  ]) {
    const scraping = await startScraping(options);
    scraping.answer = { status: 503 };
    await scraping.scrape();
    const line = JSON.parse(await scraping.simulation.env.files.readText("failures.log")) as Record<string, string>;
    expect(line).toMatchObject({
      msg: "server returned HTTP status 503 Service Unavailable",
      job_name: "test",
      target: "http://target/metrics",
    });
    await scraping.stop();
  }
});

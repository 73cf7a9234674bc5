/**
 * Targets that mean harm, by the numbers of the list that `test/compliance/hostile-table.test.ts` holds: each has a clear reason in
 * the log, is down or has what was dropped counted, and is in nobody's way.
 */
import { expect, test } from "vitest";
import { read, targetPage } from "./page.testing.ts";
import { linesOf, reported, samplesOf, startReceiver, startScraping } from "./scraping.testing.ts";

/** What becomes of a page: up, its lines, and the reason in the log. */
async function outcome(body: string, job = "", type = "text/plain; version=0.0.4") {
  const scraping = await startScraping({ job });
  scraping.answer = { status: 200, headers: { "content-type": type }, body };
  const batch = await scraping.scrape();
  await scraping.stop();
  const failed = scraping.context.log.records.find(({ message }) => message === "failed to scrape Prometheus endpoint");
  return {
    up: reported(batch, "up"),
    lines: linesOf(batch),
    reason: (failed?.fields?.error as Error | undefined)?.message,
  };
}

test("S4: a line of 20 MB, and a label of 20 MB, fail in few words", () => {
  const long = "x".repeat(20_000_000);
  const error = (text: string, limit = 0): string => {
    const limits = { label_limit: 0, label_name_length_limit: 0, label_value_length_limit: limit };
    try {
      read(targetPage({ rules: { limits } }), text, 1000);
    } catch (cause) {
      return (cause as Error).message;
    }
    return "";
  };
  for (const message of [
    error(`${long}\n`),
    error(`a{b="${long}"} 1\n`, 1000),
    error(`a{b="${long}\n`),
    error(`a ${long}\n`),
  ]) {
    expect(message.length).toBeGreaterThan(10);
    expect(message.length).toBeLessThan(1000);
  }
});

test("S5: a series twice: the first is taken, the others are counted; at another time they are taken too", async () => {
  const scraping = await startScraping({ page: "a 1\na 1\na 2\nb 1 1000\nb 2 2000\n" });
  const batch = await scraping.scrape();
  expect(linesOf(batch)).toEqual(["a 1", "b 1", "b 2"]);
  expect(reported(batch, "up")).toBe(1);
  expect(scraping.context.meter.value("prometheus_target_scrapes_sample_duplicate_timestamp")).toBe(2);
  await scraping.stop();
});

test("S6: odd numbers are taken bit by bit, or fail the scrape as Prometheus fails it", async () => {
  const page = targetPage();
  const values = read(page, "a -0\nb NaN\nc +Inf\nd 5e-324\ne 0.1\n", 1000).parts.flatMap(samplesOf);
  expect(values.map(({ value }) => value)).toEqual([-0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 0.1]);
  for (const number of ["0x1p3", "1_000", "1e400", "nanx", "--1", "1e", ""]) {
    expect([number, (await outcome(`a ${number}\n`)).up]).toEqual([number, 0]);
  }
});

test("S10: a content type that lies", async () => {
  const protobuf = "application/vnd.google.protobuf";
  expect(await outcome("a 1\n", "", protobuf)).toMatchObject({
    up: 0,
    reason: expect.stringContaining("cannot read protobuf"),
  });
  expect(await outcome("<html></html>\n", "", "text/html")).toMatchObject({
    up: 0,
    reason: expect.stringContaining("expected"),
  });
  expect(await outcome("\u0012\u0001a", "", "text/plain")).toMatchObject({ up: 0 });
  expect(await outcome("a 1\n", "", "application/openmetrics-text")).toMatchObject({
    up: 0,
    reason: "data does not end with # EOF",
  });
  expect(await outcome("a 1\n", "", "x".repeat(10_000))).toMatchObject({ up: 1, lines: ["a 1"] });
  expect(await outcome("a 1\n", "", "__proto__/constructor")).toMatchObject({ up: 1, lines: ["a 1"] });
});

test("S12: labels that pass themselves off as the target's, reserved ones, and names of prototypes", async () => {
  const body =
    'a{job="x",instance="y",exported_job="z",__proto__="p",constructor="c",__meta_x="m"} 1\n__proto__{toString="t"} 2\n';
  const scraping = await startScraping({ page: body });
  const series = (await scraping.scrape())!;
  const [first] = samplesOf(series.parts[0] as never);
  expect(first!.series).toBe(
    'a{__meta_x="m",__proto__="p",constructor="c",exported_exported_job="x",exported_instance="y",exported_job="z",instance="target:80",job="test"}',
  );
  expect(({} as Record<string, unknown>).p).toBeUndefined();
  await scraping.stop();
});

test("S13: many targets that never answer: each is down by its timeout, one among them is scraped at each tick", async () => {
  const slow = Array.from({ length: 100 }, (_, at) => `slow${at}:80`);
  const scraping = await startReceiver(
    `config:\n  scrape_configs:\n  - job_name: test\n    scrape_interval: 20s\n    scrape_timeout: 15s\n    static_configs: [{targets: [${["target:80", ...slow].map((name) => `"${name}"`).join(", ")}]}]\n`,
    {
      page: "a 1\n",
      async setup({ network }) {
        for (const name of slow) {
          const address = { host: name.slice(0, -3), port: 80 };
          await network.serveHttp({ address, maxBodyBytes: 100 }, () => new Promise(() => {}));
        }
      },
    },
  );
  await scraping.simulation.advance(100_000);
  const ups = scraping.sink.batches.map((batch) => reported(batch, "up"));
  expect(ups.filter((up) => up === 1)).toHaveLength(5);
  expect(ups.filter((up) => up === 0).length).toBeGreaterThanOrEqual(4 * 100);
  await scraping.stop();
});

test("S14: a pattern that backtracks for ever elsewhere, over 100 KB of text", async () => {
  const rule = '{source_labels: [l], regex: "(a+)+$", target_label: hit, replacement: "yes"}';
  const body = `a{l="${"a".repeat(100_000)}!"} 1\nb{l="aaa"} 1\n`;
  const { up, lines } = await outcome(body, `metric_relabel_configs: [${rule}]`);
  expect([up, lines.map((line) => line.includes('hit="yes"'))]).toEqual([1, [false, true]]);
});

test("S15: relabelling that takes everything away, or makes one series of two", async () => {
  const all = "metric_relabel_configs: [{action: labeldrop, regex: '.*'}]";
  expect(await outcome('a{b="c"} 1\n', all)).toMatchObject({ up: 1, lines: [] });
  const name = "metric_relabel_configs: [{action: labeldrop, regex: __name__}]";
  expect(await outcome("a 1\n", name)).toMatchObject({ up: 0, reason: "missing metric name (__name__ label)" });
  const same = "metric_relabel_configs: [{action: labeldrop, regex: id}]";
  expect(await outcome('a{id="1"} 1\na{id="2"} 2\n', same)).toMatchObject({ up: 1, lines: ["a 1"] });
  const mapped = "metric_relabel_configs: [{action: labelmap, regex: '(x|y)_(.*)', replacement: '$2'}]";
  expect((await outcome('a{x_l="1",y_l="2"} 1\n', mapped)).lines).toEqual(['a{l="2",x_l="1",y_l="2"} 1']);
});

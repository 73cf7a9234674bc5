import type { HttpRequest, HttpResponse } from "@sluice/component";
import { END, ProtobufScanner, parsePage, parseSeries, SERIES } from "@sluice/lib-prometheus";
import { expect, test } from "vitest";
import { type Expected, parseExpected, seriesText } from "./expected.ts";
import { numberOf } from "./number.ts";
import { formatFor } from "./pages.ts";
import { createSampleApp, REMEMBERED, type SampleAppOptions } from "./sample-app.ts";

const OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.3";

const PROTOBUF = `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,${OPENMETRICS.replace(",", ";q=0.5,")}`;

/** An application whose clock goes on by a second at each look. */
function setUp(options: Omit<SampleAppOptions, "clock"> = {}) {
  const clock = { ms: 0, now: () => (clock.ms += 1000) };
  const handler = createSampleApp({ clock, ...options });
  const get = (target: string, headers: Record<string, string> = {}): HttpResponse =>
    handler({
      method: "GET",
      target,
      headers,
      remoteAddress: "",
      body: async () => new Uint8Array(0),
    } satisfies HttpRequest);
  const scrape = (accept = OPENMETRICS) => get("/metrics", { accept, "x-prometheus-scrape-timeout-seconds": "5" });
  const expected = (): Expected => parseExpected(get("/expected_metrics").body as string);
  return { get, scrape, expected };
}

for (const [accept, format] of [
  [OPENMETRICS, "openmetrics"],
  ["text/plain", "text"],
] as const) {
  test(`the page in ${format} is what is expected, sample by sample`, () => {
    const { scrape, expected } = setUp({ copies: 2 });
    scrape(accept);
    const { headers, body } = scrape(accept);
    expect(headers?.["content-type"]).toContain(format === "text" ? "text/plain" : "openmetrics");
    const shown = parsePage(body as string, format).flatMap(({ samples }) =>
      samples.map(({ name, labels, value }) => [seriesText({ __name__: name, ...Object.fromEntries(labels) }), value]),
    );
    const { scrapes, result } = expected();
    expect(scrapes).toEqual([1, 2]);
    const wanted = result.flatMap(({ metric, values }) =>
      values.filter(([seconds]) => seconds === 2).map(([, value]) => [seriesText(metric), numberOf(value)]),
    );
    expect(new Map(shown as never)).toEqual(new Map(wanted as never));
    expect(wanted).toHaveLength(shown.length);
  });
}

/** The series of a page in protobuf, bounds in the spelling of this application; of native histograms the count. */
function readProtobuf(bytes: Uint8Array): Map<string, number> {
  const scanner = new ProtobufScanner();
  scanner.reset(bytes, bytes.length);
  const shown = new Map<string, number>();
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    if (kind !== SERIES) continue;
    const { name, labels } = parseSeries(scanner.bytes, scanner.seriesFrom, scanner.seriesTo);
    const told = labels.map(([key, text]) => [
      key,
      key === "le" || key === "quantile" ? `${numberOf(text)}`.replace("Infinity", "+Inf") : text,
    ]);
    const { native, value } = scanner;
    const { count = value } = (native ?? {}) as { count?: number };
    shown.set(seriesText({ __name__: name, ...Object.fromEntries(told) }), count);
  }
  return shown;
}

test("the page in protobuf is what is expected, sample by sample", () => {
  const { scrape, expected } = setUp({ copies: 2 });
  scrape(PROTOBUF);
  const { headers, body } = scrape(PROTOBUF);
  expect(headers?.["content-type"]).toContain("encoding=delimited");
  const wanted = expected().result.flatMap(({ metric, values }) =>
    values
      .filter(([seconds]) => seconds === 2)
      .map(([, value]) => [seriesText(metric), Number(/^\{count (\d+)/.exec(value)?.[1] ?? numberOf(value))] as const),
  );
  expect(readProtobuf(body as Uint8Array)).toEqual(new Map(wanted));
  const native = wanted.filter(([series]) => series.startsWith("shop_delivery_delay_seconds"));
  expect(native.length).toBe(4);
});

test("native histograms are expected as Prometheus tells of them", () => {
  const { get, scrape } = setUp();
  scrape(PROTOBUF);
  const { result } = JSON.parse(get("/expected_metrics").body as string) as { result: { metric: object }[] };
  expect(result.find(({ metric }) => "courier" in metric)).toMatchObject({
    metric: { __name__: "shop_delivery_delay_seconds", courier: "bike" },
    type: "histogram",
    histograms: [[1, { count: "6", sum: "2.5", buckets: expect.any(Array) }]],
  });
  expect(get("/expected_metrics?format=text").body).toContain('_delay_seconds{courier="bike"} {count 6, sum 2.5, -');
});

test.each([
  [PROTOBUF, "protobuf"],
  [OPENMETRICS, "openmetrics"],
  ["text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5", "text"],
  ["application/openmetrics-text;q=0.1, application/vnd.google.protobuf", "protobuf"],
  ["text/html, */*", "text"],
  ["", "text"],
])("who accepts %j gets %s", (accept, format) => {
  expect(formatFor(accept, "auto")).toBe(format);
});

test("a series that comes and goes is there at every other scrape", () => {
  const { scrape } = setUp();
  expect([1, 2, 3].map(() => /^shop_bargain .*/m.exec(scrape().body as string)?.[0])).toEqual([
    "shop_bargain 1",
    undefined,
    "shop_bargain 3",
  ]);
});

test("every type is shown, counters with and without _total among them", () => {
  const { scrape } = setUp();
  const types = (accept: string) =>
    new Set([...(scrape(accept).body as string).matchAll(/^# TYPE \S+ (\S+)$/gm)].map(([, type]) => type));
  expect(types(OPENMETRICS)).toEqual(
    new Set(["counter", "gauge", "unknown", "histogram", "summary", "gaugehistogram", "info", "stateset"]),
  );
  expect(types("")).toEqual(new Set(["counter", "gauge", "untyped", "histogram", "summary"]));
  expect(scrape("").body).toContain("\nshop_visits ");
});

test("only a scraper makes it go on", () => {
  const { get, scrape, expected } = setUp();
  const count = ({ body }: HttpResponse) => /^shop_scrapes_total (\d+)$/m.exec(body as string)?.[1];
  expect([get("/metrics"), scrape(), get("/metrics"), scrape()].map(count)).toEqual(["0", "1", "1", "2"]);
  expect(expected().scrapes).toHaveLength(2);
});

test("the latest scrapes are remembered", () => {
  const { scrape, expected } = setUp();
  for (let i = 0; i < REMEMBERED + 5; i++) scrape();
  const { scrapes, result } = expected();
  expect(scrapes).toHaveLength(REMEMBERED);
  expect(scrapes[0]).toBe(6);
  const counted = result.find(({ metric }) => metric.__name__ === "shop_scrapes_total");
  expect(counted?.values.at(0)).toEqual([6, "6"]);
});

test("expected metrics as text", () => {
  const { get, scrape } = setUp();
  scrape();
  const lines = (get("/expected_metrics?format=text").body as string).split("\n");
  expect(lines).toContain('shop_orders_total{region="north"} 2 1');
});

test("a load shows everything as often, told apart by a label", () => {
  const names = (copies: number) => {
    const { scrape, expected } = setUp({ copies });
    scrape();
    return expected().result.map(({ metric }) => seriesText(metric));
  };
  expect(names(1).some((name) => name.includes("copy"))).toBe(false);
  expect(new Set(names(10)).size).toBe(1 + 10 * (names(1).length - 1));
});

test("a format can be fixed; other paths tell what there is", () => {
  const { get, scrape } = setUp({ format: "text" });
  expect(scrape().headers?.["content-type"]).toContain("text/plain");
  expect(get("/").status).toBe(200);
  expect(get("/nothing")).toMatchObject({ status: 404, body: expect.stringContaining("/expected_metrics") });
});

import type { HttpRequest, HttpResponse } from "@sluice/component";
import { parsePage } from "@sluice/lib-prometheus";
import { expect, test } from "vitest";
import { type Expected, numberOf, parseExpected, seriesText } from "./expected.ts";
import { createSampleApp, REMEMBERED, type SampleAppOptions } from "./sample-app.ts";

const OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.3";

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

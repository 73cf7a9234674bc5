/** Scraped series through the processors attributes, resource and filter, and out by remote write. */
import { waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { lastAccount, startCollector } from "./collector.ts";
import { startSink } from "./sink.ts";
import { startTargets } from "./targets.ts";

const processors = `  attributes:
    include: {match_type: regexp, metric_names: [^shop_]}
    actions:
      - {key: pod, action: delete}
      - {key: path, pattern: "^/(?P<area>[a-z]+)", action: extract}
      - {key: code, converted_type: int, action: convert}
      - {key: region, value: north, action: insert}
  resource: {attributes: [{key: service.instance.id, value: one, action: update}]}
  filter:
    metrics:
      metric: ['IsMatch(name, "^go_")', 'name == "noise" and HasAttrOnDatapoint("kind", "bad")']
      datapoint: ['attributes["path"] == "/health"']`;

const steady = `# TYPE go_goroutines gauge
go_goroutines 7
# TYPE noise gauge
noise{kind="bad"} 1
noise{kind="good"} 1
# TYPE shop_gone gauge
shop_gone{path="/x"} 1
# TYPE shop_hits counter
`;
/** The page of the nth phase; of the twins `a` and `b` the latter goes in phase 2. */
function page(phase: number): string {
  const hits = (pod: string, value: number) => `shop_hits{pod="${pod}",path="/cart/1",code="200"} ${value}\n`;
  const rest = `shop_hits{pod="a",path="/health",code="200"} 5\nshop_pulse{path="/p"} ${phase}\n`;
  if (phase === 1) return steady + hits("a", 10) + hits("b", 99) + rest;
  return steady.replace('shop_gone{path="/x"} 1\n', "") + hits("a", 20) + rest;
}

/** The sum of a counter over the lines of a metrics page that contain all the labels. */
function total(text: string, name: string, ...labels: readonly string[]): number {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

test("views and selections reach the backend, and everything is accounted for", { timeout: 60_000 }, async () => {
  const [targets, sink] = [await startTargets(), await startSink()];
  targets.set("metrics", { body: page(1) });
  const scrape = `{job_name: shop, scrape_interval: 200ms, scrape_timeout: 200ms, static_configs: [{targets: ["${targets.address}"]}]}`;
  const collector = await startCollector({
    receivers: `  prometheus: {config: {scrape_configs: [${scrape}]}}`,
    processors,
    exporters: `  prometheus_remote_write: {endpoint: "http://${sink.address}/", add_metric_suffixes: false}`,
    pipelines:
      "    metrics: {receivers: [prometheus], processors: [attributes, resource, filter], exporters: [prometheus_remote_write]}",
  });
  const of = (name: string) =>
    sink.series(name).map(({ labels, value }) => {
      const ours = Object.entries(labels).filter(([label]) => !label.startsWith("otel_scope_"));
      return { ...Object.fromEntries(ours), value };
    });
  const pulse = (phase: number) =>
    waitFor(() => of("shop_pulse").some(({ value }) => value === phase), { what: `phase ${phase}` });
  const identity = { job: "shop", instance: "one", region: "north" };
  await pulse(1);
  const hits = { __name__: "shop_hits", ...identity, path: "/cart/1", area: "cart", code: "200" };
  // Of two points that became one series the first is written.
  expect(of("shop_hits")).toEqual([{ ...hits, value: 10 }]);
  expect(of("shop_gone")).toMatchObject([{ ...identity, area: "x", value: 1 }]);
  expect([of("go_goroutines"), of("noise")]).toEqual([[], []]);
  expect(of("up")).toEqual([{ __name__: "up", job: "shop", instance: "one", value: 1 }]);

  targets.set("metrics", { body: page(2) });
  await pulse(2);
  // The twin's stale marker does not end the series that goes on.
  expect(of("shop_hits")).toEqual([{ ...hits, value: 20 }]);
  expect(of("shop_gone")).toEqual([]);

  // Between two scrapes everything that went into a processor has come out or is counted.
  const balances = async (): Promise<boolean> => {
    const text = await collector.metrics();
    const through = (name: string, what: string) =>
      total(text, `otelcol_processor_${what}_items`, `processor="${name}"`);
    const filtered = total(text, "otelcol_processor_filter_datapoints_filtered", 'filter="filter"');
    const lost = (name: string) => through(name, "incoming") - through(name, "outgoing");
    expect([lost("attributes"), lost("resource"), lost("filter")]).toEqual([0, 0, filtered]);
    return filtered > 0 && (await collector.accounts())[0]!.dropped > 1;
  };
  await waitFor(balances, { what: "the account" });
  expect(await collector.stop()).toBe(0);
  const { dropped, rejected, queued } = lastAccount(collector);
  expect(Object.keys(dropped).sort()).toEqual(["duplicate_series", "superseded"]);
  expect([rejected, queued]).toEqual([0, 0]);
});

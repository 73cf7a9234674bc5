/** The sample application of the SDK exporter writes to real servers: what they store is what it did, and its dashboard shows it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startProcess } from "@sluice/testkit";
import { expect, test } from "vitest";
import { describeWith } from "./backend-check.ts";
import { builtProgram, debianProgram } from "./backend-servers.ts";
import { labelsOf, type Prometheus, startPrometheus } from "./prometheus.ts";

const example = join(import.meta.dirname, "../../packages/sdk-exporter-prometheus-remote-write/example");
const variable = (name: string) => `OTEL_EXPORTER_PROMETHEUS_REMOTE_WRITE_${name}`;
const ROUNDS = 8;

/** Runs the application to its end; gives what it says of itself. */
async function runShop(server: Prometheus, version: string) {
  const shop = await startProcess({
    command: process.execPath,
    args: [join(example, "app.mjs")],
    env: {
      [variable("ENDPOINT")]: `${server.url}/api/v1/write`,
      [variable("VERSION")]: version,
      [variable("EXTERNAL_LABELS")]: "cluster=local",
      ROUNDS: `${ROUNDS}`,
      ROUND_MILLIS: "100",
      EXPORT_MILLIS: "250",
    },
  });
  expect([await shop.exited, shop.stderr]).toEqual([0, ""]);
  return JSON.parse(shop.stdout) as { rounds: number; counts: { exports: number; failedExports: number } };
}

/** Name, and the labels that tell series apart, to value. */
async function stored(server: Prometheus, query: string): Promise<Record<string, string>> {
  const found = [...(await server.instant(query))].map(([key, value]) => {
    const { __name__ = "", country, coupons, paid, le } = labelsOf(key);
    const labels = [country, coupons, paid, le].filter((label) => label !== undefined);
    return [[__name__, ...labels].join(" "), value] as const;
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}
const { panels } = JSON.parse(readFileSync(join(example, "grafana/shop.json"), "utf8")) as { panels: readonly Panel[] };

function checkShop(server: { path: string | undefined }, version: string): void {
  test(`remote write ${version}`, { timeout: 60_000 }, async () => {
    const program = server.path!;
    const prometheus = await startPrometheus(
      readFileSync(join(example, "prometheus.yml"), "utf8"),
      undefined,
      undefined,
      {
        program,
        args: ["--enable-feature=native-histograms"],
      },
    );
    const { rounds, counts } = await runShop(prometheus, version);
    expect([rounds, counts.failedExports, counts.exports > 2]).toEqual([ROUNDS, 0, true]);

    const common = 'cluster="local",job="shop",instance="shop-1",otel_scope_name="shop",otel_scope_version="1.0"';
    expect(
      await stored(prometheus, `{${common},__name__!="shop_memory_bytes",__name__!="shop_latency_seconds"}`),
    ).toEqual({
      "shop_basket_bucket 10": "0",
      "shop_basket_bucket 20": `${ROUNDS}`,
      "shop_basket_bucket 50": `${ROUNDS}`,
      "shop_basket_bucket +Inf": `${2 * ROUNDS}`,
      shop_basket_count: `${2 * ROUNDS}`,
      shop_basket_sum: `${114 * ROUNDS}`,
      'shop_orders_total de ["spring","new"] true': `${ROUNDS}`,
      "shop_orders_total se true": `${2 * ROUNDS}`,
      shop_rounds_total: `${ROUNDS}`,
      shop_stock: `${1000 - 3 * ROUNDS}`,
      shop_temperature_celsius: `${18 + (ROUNDS % 5) / 2}`,
      shop_visitors: `${ROUNDS}`,
      shop_weight_kg_total: `${1.5 * ROUNDS}`,
    });
    const number = async (query: string) => Number([...(await prometheus.instant(query)).values()][0]);
    expect(await number(`histogram_count(shop_latency_seconds{${common}})`)).toBe(2 * ROUNDS);
    expect(await number(`histogram_sum(shop_latency_seconds{${common}})`)).toBe(2.25 * ROUNDS);
    expect(await number(`histogram_fraction(1, 4, shop_latency_seconds{${common}})`)).toBe(0.5);
    expect(await number("shop_memory_bytes")).toBeGreaterThan(1e7);
    expect(await number('target_info{cluster="local",service_version="1.0",telemetry_sdk_language="nodejs"}')).toBe(1);
    expect(await number('count({__name__=~".*secret.*"}) or vector(0)')).toBe(0);

    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        const query = expr.replaceAll("$__rate_interval", "5m").replaceAll("$job", ".*");
        const values = [...(await prometheus.instant(query)).values()].map(Number);
        expect(
          values.length > 0 && values.every((value) => value > 0),
          `${title}: ${query} gives ${values.join()}`,
        ).toBe(true);
      }
    }
  });
}

const debian = debianProgram("prometheus");
describeWith(debian, () => checkShop(debian, "1.0"));
const built = builtProgram("prometheus");
describeWith(built, () => {
  checkShop(built, "1.0");
  checkShop(built, "2.0");
});

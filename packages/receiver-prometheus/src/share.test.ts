/** Several receivers with one configuration, each with its share of the targets. */
import { expect, test } from "vitest";
import { MINUTE, type Scraping, samplesOfBatch, startReceiver } from "./scraping.testing.ts";

const all = Array.from({ length: 12 }, (_, index) => `t${index}`);
const yamlOf = (targets: readonly string[], job = "") => `
config:
  scrape_configs:
    - job_name: test
      scrape_interval: 10s
      ${job}
      static_configs:
${targets.map((name) => `        - {targets: ["target:80"], labels: {__metrics_path__: /${name}, instance: ${name}}}`).join("\n")}
`;

function start(yaml: string, index: number, count: number): Promise<Scraping> {
  return startReceiver(yaml, { page: "a 1\n", share: { index, count } });
}
/** When which target was scraped first, in milliseconds; by name. Of all batches but so many. */
function ticks({ sink }: Scraping, former = 0): Record<string, number> {
  const first: Record<string, number> = {};
  for (const { series, value, ms } of sink.batches.slice(former).flatMap(samplesOfBatch)) {
    if (value === "stale") continue;
    const [, name = ""] = /^a\{.*instance="(\w+)"/.exec(series) ?? [];
    if (name !== "") first[name] ??= ms;
  }
  return first;
}

test("all shares together scrape what one receiver does, at the same moments", async () => {
  const whole = await start(yamlOf(all), 0, 1);
  await whole.scrape(MINUTE / 6);
  const shares = await Promise.all([0, 1, 2].map((index) => start(yamlOf(all), index, 3)));
  for (const share of shares) await share.scrape(MINUTE / 6);
  const parts = shares.map((share) => ticks(share));
  expect(Object.assign({}, ...parts)).toEqual(ticks(whole));
  expect(parts.reduce((total, part) => total + Object.keys(part).length, 0)).toBe(all.length);
  const targets = shares.map(({ context }) => context.meter.value("prometheus_target_scrape_pool_targets"));
  expect(targets).toEqual(parts.map((part) => Object.keys(part).length));
  for (const scraping of [whole, ...shares]) await scraping.stop();
});

test("a target stays in its share when others come and go, and when its place in the list changes", async () => {
  const share = await start(yamlOf(all), 0, 2);
  await share.scrape(MINUTE / 6);
  const before = Object.keys(ticks(share));
  await share.update(yamlOf(["new", ...all.toReversed().filter((name) => name !== before[0])]));
  const former = share.sink.batches.length;
  await share.scrape(MINUTE / 6);
  const after = Object.keys(ticks(share, former));
  expect(after.filter((name) => name !== "new").toSorted()).toEqual(before.slice(1).toSorted());
  await share.stop();
});

test("target_limit counts the targets of all shares, and one of them tells", async () => {
  const shares = await Promise.all([0, 1].map((index) => start(yamlOf(all, "target_limit: 11"), index, 2)));
  for (const share of shares) await share.scrape(MINUTE / 6);
  expect(shares.flatMap(({ requests }) => requests)).toEqual([]);
  const told = shares.map(({ context }) => context.meter.value("prometheus_target_scrape_pool_exceeded_target_limit"));
  expect(told).toEqual([1, 0]);
  for (const share of shares) await share.stop();
});

test("what is wrong with a target is told once", async () => {
  const job = "params: {}\n      relabel_configs: [{target_label: __scrape_interval__, replacement: never}]";
  const shares = await Promise.all([0, 1].map((index) => start(yamlOf(["a"], job), index, 2)));
  const lines = shares.map(({ context }) => context.log.records.map(({ message }) => message));
  expect(lines).toEqual([["target is not valid and is left out"], []]);
  for (const share of shares) await share.stop();
});

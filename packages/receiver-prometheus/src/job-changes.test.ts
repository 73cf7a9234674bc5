import { Secret } from "@sluice/component";
import { createContext } from "@sluice/testkit";
import { expect, test } from "vitest";
import type { ReceiverConfig } from "./config.ts";
import definition from "./index.ts";
import { resolveJob } from "./job.ts";
import { changedKeys } from "./job-changes.ts";
import { isSameValue } from "./same-value.ts";

async function jobOf(own: string, global = "", baseDirectory = "") {
  const yaml = `config: {global: {${global}}, scrape_configs: [{job_name: x, ${own}}]}`;
  const config = (await createContext().decode(definition.config, yaml, "x")) as ReceiverConfig;
  return resolveJob(config.config!.scrape_configs[0]!, config.config!.global, baseDirectory, false);
}
type Side = Parameters<typeof jobOf>;
async function check(before: Side, after: Side, expected: string[]): Promise<void> {
  expect(changedKeys(await jobOf(...before), await jobOf(...after)), JSON.stringify([before, after])).toEqual(expected);
}

test("which keys of a job differ: what is in force counts, not where it stands", async () => {
  await check([""], [""], []);
  await check([""], ["scrape_interval: 1m, metrics_path: /metrics"], []);
  await check(["scrape_interval: 15s"], ["", "scrape_interval: 15s"], []);
  await check(["scrape_interval: 15s"], ["", "scrape_interval: 30s"], ["scrape_interval"]);
  await check(["scrape_classic_histograms: true"], ["always_scrape_classic_histograms: true"], []);
  await check(["sample_limit: 5"], ["sample_limit: 6, honor_labels: true"], ["sample_limit", "honor_labels"]);
  await check(["relabel_configs: []"], ["relabel_configs: [{target_label: a}]"], ["relabel_configs"]);
  await check(["params: {a: [b]}"], ["params: {a: [c]}"], ["params"]);
  await check(["", "", "/a"], ["", "", "/b"], ["directory of relative paths"]);
  await check(["basic_auth: {password: a}"], ["basic_auth: {password: a}"], []);
  await check(["basic_auth: {password: a}"], ["basic_auth: {password: b}"], ["basic_auth"]);
  await check(["scrape_failure_log_file: a"], ["scrape_failure_log_file: b"], ["scrape_failure_log_file"]);
});

test("every key of a job that may be inherited is looked at", async () => {
  const values: Readonly<Record<string, string>> = {
    scrape_timeout: "3s",
    scrape_protocols: "[PrometheusText0.0.4]",
    body_size_limit: "1KB",
    label_limit: "7",
    label_name_length_limit: "7",
    label_value_length_limit: "7",
    target_limit: "7",
    keep_dropped_targets: "7",
    metric_name_escaping_scheme: "dots",
    convert_classic_histograms_to_nhcb: "true",
    always_scrape_classic_histograms: "true",
    extra_scrape_metrics: "true",
  };
  for (const [key, value] of Object.entries(values)) {
    await check([""], ["", `${key}: ${value}`], [key]);
    await check([`${key}: ${value}`], ["", `${key}: ${value}`], []);
  }
  await check(
    [""],
    ["metric_name_validation_scheme: legacy"],
    ["metric_name_validation_scheme", "metric_name_escaping_scheme"],
  );
  await check([""], ["scrape_native_histograms: true"], ["scrape_protocols", "scrape_native_histograms"]);
});

test("values are equal by what they hold", () => {
  const check = (a: unknown, b: unknown, expected: boolean): void => {
    expect(isSameValue(a, b)).toBe(expected);
    expect(isSameValue(b, a)).toBe(expected);
  };
  check(1, 1, true);
  check(Number.NaN, Number.NaN, true);
  check("1", 1, false);
  check(null, {}, false);
  check([], {}, false);
  check([1, [2]], [1, [2]], true);
  check([1, 2], [2, 1], false);
  check({ a: 1, b: undefined }, { a: 1 }, true);
  check({ a: 1 }, { b: 1 }, false);
  check({ a: null }, {}, false);
  check(new Secret("a"), new Secret("a"), true);
  check({ a: new Secret("a") }, { a: new Secret("b") }, false);
  check(new Secret("a"), {}, false);
});

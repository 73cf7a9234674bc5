import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { loadScrapeConfigFiles } from "./config-files.ts";

async function load(text: string) {
  const { env, files } = createSimulation();
  files.write("/etc/jobs/a.yml", text);
  const [file] = await loadScrapeConfigFiles(["jobs/*.yml"], { env, baseDirectory: "/etc" });
  return file!;
}
const problemOf = async (text: string) => (await load(text)).problem;

test("values are read as the schema means them", async () => {
  const { jobs, baseDirectory } = await load(`scrape_configs:
  - job_name: 0123
    scrape_interval: 1m30s
    sample_limit: 10
    body_size_limit: 1MB
    honor_labels: true
    bearer_token: 0123
    relabel_configs: [{source_labels: [a], regex: 7}, null]
    static_configs:
      -
  - null
`);
  expect(baseDirectory).toBe("/etc/jobs");
  expect(jobs[0]).toMatchObject({
    job_name: "0123",
    scrape_interval: 90_000,
    sample_limit: 10,
    body_size_limit: 1 << 20,
    honor_labels: true,
    honor_timestamps: true,
    metrics_path: "/metrics",
    relabel_configs: [{ regex: "7", action: "replace" }, null],
    static_configs: [null],
  });
  expect(jobs[0]!.bearer_token!.reveal()).toBe("0123");
  expect(jobs[1]).toBeNull();
});

test("what is wrong is said with its place", async () => {
  const check = async (job: string, problem: string) =>
    expect(await problemOf(`scrape_configs:\n  - ${job}\n`)).toBe(
      `cannot read "/etc/jobs/a.yml": scrape_configs::0::${problem}`,
    );
  await check("{job: a}", "job: unknown key");
  await check("{sample_limit: -1}", 'sample_limit: found "-1", expected a number');
  await check("{sample_limit: 1.5}", 'sample_limit: found "1.5", expected a number');
  await check("{honor_labels: maybe}", 'honor_labels: found "maybe", expected true or false');
  await check("{scrape_interval: 15}", 'scrape_interval: found "15", expected prometheus duration');
  await check("{scheme: ftp}", 'scheme: found "ftp", expected one of http, https');
  await check("{static_configs: a}", "static_configs: expected a list");
  await check("{params: [a]}", "params: expected a map");
  await check("{job_name: {a: b}}", "job_name: expected a single value");
  expect(await problemOf("jobs: []")).toBe('cannot read "/etc/jobs/a.yml": jobs: unknown key');
  expect(await problemOf("a: 1\na: 2")).toMatch(/unique/);
});

test("a file that is not there is no file; one without jobs has none", async () => {
  const { env } = createSimulation();
  expect(await loadScrapeConfigFiles(["nothing.yml", "no/*.yml"], { env, baseDirectory: "/etc" })).toEqual([]);
  expect((await load("")).jobs).toEqual([]);
});

import { createContext, createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { loadScrapeConfigFiles } from "./config-files.ts";

async function load(text: string) {
  const simulation = createSimulation();
  simulation.files.write("/etc/jobs/a.yml", text);
  const [file] = await loadScrapeConfigFiles(["jobs/*.yml"], createContext({ simulation, baseDirectory: "/etc" }));
  return file!;
}
const problemsOf = async (text: string) => (await load(text)).problems;

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
  const check = async (job: string, ...problems: string[]) =>
    expect(await problemsOf(`scrape_configs:\n  - {${job}}\n`)).toEqual(
      problems.map((problem) => `/etc/jobs/a.yml:2:${problem}`),
    );
  const at = "6: scrape_configs::0::";
  await check("job: a", `${at}job: unknown key`);
  await check("sample_limit: -1", `${at}sample_limit: found -1, expected at least 0`);
  await check("sample_limit: 1.5", `${at}sample_limit: found 1.5, expected a whole number`);
  await check("honor_labels: maybe", `${at}honor_labels: found "maybe", expected true or false`);
  const unit = 'a duration with a unit, for example "30s" or "1d"';
  await check("scrape_interval: 15", `${at}scrape_interval: found 15, expected ${unit}`);
  await check("scheme: ftp", `${at}scheme: found "ftp", expected one of "http", "https"`);
  await check("params: [a]", `${at}params: found a list, expected a map`);
  await check("job_name: {a: b}", `${at}job_name: found a map, expected text`);
  await check(
    "sample_limit: -1, sheme: http",
    `${at}sample_limit: found -1, expected at least 0`,
    '24: scrape_configs::0::sheme: unknown key; did you mean "scheme"?',
  );
  expect(await problemsOf("jobs: []")).toEqual([
    "/etc/jobs/a.yml:1:1: jobs: unknown key; expected one of scrape_configs",
  ]);
  expect(await problemsOf("a: 1\na: 2")).toEqual([
    '/etc/jobs/a.yml:2:1: found the key "a" again, first used in line 1',
  ]);
});

test("a file that is not there is no file; one without jobs has none", async () => {
  const context = createContext({ baseDirectory: "/etc" });
  expect(await loadScrapeConfigFiles(["nothing.yml", "no/*.yml"], context)).toEqual([]);
  expect((await load("")).jobs).toEqual([]);
});

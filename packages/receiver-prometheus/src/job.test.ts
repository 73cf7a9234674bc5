import { configOf } from "@sluice/testkit";
import { expect, test } from "vitest";
import type { ReceiverConfig } from "./config.ts";
import definition from "./index.ts";
import { resolveJob } from "./job.ts";

/** The limit of a job that writes `own` below a global section that writes `global`; "" = nothing. */
async function check(own: string, global: string, expected: number | undefined): Promise<void> {
  const key = (text: string): string => (text === "" ? "" : `body_size_limit: ${text}`);
  const yaml = `config: {global: {${key(global)}}, scrape_configs: [{job_name: x, ${key(own)}}]}`;
  const { config } = await configOf<ReceiverConfig>(definition, yaml);
  const job = config!.scrape_configs[0]!;
  expect(resolveJob(job, config!.global, "", false).bodySizeLimit, `${own} ${global}`).toBe(expected);
}

test("body_size_limit: the job's, then the global one; 0 is no limit, nothing is the client's own bound", async () => {
  await check("", "", undefined);
  await check("", "0", 0);
  await check("0", "", 0);
  await check("0", "0", 0);
  await check("1KB", "", 1024);
  await check("", "1KB", 1024);
  await check("0", "1KB", 1024);
  await check("2KB", "1KB", 2048);
  await check("2KB", "0", 2048);
});

test("metric_name_escaping_scheme: a job with a validation of its own does not take over the global one", async () => {
  const check = async (own: string, global: string, expected: string): Promise<void> => {
    const yaml = `config: {global: {${global}}, scrape_configs: [{job_name: x, ${own}}]}`;
    const { config } = await configOf<ReceiverConfig>(definition, yaml);
    expect(resolveJob(config!.scrape_configs[0]!, config!.global, "", false).escapingScheme, yaml).toBe(expected);
  };
  await check("", "", "allow-utf-8");
  await check("", "metric_name_escaping_scheme: dots", "dots");
  await check("", "metric_name_validation_scheme: legacy", "underscores");
  await check("metric_name_validation_scheme: legacy", "metric_name_escaping_scheme: allow-utf-8", "underscores");
  await check("metric_name_validation_scheme: utf8", "metric_name_validation_scheme: legacy", "allow-utf-8");
  await check("metric_name_validation_scheme: utf8", "metric_name_escaping_scheme: dots", "allow-utf-8");
  await check("metric_name_escaping_scheme: values", "metric_name_escaping_scheme: dots", "values");
});

import { ConfigError, type Context } from "@sluice/component";
import type { GlobalConfig, ReceiverConfig } from "./config.ts";
import { loadScrapeConfigFiles } from "./config-files.ts";
import { joinPath } from "./glob.ts";
import { type Job, resolveJob } from "./job.ts";

/** The jobs of a configuration and of the files that it names. Rejects with ConfigError when one of these cannot be used. */
export async function loadJobs(
  { config, report_extra_scrape_metrics }: ReceiverConfig,
  context: Context,
): Promise<Job[]> {
  if (config === undefined) return [];
  const { baseDirectory } = context;
  const global = placed(config.global, baseDirectory);
  const files = await loadScrapeConfigFiles(config.scrape_config_files, context);
  const problems = files.flatMap(({ problems: inFile }) => inFile);
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  const all = [
    ...config.scrape_configs.map((own) => ({ own, baseDirectory })),
    ...files.flatMap(({ jobs: more, baseDirectory: ofFile }) => more.map((own) => ({ own, baseDirectory: ofFile }))),
  ];
  return all.flatMap(({ own, baseDirectory: base }) =>
    own === null ? [] : [resolveJob(own, global, base, report_extra_scrape_metrics ?? false)],
  );
}

/** Its path is relative to the main configuration, also for jobs from other files. */
function placed(global: GlobalConfig, baseDirectory: string): GlobalConfig {
  const { scrape_failure_log_file: file } = global;
  return file === "" ? global : { ...global, scrape_failure_log_file: joinPath(baseDirectory, file) };
}

import { type CheckContext, ConfigError, t } from "@sluice/component";
import { nullable, type ScrapeConfig, scrapeConfig } from "./config-job.ts";
import { directoryOf, joinPath, matchFiles } from "./glob.ts";

/** What one file of `scrape_config_files` holds. */
export interface ScrapeConfigFile {
  /** Index in `scrape_config_files`. */
  readonly index: number;
  readonly file: string;
  /** What is wrong; then there are no jobs. */
  readonly problems: readonly string[];
  readonly jobs: readonly (ScrapeConfig | null)[];
  /** Relative paths in the file are relative to this. */
  readonly baseDirectory: string;
}

const content = t.object("A file of jobs.", {
  scrape_configs: t.array(nullable(scrapeConfig), { description: "The jobs.", default: [] }),
});

/** Reads the files that the patterns name, in order. */
export async function loadScrapeConfigFiles(
  patterns: readonly string[],
  { env, baseDirectory, decode }: Pick<CheckContext, "env" | "baseDirectory" | "decode">,
): Promise<ScrapeConfigFile[]> {
  const files: ScrapeConfigFile[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const path = joinPath(baseDirectory, pattern);
    const nothing = { index, file: path, jobs: [], baseDirectory };
    if (/[*?[]/.test(directoryOf(path))) {
      const problem = `invalid scrape config file path "${pattern}": only its last part may contain wildcards`;
      files.push({ ...nothing, problems: [problem] });
      continue;
    }
    for (const file of await matchFiles(path, env.files)) {
      const base = { index, file, baseDirectory: directoryOf(file) };
      try {
        const { scrape_configs: jobs } = await decode(content, await env.files.readText(file), file);
        files.push({ ...base, problems: [], jobs });
      } catch (error) {
        const { message } = error as Error;
        const problems = error instanceof ConfigError ? message.split("\n") : [`cannot read "${file}": ${message}`];
        files.push({ ...base, jobs: [], problems });
      }
    }
  }
  return files;
}

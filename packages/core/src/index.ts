export { type CliOptions, runCli } from "./cli.ts";
export { type Collector, type CollectorOptions, createCollector } from "./collector.ts";
export type { Definitions } from "./config/index.ts";

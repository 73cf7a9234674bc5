import type { CheckContext, Problem } from "@sluice/component";
import { checkPrometheusHttpClientFiles, hideLogin, validatePrometheusHttpClient } from "@sluice/lib-http";
import { isLabelName, type RelabelRule, validateRelabelRule } from "@sluice/lib-prometheus";
import type { GlobalConfig, PrometheusConfig, ReceiverConfig } from "./config.ts";
import { loadScrapeConfigFiles } from "./config-files.ts";
import { LATER_DISCOVERIES, type ScrapeConfig } from "./config-job.ts";
import { globalTimes, resolveJob } from "./job.ts";

type Path = Problem["path"];
type Add = (path: Path, message: string, severity?: "warning") => void;

const PROTOCOLS = [
  "OpenMetricsText0.0.1",
  "OpenMetricsText1.0.0",
  "PrometheusProto",
  "PrometheusText0.0.4",
  "PrometheusText1.0.0",
];
const VALIDATION = ["", "legacy", "utf8"];
const ESCAPING = ["", "allow-utf-8", "underscores", "dots", "values"];
/** Only the last part of a path may have a star. */
const FILE_SD_PATH = /^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$/;

/** Checks what the schema has no words for, in Prometheus' words where it has some. */
export async function validateConfig(receiver: ReceiverConfig, check: CheckContext): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const add: Add = (path, message, severity) =>
    void problems.push(severity === undefined ? { path, message } : { path, message, severity });
  checkReceiver(receiver, add);
  const { config } = receiver;
  if (config === undefined) return problems;
  checkSections(config, add);
  checkGlobal(config.global, add);
  const jobs = config.scrape_configs.map((job, index) => ({
    job,
    path: ["config", "scrape_configs", index],
    from: "",
  }));
  const files = await loadScrapeConfigFiles(config.scrape_config_files, check);
  for (const { index, file, problems: inFile, jobs: more } of files) {
    const path = ["config", "scrape_config_files", index];
    for (const problem of inFile) add(path, problem);
    for (const job of more) jobs.push({ job, path, from: `${file}: ` });
  }
  const names = new Set<string>();
  for (const { job, path, from } of jobs) {
    // The keys of a job in a file have no place in this configuration: its problems stand at the file's entry.
    const addHere: Add = (inner, message, severity) =>
      from === "" ? add([...path, ...inner], message, severity) : add(path, `${from}${message}`, severity);
    if (job === null) {
      addHere([], "empty or null scrape config section");
      continue;
    }
    if (job.job_name !== "" && names.has(job.job_name)) {
      addHere(["job_name"], `found multiple scrape configs with job name "${job.job_name}"`);
    }
    names.add(job.job_name);
    checkJob(job, config.global, addHere);
    for (const { path: inner, message, severity } of validatePrometheusHttpClient(job)) {
      addHere(inner, message, severity === "warning" ? severity : undefined);
    }
    if (from === "") problems.push(...(await checkPrometheusHttpClientFiles(job, path, check)));
  }
  return problems;
}

function checkReceiver({ config, target_allocator, api_server }: ReceiverConfig, add: Add): void {
  if (isGiven(target_allocator)) add(["target_allocator"], "target_allocator is not supported yet");
  if (isGiven(api_server) && (api_server as { readonly enabled?: unknown }).enabled !== false) {
    add(["api_server"], "api_server is not supported yet");
  }
  const jobs = (config?.scrape_configs.length ?? 0) + (config?.scrape_config_files.length ?? 0);
  if (jobs === 0 && !isGiven(target_allocator)) {
    add(["config"], "no Prometheus scrape_configs or target_allocator set");
  }
}

/** What a collector cannot do, all in one error. */
function checkSections({ alerting, remote_read, remote_write, rule_files }: PrometheusConfig, add: Add): void {
  const { alertmanagers, alert_relabel_configs } = (alerting ?? {}) as Readonly<Record<string, unknown>>;
  const found = [
    isGiven(alertmanagers) && "alert_config.alertmanagers",
    isGiven(alert_relabel_configs) && "alert_config.relabel_configs",
    isGiven(remote_read) && "remote_read",
    isGiven(remote_write) && "remote_write",
    isGiven(rule_files) && "rule_files",
  ].filter((name) => name !== false);
  if (found.length > 0) add(["config"], `unsupported features: ${found.join(", ")}`);
}
function isGiven(section: unknown): boolean {
  return section !== undefined && section !== null && !(Array.isArray(section) && section.length === 0);
}

function checkGlobal(global: GlobalConfig, add: Add): void {
  const path = ["config", "global"];
  const { intervalMs, timeoutMs } = globalTimes(global);
  if (timeoutMs > intervalMs) {
    add([...path, "scrape_timeout"], "global scrape timeout greater than scrape interval");
  }
  checkNames(global, "global", (inner, message) => add([...path, ...inner], message));
  checkProtocols(global.scrape_protocols, (inner, message) => add([...path, ...inner], message));
  if (global.metric_name_escaping_scheme === "allow-utf-8" && global.metric_name_validation_scheme === "legacy") {
    add([...path, "metric_name_escaping_scheme"], UTF8_REQUESTED);
  }
  for (const name of Object.keys(global.external_labels)) {
    if (!isLabelName(name, global.metric_name_validation_scheme === "legacy" ? "legacy" : "utf8")) {
      add([...path, "external_labels", name], `"${name}" is not a valid label name`);
    }
  }
}
const UTF8_REQUESTED = "utf8 metric names requested but validation scheme is not set to UTF8";

type Names = Pick<GlobalConfig, "metric_name_validation_scheme" | "metric_name_escaping_scheme">;
function checkNames(names: Names, where: string, add: Add): void {
  const { metric_name_validation_scheme: validation, metric_name_escaping_scheme: escaping } = names;
  if (!VALIDATION.includes(validation)) {
    const message = `unknown ${where} name validation method specified, must be either '', 'legacy' or 'utf8', got ${validation}`;
    add(["metric_name_validation_scheme"], message);
  }
  if (!ESCAPING.includes(escaping)) {
    const message = `unknown ${where} name escaping method specified, must be one of 'allow-utf-8', 'underscores', 'dots', or 'values', got ${escaping}`;
    add(["metric_name_escaping_scheme"], message);
  }
}

function checkProtocols(protocols: readonly string[] | undefined, add: Add): void {
  if (protocols === undefined) return;
  if (protocols.length === 0) add(["scrape_protocols"], "scrape_protocols cannot be empty");
  for (const [index, protocol] of protocols.entries()) {
    if (!PROTOCOLS.includes(protocol)) {
      add(["scrape_protocols", index], `unknown scrape protocol ${protocol}, supported: [${PROTOCOLS.join(" ")}]`);
    } else if (protocols.indexOf(protocol) < index) {
      add(["scrape_protocols", index], `duplicated protocol in scrape_protocols, got [${protocols.join(" ")}]`);
    }
  }
}

function checkJob(own: ScrapeConfig, global: GlobalConfig, add: Add): void {
  const job = resolveJob(own, global, "", false);
  if (own.job_name === "") add(["job_name"], "job_name is empty");
  if (job.timeoutMs > job.intervalMs) {
    add(
      ["scrape_timeout"],
      `scrape timeout greater than scrape interval for scrape config with job name "${own.job_name}"`,
    );
  }
  checkNames(own, "scrape config", add);
  if (job.escapingScheme === "allow-utf-8" && job.nameScheme === "legacy" && own.metric_name_escaping_scheme !== "") {
    add(["metric_name_escaping_scheme"], UTF8_REQUESTED);
  }
  checkProtocols(own.scrape_protocols, add);
  if (own.fallback_scrape_protocol !== "" && !PROTOCOLS.includes(own.fallback_scrape_protocol)) {
    const message = `invalid fallback_scrape_protocol for scrape config with job name "${own.job_name}"`;
    add(["fallback_scrape_protocol"], message);
  }
  checkRules(own, job.nameScheme, add);
  checkDiscoveries(own, job.nameScheme, add);
}

function checkRules(own: ScrapeConfig, scheme: "utf8" | "legacy", add: Add): void {
  const lists = [
    { key: "relabel_configs", what: "target", rules: own.relabel_configs },
    { key: "metric_relabel_configs", what: "metric", rules: own.metric_relabel_configs },
  ];
  for (const { key, what, rules } of lists) {
    for (const [index, rule] of rules.entries()) {
      const problem =
        rule === null ? `empty or null ${what} relabeling rule in scrape config` : validateRelabelRule(rule, scheme);
      if (problem !== undefined) add([key, index], problem);
      else if (what === "metric" && renames(rule!)) add([key, index], RENAME_WARNING, "warning");
    }
  }
}
const RENAME_WARNING =
  "renamed metrics lose their type, unit and description and become gauges, unless the new name is declared on the page too";
function renames({ action, target_label }: RelabelRule): boolean {
  return target_label === "__name__" && !/^(?:keep|drop)equal$/i.test(action);
}

function checkDiscoveries(own: ScrapeConfig, scheme: "utf8" | "legacy", add: Add): void {
  for (const kind of LATER_DISCOVERIES) {
    const key = `${kind}_sd_configs` as const;
    if (isGiven(own[key])) add([key], `${key} is not supported yet`);
  }
  for (const [index, group] of own.static_configs.entries()) {
    if (group === null) {
      add(["static_configs", index], "empty or null section in static_configs");
      continue;
    }
    for (const name of Object.keys(group.labels)) {
      if (!isLabelName(name, scheme))
        add(["static_configs", index, "labels", name], `"${name}" is not a valid label name`);
    }
    if (own.relabel_configs.length > 0) continue;
    for (const [at, target] of group.targets.entries()) {
      if (target.includes("/"))
        add(["static_configs", index, "targets", at], `"${hideLogin(target)}" is not a valid hostname`);
    }
  }
  for (const [index, files] of own.file_sd_configs.entries()) {
    if (files === null) {
      add(["file_sd_configs", index], "empty or null section in file_sd_configs");
      continue;
    }
    if (files.refresh_interval === 0) {
      add(["file_sd_configs", index, "refresh_interval"], "found 0, expected more than 0");
    }
    if (files.files.length === 0) {
      add(["file_sd_configs", index], "file service discovery config must contain at least one path name");
    }
    for (const [at, path] of files.files.entries()) {
      if (!FILE_SD_PATH.test(path)) {
        add(["file_sd_configs", index, "files", at], `path name "${path}" is not valid for file discovery`);
      }
    }
  }
}

/** Prometheus' own good and bad configurations, judged as Prometheus judges them. */
import { readdirSync, readFileSync } from "node:fs";
import { checkComponentConfig } from "@sluice/core";
import { createSimulation } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import definition from "./index.ts";

const root = new URL("../testdata/prometheus/", import.meta.url);
const configs = new URL("config/testdata/", root);
const examples = new URL("documentation/examples/", root);

/** Good for Prometheus, refused here, and why. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "agent_mode.with_remote_reads.yml": /unsupported features: remote_read/,
  "remote_write_retry_on_rate_limit.good.yml": /unsupported features: remote_write/,
  "rules_abs_path.good.yml": /unsupported features: rule_files/,
  "rules_abs_path_windows.good.yml": /unsupported features: rule_files/,
  "scrape_interval_larger.good.yml": /dns_sd_configs is not supported yet/,
  "scrape_config_files_glob.good.yml": /vultr_sd_configs is not supported yet/,
  "prometheus.yml": /unsupported features: alert_config.alertmanagers/,
  "prometheus-agent.yml": /unsupported features: remote_write/,
};
/** Refused by Prometheus for sections without an effect here, whose content nobody looks at. */
const ACCEPTED = /^(?:otlp|tsdb|tracing)_/;

function files(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => entry.name);
}
function later(text: string): string | undefined {
  return /(\w+_sd_configs):/.exec(text.replace(/(?:file|static)_sd_configs:/g, ""))?.[1];
}

async function judge(text: string): Promise<string | undefined> {
  const simulation = createSimulation();
  for (const name of files(configs)) simulation.files.write(name, readFileSync(new URL(name, configs)));
  for (const name of files(new URL("scrape_configs/", configs))) {
    simulation.files.write(`scrape_configs/${name}`, readFileSync(new URL(`scrape_configs/${name}`, configs)));
  }
  for (const name of ["valid_cert_file", "valid_key_file"]) simulation.files.write(name, "");
  // A Prometheus without jobs has something else to do; a collector has not.
  const whole = /^scrape_config/m.test(text) ? text : `${text}\nscrape_configs: [{job_name: x}]\n`;
  const yaml = `config:\n${whole.replace(/^(?=.)/gm, "  ")}`;
  const checked = await checkComponentConfig(definition, yaml, simulation.env);
  return "problems" in checked ? checked.problems : undefined;
}

describe("config/testdata", () => {
  for (const name of files(configs)) {
    const text = readFileSync(new URL(name, configs), "utf8");
    const good = !name.includes(".bad.") && !name.includes(".incompatible.");
    const refused =
      REFUSED[name] ?? (good && later(text) ? new RegExp(`${later(text)} is not supported yet`) : undefined);
    if (refused !== undefined) test(`${name} is refused here`, async () => expect(await judge(text)).toMatch(refused));
    else if (good || ACCEPTED.test(name))
      test(`${name} is accepted`, async () => expect(await judge(text)).toBeUndefined());
    else test(`${name} is refused`, async () => expect(await judge(text)).toBeDefined());
  }
});

describe("documentation/examples", () => {
  for (const name of files(examples).filter((file) => file.startsWith("prometheus"))) {
    const text = readFileSync(new URL(name, examples), "utf8");
    const refused = REFUSED[name] ?? (later(text) ? new RegExp(`${later(text)} is not supported yet`) : undefined);
    test(`${name} is ${refused ? "refused here" : "accepted"}`, async () => {
      const problems = await judge(text);
      if (refused === undefined) expect(problems).toBeUndefined();
      else expect(problems).toMatch(refused);
    });
  }
});

/** What becomes of files of Prometheus and vmagent. */

import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { newBudget } from "../config/limits.ts";
import { toPlain } from "../config/located.ts";
import { createNotes } from "../config/problems.ts";
import { readDocuments } from "../config/read.ts";
import { parseYaml } from "../config/yaml.ts";
import { runCommand } from "./cli.testing.ts";

interface Made {
  readonly yaml: string;
  readonly notes: readonly string[];
  readonly code: number;
}
async function convert(text: string, ...args: readonly string[]): Promise<Made> {
  const { code, stdout, stderr } = await runCommand(["convert", "p.yml", ...args], { files: { "p.yml": text } });
  return { code, yaml: stdout, notes: stderr.split("\n").filter((line) => line !== "") };
}

interface Converted {
  readonly receivers: { readonly prometheus: { readonly config: Readonly<Record<string, unknown>> } };
  readonly exporters: Readonly<Record<string, unknown>>;
  readonly service: { readonly pipelines: { readonly metrics: unknown } };
}
/** The configuration as components see it, expanded. */
async function read(yaml: string): Promise<Converted> {
  const simulation = createSimulation();
  simulation.files.write("c.yaml", yaml);
  simulation.process.env.ZONE = "north";
  const notes = createNotes();
  const { root } = await readDocuments({ uris: ["c.yaml"], env: simulation.env, notes });
  notes.stopAtErrors();
  return toPlain(root) as Converted;
}
const plain = (text: string) =>
  toPlain(parseYaml(text, "p.yml", newBudget()).node) as Readonly<Record<string, unknown>>;

/** The jobs, and what is global, are those of the file. */
async function keeps(text: string): Promise<string> {
  const { yaml } = await convert(text);
  const { config } = (await read(yaml)).receivers.prometheus;
  const before = plain(text);
  expect(config.scrape_configs).toEqual(before.scrape_configs);
  expect(config.global).toEqual(before.global);
  return yaml;
}
const job = (more: string) => `scrape_configs:\n- job_name: a\n${more}`;

test("values stay what they were, through the expansion", async () => {
  const rules = ["$1", "${1}", "$$", "$$1", "$${x}", "a$", "^a$|^b$", "$$$", "${env:ZONE}", "$NAME", "$?", "${", "$}"];
  const quoted = rules.map((rule) => `  - {replacement: '${rule}', regex: "${rule}"}\n`).join("");
  const yaml = await keeps(job(`  relabel_configs:\n${quoted}  - replacement: $1-\${2}  # of $1\n`));
  expect(yaml).toContain("'^a$|^b$'");
  expect(yaml).toContain("replacement: $$1-$${2}  # of $1\n");
  await keeps(job('  params: {a: ["\\x24{env:ZONE}", "\\u0024\\u0024", "x\\ty"]}\n'));
  await keeps(
    job(
      "  params:\n    a:\n    - |\n      ${env:ZONE}\n\n        $1\n    - >-\n      $1\n      ${2}\n    - $1\n      ${2}\n",
    ),
  );
  await keeps(job("  params: {0123: [0123, 1e3, yes, ~, 0x1F, 1_000, '1']}\n  metrics_path:\n"));
});

test("comments, quotes, anchors and merges stay", async () => {
  const text = `# The file.

# Of global.
global: &g
  scrape_interval: 15s # often
# Of jobs.
scrape_configs:
  # First.
  - &first
    job_name: 'a'
    static_configs: [{targets: ["a:1"]}]

  - <<: *first
    job_name: b   # second
# The end.
`;
  const { yaml, notes } = await convert(text, "--remote-write-url", "http://b/${env:ZONE}");
  expect(notes).toEqual([]);
  await expect(yaml).toMatchFileSnapshot("../../testdata/convert.golden.yaml");
  expect(await keeps(text)).toContain("# second");
});

test("anchors in what is left out are replaced by what they stand for", async () => {
  const text = `storage: {x: &x [{targets: ["$1", 2, '3', ~]}], m: &m {job_name: m, scheme: https}}
scrape_configs: [{job_name: a, static_configs: *x}, {<<: *m, params: {}}]
`;
  await keeps(text);
});

test("in braces, in JSON, with ends of lines of old, and with nothing to scrape", async () => {
  await keeps('{"global": {"scrape_interval": "1m"}, "scrape_configs": [\n{"job_name": "a",\n "scheme": "http"}]}');
  await keeps(job("  scheme: http\n").replaceAll("\n", "\r\n"));
  await keeps(`---\n${job("  scheme: http")}`);
  const { notes, yaml } = await convert("{}", "--remote-write-url=http://b");
  expect(notes).toEqual(["p.yml:1:1: found no scrape_configs: there is nothing to scrape"]);
  expect((await read(yaml)).receivers.prometheus.config).toEqual({});
});

test("remote write", async () => {
  const { yaml, notes } = await convert(`${job("")}remote_write:
# The first.
- url: "http://$user:x@b/w"
  name: one two
  remote_timeout: 1d
  headers: {X-Scope: 7}
  http_headers: {X-A: {values: [a, b]}}
  basic_auth: {username: me, password: hunter2}
  tls_config: {ca_file: ca.pem, server_name: b, min_version: TLS13, insecure_skip_verify: true, key: K, cert: C}
  proxy_url: http://p:1
  enable_http2: false
  queue_config: {capacity: 100, max_shards: 3, min_backoff: 1s, max_backoff: 1m, sample_age_limit: 1h}
  metadata_config: {send: false}
- {url: "http://c", authorization: {credentials: t}, follow_redirects: true}
- {url: "http://d", bearer_token: u}
`);
  expect(notes).toEqual([]);
  expect(yaml).toContain("    # The first.\n");
  const { exporters, service } = await read(yaml);
  const as = { add_metric_suffixes: false, target_info: { enabled: false }, disable_scope_info: true };
  const retry = { initial_interval: "30ms", max_interval: "5s", max_elapsed_time: "0s" };
  expect(exporters).toEqual({
    "prometheus_remote_write/one_two": {
      endpoint: "http://$user:x@b/w",
      timeout: "24h0m0s",
      headers: { "X-Scope": "7", "X-A": "a, b", Authorization: `Basic ${btoa("me:hunter2")}` },
      tls: {
        ca_file: "ca.pem",
        server_name_override: "b",
        min_version: "1.3",
        insecure_skip_verify: true,
        key_pem: "K",
        cert_pem: "C",
      },
      proxy_url: "http://p:1",
      force_attempt_http2: false,
      sending_queue: { num_consumers: 3, queue_size: 300, sizer: "items" },
      retry_on_failure: { initial_interval: "1s", max_interval: "1m0s", max_elapsed_time: "1h0m0s" },
      ...as,
      send_metadata: false,
    },
    prometheus_remote_write: {
      endpoint: "http://c",
      timeout: "30s",
      headers: { Authorization: "Bearer t" },
      retry_on_failure: retry,
      ...as,
      send_metadata: true,
    },
    "prometheus_remote_write/2": {
      endpoint: "http://d",
      timeout: "30s",
      headers: { Authorization: "Bearer u" },
      retry_on_failure: retry,
      ...as,
      send_metadata: true,
    },
  });
  expect(service.pipelines.metrics).toEqual({ receivers: ["prometheus"], exporters: Object.keys(exporters) });
});

test("what cannot be carried over is told with its place, in the output too", async () => {
  const text = `rule_files: [a.rules]
alerting: {alertmanagers: []}
tracing:
${job("")}nosuch: 1
remote_write:
- write_relabel_configs: []
  sigv4: {region: x}
  basic_auth: {username: a, password_file: p}
  queue_config: {max_samples_per_send: 1, retry_on_http_429: false}
  tls_config: {ca_ref: x}
  metadata_config: {send_interval: 1m}
- 7
`;
  const { yaml, notes } = await convert(text);
  expect(notes.map((note) => note.replace(/: [^:]*$/, ""))).toEqual([
    "p.yml:1:1: rule_files",
    "p.yml:2:1: alerting",
    "p.yml:6:1: nosuch",
    "p.yml:8:3: remote_write: write_relabel_configs",
    "p.yml:8:3: remote_write: url",
    "p.yml:9:3: remote_write: sigv4",
    "p.yml:10:29: remote_write: basic_auth::password_file",
    "p.yml:11:18: remote_write: queue_config::max_samples_per_send",
    "p.yml:11:43: remote_write: queue_config::retry_on_http_429",
    "p.yml:12:16: remote_write: tls_config::ca_ref",
    "p.yml:13:21: remote_write: metadata_config::send_interval",
    "p.yml:14:3: remote_write::1",
  ]);
  for (const note of notes) expect(yaml).toContain(`#   ${note}\n`);
  await read(yaml);
  expect(await convert(text, "--strict")).toEqual({ code: 1, yaml: "", notes });
  const { notes: placeholder } = await convert(job(""));
  expect(placeholder).toEqual([
    "p.yml:1:1: found no remote_write; the endpoint is a placeholder, give --remote-write-url",
  ]);
});

test("vmagent's keys are left out or renamed, and its variables become references", async () => {
  const text = `global:
  scrape_interval: 1m
  relabel_configs: []
scrape_configs:
- stream_parse: true
  job_name: '%{ZONE}'
  scrape_offset: 1s   # late
  max_scrape_size: 16MB
  disable_compression: true
  metrics_path: %{ZONE}/$%{ZONE}
  params: {a: ["%{ZONE}", "$1"]}   # of %{ZONE}
  static_configs: [{targets: ["%{ZONE}:1"]}]
  metric_relabel_configs:
  - action: keep_metrics
    regex: a
  - {action: drop, regex: $1}
  - if: '{a="b"}'
    action: drop
- {job_name: b, series_limit: 9, relabel_configs: [{action: graphite}, {action: drop, regex: x}], no_stale_markers: true}
- {no_stale_markers: true, job_name: c}
`;
  const { yaml, notes } = await convert(text, "--remote-write-url=http://b");
  expect(notes.map((note) => note.replace(/: [^:]*$/, ""))).toEqual([
    "p.yml:3:3: relabel_configs",
    "p.yml:5:3: stream_parse",
    "p.yml:7:3: scrape_offset",
    "p.yml:14:5: metric_relabel_configs",
    "p.yml:17:5: metric_relabel_configs",
    "p.yml:19:17: series_limit",
    "p.yml:19:53: relabel_configs",
    "p.yml:19:99: no_stale_markers",
    "p.yml:20:4: no_stale_markers",
  ]);
  const { config } = (await read(yaml)).receivers.prometheus;
  expect(config).toEqual({
    global: { scrape_interval: "1m" },
    scrape_configs: [
      {
        job_name: "north",
        body_size_limit: "16MB",
        enable_compression: false,
        metrics_path: "north/$north",
        params: { a: ["north", "$1"] },
        static_configs: [{ targets: ["north:1"] }],
        metric_relabel_configs: [{ action: "drop", regex: "$1" }],
      },
      { job_name: "b", relabel_configs: [{ action: "drop", regex: "x" }] },
      { job_name: "c" },
    ],
  });
  expect((await convert("scrape_configs: [{job_name: '%{ZONE}'}]", "--from=prometheus")).yaml).toContain("'%{ZONE}'");
});

test("many keys that are cut out", async () => {
  const jobs = Array.from({ length: 2000 }, (_, n) => `- {job_name: j${n}, stream_parse: true, scheme: "$1"}\n`);
  const { yaml, notes } = await convert(`scrape_configs:\n${jobs.join("")}`, "--remote-write-url=http://b");
  expect(notes).toHaveLength(2000);
  expect(yaml).toContain('      - {job_name: j1999, scheme: "$$1"}\n');
});

test("what is no such file is told", async () => {
  const fails = async (text: string, message: string) => {
    const { code, yaml, notes } = await convert(text);
    expect([code, yaml, notes.at(-1)]).toEqual([1, "", message]);
  };
  await fails("a: [", expect.stringMatching(/^p\.yml:1:5: /) as unknown as string);
  await fails("[]", "p.yml: found no map, expected global and scrape_configs");
  await fails(
    "receivers:\nservice:",
    "p.yml: found a collector's configuration, expected one of Prometheus or vmagent",
  );
  expect(await runCommand(["convert"])).toMatchObject({ code: 1, stderr: expect.stringContaining("found no file") });
  expect(await runCommand(["convert", "no.yml"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot read "no.yml": '),
  });
});

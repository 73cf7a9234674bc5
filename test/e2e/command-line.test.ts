/** What a user types and reads: flags, configurations from several places, and the words for what is wrong with them. */
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { freePort, listen, type RunningProcess, startProcess, temporaryFolder, waitFor } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { launcher } from "./collector.ts";
import { startSink } from "./sink.ts";
import { startTargets } from "./targets.ts";

const testdata = join(import.meta.dirname, "testdata", "bad");

interface Start {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}
const command = ({ args, env = {}, cwd = testdata }: Start) => ({
  command: globalThis.process.execPath,
  args: [launcher, ...args],
  env,
  cwd,
});
/** Runs it to its end. */
async function sluice(start: Start) {
  const process = await startProcess(command(start));
  return { code: await process.exited, stdout: process.stdout, stderr: process.stderr };
}
/** Runs it until it is asked to stop. */
const startSluice = (start: Start): Promise<RunningProcess> =>
  startProcess({ ...command(start), ready: /everything is ready/, timeoutMs: 30_000 });

async function stop(process: RunningProcess): Promise<void> {
  process.signal("SIGINT");
  expect(await process.exited).toBe(0);
}

describe("flags", () => {
  const check = async (args: readonly string[], code: number, stdout: RegExp, stderr: RegExp) => {
    const ended = await sluice({ args });
    expect([args, ended.code]).toEqual([args, code]);
    expect(ended.stdout).toMatch(stdout);
    expect(ended.stderr).toMatch(stderr);
  };
  const nothing = /^$/;

  test("--version and --help are answered on stdout", async () => {
    await check(["--version"], 0, /^sluice version \d+\.\d+\.\d+\n$/, nothing);
    await check(["-v", "--config", "x"], 0, /^sluice version \d+\.\d+\.\d+\n$/, nothing);
    await check(["--help"], 0, /^OpenTelemetry Collector.*\n\nUsage:\n {2}sluice --config /, nothing);
  });

  test("mistakes are told on stderr", async () => {
    const hint = 'Try "sluice --help"\\.\n$';
    await check([], 1, nothing, new RegExp(`^sluice: found no --config, expected at least one\n${hint}`));
    await check(
      ["--confg=x"],
      1,
      nothing,
      new RegExp(`^sluice: unknown flag "--confg"; did you mean "--config"\\?\n${hint}`),
    );
    await check(["run"], 1, nothing, new RegExp(`^sluice: unknown command "run"; .*\n${hint}`));
    await check(["--config"], 1, nothing, new RegExp(`^sluice: --config needs a value, .*\n${hint}`));
    await check(
      ["--config", "nowhere.yaml"],
      1,
      nothing,
      /^1 problem in the configuration:\nnowhere\.yaml: .*no such file\n$/,
    );
  });
});

describe("broken configurations are told whole, and nothing is started", () => {
  const files = readdirSync(testdata).filter((file) => file.endsWith(".yaml"));
  test.each(files)("%s", async (file) => {
    // Target, backend and own metrics: whoever connects, or tries to listen there too, would be noticed.
    const port = await listenAndRefuse();
    const address = `127.0.0.1:${port.number}`;
    const env = { TARGET: address, BACKEND: address, OWN_PORT: `${port.number}`, WORD: "opensesame" };
    const { code, stdout, stderr } = await sluice({ args: ["--config", file], env });
    expect({ code, stdout, connections: port.connections }).toEqual({ code: 1, stdout: "", connections: 0 });
    expect(stderr).not.toContain("opensesame");
    const text = stderr.replaceAll(address, "127.0.0.1:<port>").replaceAll(testdata, "<folder>");
    await expect(text).toMatchFileSnapshot(join(testdata, `${basename(file, ".yaml")}.txt`));
  });
});

async function listenAndRefuse() {
  const state = { connections: 0, number: 0 };
  const server = createServer((socket) => {
    state.connections++;
    socket.destroy();
  });
  state.number = await listen(server);
  return state;
}

test("several configurations and the environment make one", async () => {
  const [targets, sink, folder, port] = [
    await startTargets(),
    await startSink(),
    await temporaryFolder(),
    await freePort(),
  ];
  targets.set("second", { body: 'merged{job="inner"} 1\n' });
  const first = join(folder, "first.yaml");
  await writeFile(
    first,
    `receivers:
  prometheus:
    config:
      global: {scrape_interval: "\${env:INTERVAL}", external_labels: {price: "5$$", zone: "\${env:ZONE:-north}"}}
      scrape_configs: [{job_name: first, metrics_path: /first, static_configs: [{targets: ["\${env:TARGET}"]}]}]
exporters:
  prometheus_remote_write: {endpoint: http://nowhere.invalid/, add_metric_suffixes: false}
service:
  telemetry: {logs: {encoding: json}, metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: "\${env:OWN_PORT}"}}}}]}}
  pipelines:
    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}
`,
  );
  const second = join(folder, "second.yaml");
  await writeFile(
    second,
    `receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: second
          metrics_path: /second
          honor_labels: \${env:HONOR}
          static_configs: [{targets: ["\${env:TARGET}"]}]
`,
  );
  const process = await startSluice({
    args: [
      "--config",
      first,
      `--config=file:${second}`,
      "--config",
      "yaml:{exporters: {prometheus_remote_write: {endpoint: 'http://${env:SINK}/w'}}}",
      "--config",
      "env:MORE",
    ],
    env: {
      INTERVAL: "200ms",
      TARGET: targets.address,
      OWN_PORT: `${port}`,
      HONOR: "true",
      SINK: sink.address,
      MORE: "exporters: {prometheus_remote_write: {headers: {X-Scope-OrgID: 0123}}}",
    },
  });
  const { labels } = await waitFor(() => sink.series("merged")[0], { what: "a series" });
  expect(labels).toMatchObject({ job: "inner", price: "5$", zone: "north" });
  expect(sink.headers["x-scope-orgid"]).toBe("0123");
  // Lists are replaced, not joined.
  expect(targets.count("first")).toBe(0);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
  await stop(process);
});

test("relabelling as in AWS's documentation, and a bare $NAME that is told of", async () => {
  const [targets, sink, folder] = [await startTargets(), await startSink(), await temporaryFolder()];
  const page = "probe?target=http%3A%2F%2Fshop.example%2Fhealth";
  targets.set(page, { body: "probe_success 1\n" });
  const file = join(folder, "aws.yaml");
  await writeFile(
    file,
    `receivers:
  prometheus:
    config:
      global: {scrape_interval: 200ms}
      scrape_configs:
        - job_name: ingresses
          metrics_path: /probe
          static_configs:
            - targets: [shop.example]
              labels: {__meta_kubernetes_ingress_scheme: http, __meta_kubernetes_ingress_path: /health}
          relabel_configs:
            - source_labels: [__meta_kubernetes_ingress_scheme, __address__, __meta_kubernetes_ingress_path]
              regex: (.+);(.+);(.+)
              replacement: $$\{1}://\${2}\${3}
              target_label: __param_target
            - {source_labels: [__param_target], target_label: instance}
            - {source_labels: [__address__], regex: "([^.]+)\\\\.(.*)", replacement: $1-$$2, target_label: short}
            - {target_label: team, replacement: $TEAM}
            - {target_label: __address__, replacement: "${targets.address}"}
exporters:
  prometheus_remote_write: {endpoint: "http://${sink.address}/w", disable_scope_info: true}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}
`,
  );
  const process = await startSluice({ args: ["--config", file], env: { TEAM: "unwanted" } });
  const { labels } = await waitFor(() => sink.series("probe_success")[0], { what: "a probe" });
  expect(labels).toEqual({
    __name__: "probe_success",
    instance: "http://shop.example/health",
    job: "ingresses",
    short: "shop-example",
  });
  await stop(process);
  const place = `${file}:18:49: receivers::prometheus::config::scrape_configs::0::relabel_configs::3::replacement`;
  expect(process.stderr).toContain(`${place}: found \\"$TEAM\\", which is taken as it stands`);
  expect(process.stderr.match(/taken as it stands/g)).toHaveLength(1);
});

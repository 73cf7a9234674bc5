// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCorpusFile } from "./corpus.testing.ts";
import { effectiveConfig } from "./effective.ts";
import { load, telemetry, world } from "./fixtures.testing.ts";
import { toPlain } from "./located.ts";
import { formatOrigin, originOf } from "./origin.ts";
import { formatYaml } from "./yaml-text.ts";

type Loaded = Awaited<ReturnType<typeof load>>;
const write = (config: Loaded, reveal = true) => formatYaml(effectiveConfig(config, telemetry, { reveal }));
const read = (text: string) => load(["config.yaml"], world({ "config.yaml": text }));

/** What is built from a configuration. */
function built({ pipelines, ...config }: Loaded): unknown {
  const sections = [config.receivers, config.processors, config.exporters, config.connectors, config.extensions];
  const components = sections.map((section) => {
    const bodies: Iterable<[string, { readonly config: unknown; readonly used: boolean }]> = section;
    return Object.fromEntries([...bodies].map(([id, { config, used }]) => [id, { config, used }]));
  });
  const byId = new Map(pipelines.map((pipeline) => [pipeline.id, pipeline]));
  return { components, byId, order: config.extensionOrder, telemetry: config.telemetry };
}

const good = join(import.meta.dirname, "../../testdata/good");
describe("what is printed is the same configuration", () => {
  test.each(readdirSync(good).filter((name) => name.endsWith(".yaml")))("%s", async (name) => {
    const { uris, simulation } = readCorpusFile("good", name);
    const config = await load(uris, simulation);
    const text = write(config);
    const again = await read(text);
    expect(built(again)).toEqual(built(config));
    // A deprecated key that was written stays, and whatever else was worth telling; nothing new comes up.
    const told = new Set(config.warnings.map(({ message }) => message));
    expect(again.warnings.filter(({ message }) => !told.has(message))).toEqual([]);
    expect(write(again)).toBe(text);
    const hidden = write(config, false);
    expect(write(await read(hidden), false)).toBe(hidden);
  });
});

const example = `
receivers:
  scraper/a:
    interval: 90s
    body_size_limit: 10MB
    labels: {zone: 0123, price: "5$$"}
    jobs: [{name: x, targets: [localhost:80]}]
    raw: {password: hunter2, list: [1, null, "\${A}"]}
  otlp: {protocols: {http: , grpc: {enabled: false}}}
exporters:
  prometheusremotewrite:
    endpoint: https://me:hunter2@host/write
    headers: {X-Scope-OrgID: hunter2}
    password: \${env:PASSWORD}
    timeout: \${TIMEOUT:-1m}
    queue: {enabled: false}
service:
  pipelines:
    metrics: {receivers: [otlp, scraper/a], exporters: [prometheusremotewrite]}
`;
const loadExample = () => load(["c.yaml"], world({ "c.yaml": example }, { A: "b", PASSWORD: "hunter2" }));

test("an example", async () => {
  const config = await loadExample();
  expect(write(config, false)).not.toContain("hunter2");
  await expect(write(config, false)).toMatchFileSnapshot("../../testdata/effective.golden.yaml");
  expect(toPlain(effectiveConfig(config, telemetry, { reveal: true }))).toMatchObject({
    exporters: {
      prometheus_remote_write: {
        endpoint: "https://me:hunter2@host/write",
        headers: [{ name: "X-Scope-OrgID", value: "hunter2" }],
        password: "hunter2",
        queue: { enabled: false },
        timeout: "1m0s",
      },
    },
    receivers: {
      otlp: { protocols: { grpc: { enabled: false }, http: { endpoint: "localhost:4318", cors: { enabled: false } } } },
      "scraper/a": { interval: "1m30s", body_size_limit: "10MiB", labels: { zone: "0123", price: "5$" } },
    },
  });
});

test("each value knows where it came from", async () => {
  const config = await loadExample();
  const text = formatYaml(effectiveConfig(config, telemetry, { reveal: false }), {
    comment: (node) => formatOrigin(originOf(node)),
  });
  const lines = text.split("\n").map((shown) => shown.trim());
  /** `written` stands once in the example. */
  const check = (shown: string, written: string, from = "") => {
    const before = example.slice(0, example.indexOf(written)).split("\n");
    expect(lines).toContain(`${shown}  # c.yaml:${before.length}:${before.at(-1)!.length + 1}${from}`);
  };
  check("interval: 1m30s", "90s");
  check("- localhost:80", "localhost:80");
  check("- b", '"${A}"', " (env:A)");
  check("- name: X-Scope-OrgID", "hunter2}\n    password");
  check("password: '[REDACTED]'", "${env:PASSWORD}", " (env:PASSWORD)");
  check("timeout: 1m0s", "${TIMEOUT", " (env:TIMEOUT (default))");
  check("enabled: false", "false}\nservice");
  check("- prometheus_remote_write", "prometheusremotewrite]");
  expect(lines).toContain("replacement: $$1  # default");
});

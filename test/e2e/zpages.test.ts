/** What the zpages show of a collector whose pipelines a forward connector joins. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, temporaryFolder, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { runCollector } from "./collector.ts";
import { startTargets } from "./targets.ts";

test("zpages show pipelines, their components, and how batches fared", { timeout: 30_000 }, async () => {
  const targets = await startTargets();
  targets.set("metrics", { body: "up_since 1\n" });
  const [port, pages] = [await freePort(), await freePort()];
  const file = join(await temporaryFolder(), "config.yaml");
  await writeFile(
    file,
    `receivers:
  prometheus:
    config:
      scrape_configs: [{job_name: shop, scrape_interval: 100ms, static_configs: [{targets: ["${targets.address}"]}]}]
connectors: {forward: }
exporters: {nop: }
extensions: {zpages: {endpoint: "localhost:${pages}", expvar: {enabled: true}}}
service:
  extensions: [zpages]
  telemetry:
    logs: {encoding: json}
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${port}}}}}]}
  pipelines:
    metrics/in: {receivers: [prometheus], exporters: [forward]}
    metrics/out: {receivers: [forward], exporters: [nop]}
`,
  );
  const collector = await runCollector({ file, port });
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${pages}${path}`);
    const text = await answer.text();
    return { answer, text, words: text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ") };
  };
  const operations = async () => {
    const { text } = await get("/debug/tracez?format=json");
    return (JSON.parse(text) as { operations: { name: string; taken: number[] }[] }).operations;
  };
  await waitFor(async () => (await operations()).length === 3, { what: "a batch at each component" });
  expect((await operations()).map(({ name }) => name)).toEqual([
    "connector/forward/metrics",
    "exporter/nop/metrics",
    "receiver/prometheus/metrics",
  ]);

  const index = await get("/");
  expect(index.answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  for (const [, path = ""] of index.text.matchAll(/href="([^"]+)"/g)) {
    expect((await get(path.replaceAll("&amp;", "&"))).answer.status, path).toBe(200);
  }
  expect((await get("/debug/servicez")).words).toContain("None of the 4 components reports an error.");
  const { words } = await get("/debug/pipelinez");
  expect(words).toContain("metrics/in Receivers prometheus ok Exporters forward connector ok");
  expect(words).toContain("metrics/out Receivers forward connector ok Exporters nop ok");
  expect((await get("/debug/extensionz")).words).toContain("zpages ok");
  expect(await collector.stop()).toBe(0);
});

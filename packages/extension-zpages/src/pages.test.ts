import type { Host, Operation } from "@sluice/component";
import { expect, test } from "vitest";
import { createSite } from "./site.testing.ts";

const operation = (name: string, more: Partial<Operation> = {}): Operation => {
  return { name, running: 0, taken: [0, 0, 0, 0, 0, 0, 0, 0, 0], refused: 0, samples: [], ...more };
};
const host: Partial<Host> = {
  pipelines: () => [
    { id: "metrics", signal: "metrics", receivers: ["in"], processors: ["step"], exporters: ["join"] },
    { id: "metrics/2", signal: "metrics", receivers: ["join"], processors: [], exporters: ["out/a"] },
  ],
  extensions: () => ["zpages", "health_check"],
  featureGates: () => [{ id: "a.b", stage: "beta", enabled: true, description: "Does b." }],
};
/** The text of a page, without its markup. */
const textOf = (page: string): string =>
  page
    .slice(page.indexOf("<h1>"))
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

test("service: build, process, and who reports an error", () => {
  const site = createSite(host);
  site.hear("receiver", "in", "ok");
  expect(textOf(site.page("/debug/servicez"))).toContain("ok None of the 1 components reports an error.");
  site.hear("exporter", "out/a", "permanent_error", new Error("no", { cause: new Error("why") }), 65_000);
  const page = site.page("/debug/servicez");
  expect(textOf(page)).toContain("1 of 2 components report an error:");
  expect(textOf(page)).toMatch(/exporter out\/a permanent error 2025-12-31T23:58:55.000Z \(65s ago\) no: why/);
  expect(page).toContain(
    'href="/debug/pipelinez?pipelinenamez=metrics%2F2&amp;componentnamez=out%2Fa&amp;componentkindz=exporter"',
  );
  expect(textOf(page)).toMatch(/Heap in use 9\.5 MiB of at most 953\.7 MiB/);
  expect(site.json("/debug/servicez")).toMatchObject({
    build: { command: "sluice", version: "0.0.0" },
    runtime: { started_at: "2026-01-01T00:00:00.000Z", uptime_seconds: 0, runs_on: "simulation" },
    components: { total: 2, troubled: 1 },
    troubled: [{ kind: "exporter", id: "out/a", status: "permanent_error", last_error: { text: "no: why" } }],
  });
});

test("pipelines: each component with its status, connectors as such", () => {
  const site = createSite(host);
  site.hear("receiver", "in", "ok");
  site.hear("connector", "join", "starting");
  const text = textOf(site.page("/debug/pipelinez"));
  expect(text).toContain("metrics Receivers in ok Processors step unknown Exporters join connector starting");
  expect(text).toContain("metrics/2 Receivers join connector starting Exporters out/a unknown");
  expect(site.json("/debug/pipelinez")).toMatchObject({
    pipelines: [
      { id: "metrics", signal: "metrics", receivers: [{ kind: "receiver", id: "in", status: "ok" }] },
      { id: "metrics/2", receivers: [{ kind: "connector", id: "join" }], processors: [] },
    ],
  });
});

test("pipelines: one component, by upstream's parameters", () => {
  const operations = () => [operation("exporter/out/a/metrics", { refused: 5 }), operation("exporter/out/metrics")];
  const site = createSite({ ...host, operations });
  site.hear("exporter", "out/a", "recoverable_error", new Error("late"), 1500);
  site.hear("connector", "join", "ok");
  const ask = (pipeline: string, name: string, kind: string): string =>
    `/debug/pipelinez?pipelinenamez=${pipeline}&componentnamez=${name}&componentkindz=${kind}`;
  const text = textOf(site.page(ask("metrics/2", "out/a", "exporter")));
  expect(text).toContain(
    "exporter out/a Status recoverable error Since 2025-12-31T23:59:58.500Z (1.5s ago) Last error late",
  );
  expect(text).toContain("exporter/out/a/metrics 0 0 0 0 0 0 0 0 0 0 5 ");
  expect(text).not.toContain("exporter/out/metrics");
  expect(site.json(ask("metrics/2", "out/a", "exporter"))).toMatchObject({
    component: { id: "out/a", operations: [{ name: "exporter/out/a/metrics", refused: 5 }] },
  });
  expect(textOf(site.page(ask("metrics", "join", "exporter")))).toContain("connector join Status ok");
  expect(textOf(site.page(ask("metrics", "out/a", "exporter")))).toContain("Pipeline metrics has no exporter out/a .");
  expect(textOf(site.page("/debug/pipelinez?componentnamez=x"))).toContain("has no");
});

test("extensions and feature gates", () => {
  const site = createSite(host);
  site.hear("extension", "zpages", "ok");
  expect(textOf(site.page("/debug/extensionz"))).toMatch(
    /zpages ok 2026-01-01T00:00:00.000Z \(0s ago\) health_check unknown/,
  );
  expect(textOf(site.page("/debug/extensionz?extensionnamez=zpages"))).toContain("extension zpages Status ok");
  expect(textOf(site.page("/debug/extensionz?extensionnamez=x"))).toContain("No extension x runs here.");
  expect(textOf(site.page("/debug/featurez"))).toContain("a.b on beta Does b.");
  expect(site.json("/debug/featurez")).toEqual({ feature_gates: host.featureGates?.() });
  expect(textOf(createSite().page("/debug/featurez"))).toContain("There are no feature gates.");
});

test("latencies: counts by bucket, and the examples of the one that is asked for", () => {
  const taken = [0, 0, 0, 2, 0, 0, 0, 0, 1];
  const samples = [
    { at: 0, durationMs: 1.23456, items: 7, error: undefined },
    { at: 0, durationMs: 200_000, items: 8, error: undefined },
    { at: 0, durationMs: 2, items: 9, error: "no" },
  ];
  const site = createSite({
    operations: () => [operation("exporter/x/logs", { running: 4, taken, refused: 1, samples })],
  });
  const all = site.page("/debug/tracez");
  expect(textOf(all)).toContain("≥ 10µs ≥ 100µs ≥ 1ms ≥ 10ms ≥ 100ms ≥ 1s ≥ 10s ≥ 100s Refused");
  expect(textOf(all)).toContain("exporter/x/logs 4 0 0 0 2 0 0 0 0 1 1");
  const check = (link: string, expected: string): void => {
    const target = `/debug/tracez?zspanname=exporter%2Fx%2Flogs&${link}`;
    expect(all).toContain(`href="${target.replaceAll("&", "&amp;")}#examples"`);
    expect(textOf(site.page(target))).toContain(expected);
  };
  const epoch = "1970-01-01T00:00:00.000Z";
  check("ztype=1&zlatencybucket=3", `taken within 1ms to 10ms Began Took Items ${epoch} 1.23ms 7`);
  check("ztype=1&zlatencybucket=8", `taken within 100s or more Began Took Items ${epoch} 3m20s 8`);
  check("ztype=2", `refused Began Took Items Error ${epoch} 2ms 9 no`);
  for (const odd of [
    "",
    "ztype=1&zlatencybucket=99",
    "zlatencybucket=x",
    "zlatencybucket=-1",
    "zlatencybucket=length",
  ]) {
    expect(textOf(site.page(`/debug/tracez?zspanname=exporter/x/logs&${odd}`)), odd).toContain("3m20s 8");
  }
  expect(textOf(site.page("/debug/tracez?zspanname=other"))).toContain("There are none.");
  expect(textOf(createSite().page("/debug/tracez"))).toContain("No batch came by yet");
  expect(site.json("/debug/tracez")).toMatchObject({
    bounds_ms: [0, 0.01, 0.1, 1, 10, 100, 1000, 10_000, 100_000],
    operations: [{ name: "exporter/x/logs", taken, samples: [{ at: epoch, duration_ms: 1.23456, items: 7 }, {}, {}] }],
  });
});

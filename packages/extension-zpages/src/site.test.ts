import type { Operation } from "@sluice/component";
import { expect, test } from "vitest";
import { createSite } from "./site.testing.ts";

const nasty = `x"'<script>&`;
const operation: Operation = {
  name: `exporter/${nasty}/metrics`,
  running: 2,
  taken: [0, 3, 0, 0, 0, 0, 0, 0, 1],
  refused: 1,
  samples: [
    { at: 1000, durationMs: 150_000, items: 7, error: undefined },
    { at: 2000, durationMs: 0.05, items: 8, error: undefined },
    { at: 3000, durationMs: 5, items: 9, error: nasty },
  ],
};
const host = {
  pipelines: () => [
    { id: "metrics", signal: "metrics" as const, receivers: ["in"], processors: ["step"], exporters: ["join", nasty] },
  ],
  extensions: () => ["zpages", nasty],
  featureGates: () => [{ id: nasty, stage: "beta" as const, enabled: true, description: nasty }],
  operations: () => [operation],
};
const paths = ["/debug/servicez", "/debug/pipelinez", "/debug/extensionz", "/debug/featurez", "/debug/tracez"];

test("every page leads to every other", () => {
  const site = createSite(host);
  for (const from of ["/", ...paths, "/nowhere"]) {
    for (const to of ["/", ...paths]) expect(site.page(from), from).toContain(`href="${to}"`);
  }
  expect(site.page("/")).not.toContain("expvarz");
});

test("no page lets a name, an error or an address become markup", () => {
  const site = createSite(host, true);
  site.hear("exporter", nasty, "recoverable_error", new Error(nasty));
  const asked = encodeURIComponent(nasty);
  const pages = [
    "/",
    ...paths,
    `/${nasty}`,
    `/debug/extensionz?extensionnamez=${asked}`,
    `/debug/extensionz?extensionnamez=y${asked}`,
    `/debug/pipelinez?pipelinenamez=metrics&componentnamez=${asked}&componentkindz=exporter`,
    `/debug/pipelinez?pipelinenamez=${asked}&componentnamez=${asked}&componentkindz=${asked}`,
    `/debug/tracez?zspanname=exporter/${asked}/metrics&ztype=2&${asked}=${asked}`,
    `/debug/tracez?zspanname=${asked}`,
  ];
  for (const target of pages) {
    const page = site.page(target);
    expect(page, target).not.toMatch(/<script|x"'|="[^"]*[<>]/);
    expect(page.match(/&(?!(amp|lt|gt|quot|#39);)/), target).toBe(null);
  }
});

test("answers run nothing, are not kept, and looking is all that can be done", () => {
  const site = createSite(host);
  for (const target of ["/", ...paths, "/nowhere", "/debug/zpages.css", "/debug/tracez?format=json"]) {
    const { headers } = site.ask(target);
    expect(headers?.["content-security-policy"], target).toMatch(/^default-src 'none'; style-src 'self';/);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
    if (headers?.["content-type"]?.startsWith("text/html"))
      expect(site.page(target), target).not.toMatch(/style=|<script/);
  }
  expect(site.ask("/", {}, "HEAD").status).toBe(200);
  expect(site.ask("/", {}, "POST")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  expect(site.ask("/debug/servicez/").status).toBe(404);
  expect(site.ask("/debug/expvarz").status).toBe(404);
});

test("the same as JSON, when asked for", () => {
  const site = createSite(host);
  const type = (target: string, accept: string): string | undefined =>
    site.ask(target, { accept }).headers?.["content-type"];
  const [html, json] = ["text/html; charset=utf-8", "application/json"];
  expect(type("/debug/servicez", "application/json")).toBe(json);
  expect(type("/debug/servicez?format=json", "text/html")).toBe(json);
  expect(type("/debug/servicez", "text/html,application/json;q=0.9,*/*")).toBe(html);
  expect(type("/debug/servicez", "*/*")).toBe(html);
  expect(site.page("/debug/tracez?zspanname=a%26b")).toContain('href="/debug/tracez?zspanname=a%26b&amp;format=json"');
  expect(site.json("/")).toMatchObject({ pages: [{ path: "/debug/servicez", title: "Service" }, {}, {}, {}, {}] });
});

test("variables are served when they are enabled, as JSON", () => {
  const site = createSite(host, true);
  expect(site.page("/")).toContain('href="/debug/expvarz"');
  const { headers, body } = site.ask("/debug/expvarz", { accept: "text/html" });
  expect(headers?.["content-type"]).toBe("application/json");
  expect(JSON.parse(String(body))).toMatchObject({
    cmdline: ["sluice"],
    memstats: { Sys: 50e6, HeapSys: 20e6, HeapAlloc: 10e6 },
    runtime: { pid: 1 },
  });
});

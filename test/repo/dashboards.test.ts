/** Dashboards and alerts are whole: what Grafana and Prometheus expect of them, and what the documents say of them. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { alertGroups } from "../../scripts/dashboards/alerts.ts";
import { dashboardFiles } from "../../scripts/dashboards/files.ts";
import { ownMetrics } from "../../scripts/dashboards/queries.ts";
import { root } from "../../scripts/packages.ts";
import { anchorOf, parseMarkdown } from "./markdown.ts";
import { read } from "./tree.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly datasource?: unknown;
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly datasource: unknown }[];
}
interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
  readonly panels: readonly Panel[];
}
const files = ["dashboards/collector.json", "dashboards/targets.json"];
const dashboards = files.map((file) => [file, JSON.parse(read(file)) as Dashboard] as const);
const rules = Object.values(alertGroups).flat();

/** Added by a scraper to each target, and what the rules record. */
const others =
  "up target_info sluice:memory_limit_bytes scrape_duration_seconds scrape_timeout_seconds scrape_samples_scraped " +
  "scrape_samples_post_metric_relabeling scrape_series_added scrape_sample_limit scrape_body_size_bytes";
const known = new Set([...[...ownMetrics.values()].flat(), ...others.split(" ")]);
/** Names in a query that are none of a metric that there is. */
function unknownNames(query: string): string[] {
  // Without matchers, texts, and the lists of labels behind by, on and group_left.
  const bare = query.replaceAll(/\{[^}]*\}|"[^"]*"|\b(?:by|on|group_left)\s*\([^)]*\)/g, " ");
  const names = [...bare.matchAll(/(?<![\w$:])([a-z_:][\w:]*)(?!\s*\(|\w)/gi)].map(([, name = ""]) => name);
  const words = /^(?:by|on|or|and|unless|offset|group_left|\d.*|[smhd])$/;
  return names.filter((name) => !words.test(name) && !known.has(name));
}

test("what is committed is what is described", () => {
  for (const [path, text] of dashboardFiles()) expect(read(path)).toBe(text);
});

describe.each(dashboards)("%s", (_, { uid, schemaVersion, templating, panels }) => {
  const shown = panels.filter(({ type }) => type !== "row");
  test("names itself, its version and its data source", () => {
    expect(uid).toMatch(/^sluice-[a-z]+$/);
    expect(schemaVersion).toBe(39);
    const [first, ...variables] = templating.list;
    expect(first).toMatchObject({ name: "datasource", type: "datasource", query: "prometheus" });
    for (const { name, query } of variables) expect(query).toMatch(new RegExp(`^label_values\\(.+, ${name}\\)$`));
  });

  test("every panel has a number and a title of its own", () => {
    expect(panels.map(({ id }) => id)).toEqual(panels.map((__, index) => index + 1));
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  test("no panel is outside of the grid, or over another", () => {
    const cells = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.get(`${x} ${y}`), `${title} stands there too`).toBe(undefined);
          cells.set(`${x} ${y}`, title);
        }
      }
    }
  });

  test.each(shown)("$title: is described, and has a unit and queries", ({ description, fieldConfig, targets = [] }) => {
    expect(description).toMatch(/^[A-Z].{15,}\.$/);
    expect(["short", "none", "cps", "reqps", "percentunit", "bytes", "s"]).toContain(fieldConfig?.defaults.unit);
    expect(targets.map(({ refId }) => refId)).toEqual(["A", "B", "C", "D", "E", "F", "G"].slice(0, targets.length));
    expect(targets.length).toBeGreaterThan(0);
  });

  test.each(shown)("$title: asks the chosen data source for metrics that there are", ({ datasource, targets = [] }) => {
    const source = { type: "prometheus", uid: "${datasource}" };
    expect([datasource, ...targets.map((one) => one.datasource)]).toEqual([source, ...targets.map(() => source)]);
    expect(targets.flatMap(({ expr }) => unknownNames(expr))).toEqual([]);
    const variables = new Set(["__rate_interval", "__range", ...templating.list.map(({ name }) => name)]);
    const used = targets.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name = ""]) => name));
    expect(used.filter((name) => !variables.has(name))).toEqual([]);
  });
});

test("names that no metric has are found", () => {
  expect(unknownNames('sum by (job) (rate(sluice_reloads{job="a"}[5m])) / on (job) group_left () up')).toEqual([]);
  expect(unknownNames("max(sluice_relods_total or sluice_reloads_total offset 10m)")).toEqual(["sluice_relods_total"]);
});

describe("alerts", () => {
  test.each(rules)("$name: says what to do, and what it looks at is part of it", (rule) => {
    expect(rule.expr.replaceAll(/\s+/g, " ")).toContain(rule.value.replaceAll(/\s+/g, " "));
    expect(unknownNames(rule.expr)).toEqual([]);
    expect(rule.summary).toMatch(/\.$/);
    expect(rule.description.length).toBeGreaterThan(100);
  });

  test("each has a section in the document, and the other way round", () => {
    const { headings } = parseMarkdown(read("docs/alerts.md"));
    expect(headings.filter((heading) => heading.startsWith("Sluice"))).toEqual(rules.map(({ name }) => name));
    for (const { name } of rules) expect(read("dashboards/alerts.yaml")).toContain(`/alerts.md#${anchorOf(name)}\n`);
    const sections = read("docs/alerts.md").split("\n## ").slice(1);
    for (const section of sections) expect(section).toMatch(/\*\*Means\*\*: .+\*\*Look at\*\*: .+\*\*Mend\*\*: /s);
  });

  test("panels that the document names are there", () => {
    const titles = new Set(dashboards.flatMap(([, { panels }]) => panels.map(({ title }) => title)));
    const prose = read("docs/alerts.md")
      .split("## Sluice")
      .slice(1)
      .join("")
      .replaceAll(/`[^`]*`/g, "");
    const named = [...prose.matchAll(/"([A-Z][^"]+)"/g)].map(([, title = ""]) => title);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((title) => !titles.has(title))).toEqual([]);
  });

  test("fire when they should, and only then", () => {
    const promtool = (...args: string[]) =>
      execFileSync("/usr/bin/promtool", args, { cwd: join(root, "dashboards"), encoding: "utf8", stdio: "pipe" });
    expect(promtool("check", "rules", "alerts.yaml")).toContain(`SUCCESS: ${rules.length + 1} rules found`);
    expect(promtool("test", "rules", "alerts.test.yaml")).toContain("SUCCESS");
  });

  test("each is tried both ways", () => {
    const { tests } = parseYaml(read("dashboards/alerts.test.yaml")) as {
      readonly tests: readonly {
        readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: readonly unknown[] }[];
      }[];
    };
    const cases = tests.flatMap((one) => one.alert_rule_test);
    const tried = (fires: boolean) =>
      new Set(cases.filter((one) => (one.exp_alerts?.length ?? 0) > 0 === fires).map(({ alertname }) => alertname));
    expect([...tried(true)].toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
    expect([...tried(false)].toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
  });
});

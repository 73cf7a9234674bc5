import { expect, test } from "vitest";
import type { Case, CaseName, CaseResult, Row, Target } from "./cases.ts";
import type { CollectorName } from "./collectors.ts";
import type { Figures } from "./figures.ts";
import { judge, verdict } from "./judge.ts";
import { plainLoad } from "./load.ts";

function row(collector: CollectorName, figures: Figures): Row {
  return { collector, version: "1", runs: 3, figures, problems: [], remarks: [] };
}

function result(name: CaseName, ...rows: Row[]): CaseResult {
  const course = { warmUp: 1, window: 1 };
  const one: Case = {
    name,
    title: name,
    kind: "scrape",
    load: plainLoad,
    peers: [],
    full: course,
    figures: [],
    targets: [],
  };
  return { case: one, rows };
}

const stable = result(
  "stable",
  row("sluice", { cpuPerMillion: 0.3, rssMax: 90e6 }),
  row("vmagent", { cpuPerMillion: 2 }),
);
const without = result("labels", row("sluice", { cpuPerMillion: 0.36 }), row("vmagent-debian", { cpuPerMillion: 1.8 }));

function check(target: Target, of: CaseResult, wanted: string, found: string, text: string): void {
  const judgement = judge(target, of, [stable, without]);
  expect([judgement.wanted, judgement.found, verdict(judgement)]).toEqual([wanted, found, text]);
}

const cpu = { figure: "cpuPerMillion", against: { peer: "vmagent" } } as const;

test("a ratio that is met", () => check({ ...cpu, most: 0.15 }, stable, "CPU s/M <= 0.15 of vmagent", "0.150", "met"));
test("a ratio that is missed", () =>
  check({ ...cpu, most: 0.1 }, stable, "CPU s/M <= 0.10 of vmagent", "0.150", "missed by 1.50 x"));
test("at least so much", () =>
  check({ ...cpu, least: 0.3 }, stable, "CPU s/M >= 0.30 of vmagent", "0.150", "missed by 2.00 x"));
test("without vmagent Debian's stands for it", () =>
  check({ ...cpu, most: 0.25 }, without, "CPU s/M <= 0.25 of vmagent-debian", "0.200", "met"));
test("against another case", () =>
  check(
    { figure: "cpuPerMillion", most: 4 / 3, against: { case: "stable" } },
    without,
    "CPU s/M <= 1.33 of case stable",
    "1.200",
    "met",
  ));
test("against a case that was not run", () =>
  check(
    { figure: "cpuPerMillion", most: 1, against: { case: "gzip" } },
    without,
    "CPU s/M <= 1.00 of case gzip",
    "not measured",
    "not measured",
  ));
test("a figure itself, in its unit", () =>
  check({ figure: "rssMax", most: 60e6 }, stable, "RSS max MB <= 60", "90", "missed by 1.50 x"));
test("a published figure says where from", () =>
  check({ figure: "rssMax", most: 100e6, from: "published" }, stable, "RSS max MB <= 100 (published)", "90", "met"));
test("a figure ours does not have", () =>
  check({ figure: "loopP999", most: 50 }, stable, "loop p99.9 ms <= 50.0", "not measured", "not measured"));
test("nothing of ours", () => {
  const peersOnly = result("gzip", row("vmagent", { cpuPerMillion: 2 }));
  check({ ...cpu, most: 1 }, peersOnly, "CPU s/M <= 1.00 of vmagent", "not measured", "not measured");
});
test("shrinking is flat", () => {
  const shrunk = result("churn", row("sluice", { rssGrowth: -0.2 }));
  check({ figure: "rssGrowth", most: 0.05 }, shrunk, "RSS growth % <= 5.0", "-20.0", "met");
});

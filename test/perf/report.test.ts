import { expect, test } from "vitest";
import { cellsOf } from "../../scripts/markdown.ts";
import type { Case, CaseResult, Row } from "./cases.ts";
import { cases } from "./cases.ts";
import { medians, showFigure } from "./figures.ts";
import { plainLoad } from "./load.ts";
import { caseReport, caseTable, report, verdictTable } from "./report.ts";

const one: Case = {
  name: "stable",
  title: "Some targets",
  note: "In a note.",
  kind: "scrape",
  load: plainLoad,
  peers: ["vmagent", "otelcol"],
  full: { warmUp: 1, window: 1 },
  figures: ["cpuPerMillion", "rssMax", "lost", "loopP99"],
  targets: [
    { figure: "cpuPerMillion", most: 0.15, against: { peer: "vmagent" } },
    { figure: "rssMax", most: 100e6 },
  ],
};

function row(collector: Row["collector"], figures: Row["figures"], ...problems: string[]): Row {
  return { collector, version: "1", runs: 3, figures, problems, remarks: [] };
}

const result: CaseResult = {
  case: one,
  rows: [
    row("sluice", { cpuPerMillion: 0.5, rssMax: 90e6, lost: 0 }),
    row("vmagent", { cpuPerMillion: 2, rssMax: 60e6, lost: 3 }, "3 samples lost"),
    row("otelcol", {}, "cannot start | at all"),
  ],
};

function lines(text: string): string[][] {
  return text.split("\n").map(cellsOf);
}

test("ratios first, then figures, then what is to be known", () =>
  expect(lines(caseTable(result))).toEqual([
    ["collector", "version", "runs", "CPU / vmagent", "RSS / vmagent", "CPU s/M", "RSS max MB", "lost", "remarks"],
    expect.anything(),
    ["sluice", "1", "3", "0.25", "1.50", "0.50", "90", "0", "none"],
    ["vmagent", "1", "3", "1.00", "1.00", "2.00", "60", "3", "3 samples lost"],
    ["otelcol", "1", "3", "-", "-", "-", "-", "-", "cannot start | at all"],
  ]));
test("a collector alone is compared with nobody", () =>
  expect(lines(caseTable({ ...result, rows: result.rows.slice(0, 1) }))[0]).not.toContain("CPU / sluice"));
test("without vmagent Debian's is the reference", () => {
  const rows = [result.rows[0]!, row("vmagent", {}, "gone"), row("vmagent-debian", { cpuPerMillion: 1 })];
  expect(lines(caseTable({ ...result, rows }))[0]).toContain("CPU / vmagent-debian");
});
test("a case that was left out says why", () =>
  expect(caseReport({ case: one, rows: [], leftOut: "there is no processor" })).toContain(
    "Left out: there is no processor.",
  ));
test("each target and its verdict", () =>
  expect(lines(verdictTable([result])).slice(2)).toEqual([
    ["Some targets", "CPU s/M <= 0.15 of vmagent", "0.250", "missed by 1.67 x"],
    ["Some targets", "RSS max MB <= 100", "90", "met"],
  ]));
test("a whole report", () => {
  const text = report(["A machine.", "A day."], [result]);
  expect(text.split("\n").filter((line) => /^(A |###|`|In)/.test(line))).toEqual([
    "A machine.",
    "A day.",
    "### Some targets",
    "`stable`",
    "In a note.",
  ]);
});

test("medians are taken figure by figure", () =>
  expect(medians([{ lost: 3, ready: 5 }, { lost: 1 }, { lost: 2, ready: 7 }])).toEqual({ lost: 2, ready: 7 }));
test("figures have their unit", () =>
  expect([showFigure("rssMax", 12_345_678), showFigure("rssGrowth", 0.05), showFigure("lost", undefined)]).toEqual([
    "12",
    "5.0",
    "-",
  ]));

test("every case can be told apart and shows what its targets are about", () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  const hidden = cases.flatMap(({ name, figures, targets }) =>
    targets.filter(({ figure }) => !figures.includes(figure)).map(({ figure }) => `${name} ${figure}`),
  );
  expect(hidden).toEqual([]);
});

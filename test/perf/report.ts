/** The tables of the bench: Markdown, which reads well on a terminal too. */
import { table } from "../../scripts/markdown.ts";
import type { CaseResult, Row } from "./cases.ts";
import { type Figure, showFigure, titleOf } from "./figures.ts";
import { judge, verdict } from "./judge.ts";
import { withoutFolders } from "./words.ts";

/** Whom the others are compared with: the first that was measured. */
const references = ["vmagent", "vmagent-debian", "otelcol"] as const;
const ratios = [
  ["CPU", "cpuPerMillion"],
  ["RSS", "rssMax"],
  ["most", "most"],
] as const;

function referenceOf(rows: readonly Row[]): Row | undefined {
  return references
    .flatMap((name) => rows.filter((row) => row.collector === name))
    .find(({ figures }) => figures.cpuPerMillion !== undefined);
}

function ratio(row: Row, reference: Row, figure: Figure): string {
  const [value, base] = [row.figures[figure], reference.figures[figure]];
  return value === undefined || base === undefined ? "-" : (value / base).toFixed(2);
}

/** One row a collector: ratios first, then figures, then what is to be known of them. */
export function caseTable({ case: one, rows }: CaseResult): string {
  const reference = referenceOf(rows);
  const compared =
    reference === undefined || rows.length === 1 ? [] : ratios.filter(([, figure]) => reference.figures[figure]);
  const shown = one.figures.filter((figure) => rows.some(({ figures }) => figures[figure] !== undefined));
  const head = [
    "collector",
    "version",
    "runs",
    ...compared.map(([name]) => `${name} / ${reference?.collector}`),
    ...shown.map(titleOf),
    "remarks",
  ];
  const cells = rows.map((row) => [
    row.collector,
    row.version,
    String(row.runs),
    ...compared.map(([, figure]) => (reference === undefined ? "-" : ratio(row, reference, figure))),
    ...shown.map((figure) => showFigure(figure, row.figures[figure])),
    withoutFolders([...row.problems, ...row.remarks].join("; ")) || "none",
  ]);
  return table(head, cells);
}

/** A case under its title. */
export function caseReport(result: CaseResult): string {
  const { case: one, leftOut } = result;
  const note = one.note === undefined ? [] : [one.note, ""];
  const body = leftOut === undefined ? caseTable(result) : `Left out: ${leftOut}.`;
  return [`### ${one.title}`, "", `\`${one.name}\``, "", ...note, body].join("\n");
}

/** All targets of the cases that were run, and what became of each. */
export function verdictTable(results: readonly CaseResult[]): string {
  const rows = results.flatMap((result) =>
    result.case.targets.map((target) => {
      const judgement = judge(target, result, results);
      return [result.case.title, judgement.wanted, judgement.found, verdict(judgement)];
    }),
  );
  return table(["case", "target", "found", "verdict"], rows);
}

/** What a bench gave, whole. */
export function report(about: readonly string[], results: readonly CaseResult[]): string {
  return [
    ...about.flatMap((line) => [line, ""]),
    verdictTable(results),
    ...results.map((one) => `\n${caseReport(one)}`),
  ].join("\n");
}

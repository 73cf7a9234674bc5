import { expect, test } from "vitest";
import type { Difference } from "./compare.ts";
import { reportJson, reportText } from "./report.ts";

const base = { scrapes: 3, series: 4, right: 1, stored: 9, moments: [], addedLabels: [] };
const difference = (kind: Difference["kind"], series: string, ...samples: Difference["samples"]): Difference => ({
  kind,
  series,
  samples,
});

test("nothing is wrong", () => {
  expect(reportText({ ...base, scrapes: 1, right: 12, differences: [] })).toBe(
    "1 scrape, 4 series, 12 samples as exposed: the backend holds exactly what was exposed\n",
  );
});

test("a table of what is wrong", () => {
  const at = (seconds: number, expected?: string, found?: string) => ({
    seconds,
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
  });
  const differences = [
    difference("missing", "a{}", at(3661.5, "1"), at(3662, "2"), at(3663, "3"), at(3664, "4"), at(3665, "5")),
    difference("different", 'longer{x="y"}', at(86_399.999, "1", "2")),
    difference("missing scrape", "", at(0)),
  ];
  expect(reportText({ ...base, differences, addedLabels: ["az", "cluster"] })).toBe(
    `3 scrapes, 4 series, 1 sample as exposed, 3 differences:
  missing         a{}            01:01:01.500 1, 01:01:02.000 2, 01:01:03.000 3 and 2 more
  different       longer{x="y"}  23:59:59.999 expected 1, found 2
  missing scrape  all series     00:00:00.000
labels that were not exposed: az, cluster; --label or --ignore-label leaves one out
`,
  );
});

test("a job that the backend does not know", () => {
  const differences = [difference("missing scrape", "", { seconds: 0 })];
  expect(reportText({ ...base, right: 0, differences, stored: 0 })).toBe(
    `3 scrapes, 4 series, 0 samples as exposed, 1 difference:
  missing scrape  all series  00:00:00.000
the backend has no series of this job at all: are --job and --label those it was written with?
`,
  );
});

test("a long table is cut, JSON is not", () => {
  const differences = Array.from({ length: 50 }, (_, i) =>
    difference("unexpected", `x${i}{}`, { seconds: 1, found: "1" }),
  );
  const text = reportText({ ...base, differences });
  expect(text.split("\n")).toHaveLength(43);
  expect(text).toContain("\n  and 10 more\n");
  expect(JSON.parse(reportJson({ ...base, differences }))).toEqual({ ...base, differences });
});

import { expect, test } from "vitest";
import { Differences } from "./compare.ts";
import { addNotEnded, endedAt, namesOf } from "./ended.ts";
import type { Expected, Series } from "./expected.ts";

const options = { ignoredLabels: new Set(["job"]) };
const series = (name: string, type: string, ...times: readonly number[]) => ({
  metric: { __name__: name, x: "1" },
  type,
  values: times.map((seconds) => [seconds, "7"] as const),
});
const expected: Expected = {
  resultType: "matrix",
  scrapes: [100, 110, 120],
  result: [series("always", "", 100, 110, 120), series("first", "counter", 100), series("later", "", 110, 120)],
};
const keysAt = (scrape: number) => [...endedAt(scrape, expected, options).keys()];

test("what has ended is what was there before and is not there", () => {
  expect([100, 110, 120].map(keysAt)).toEqual([[], ['first{x="1"}'], ['first{x="1"}']]);
});

test("a counter may have got a name of its own on its way", () => {
  expect(namesOf(endedAt(110, expected, options))).toEqual(["first", "first_total"]);
});

test("only what has ended is wrong, under either name", () => {
  const ended = endedAt(110, expected, options);
  const shown = (name: string) => ({ metric: { __name__: name, x: "1", job: "j" }, values: [[110, "7"]] as const });
  const found = { kind: "not ended", series: 'first{x="1"}', samples: [{ seconds: 110, found: "7" }] };
  const wrongOf = (...all: readonly Series[]) => {
    const differences = new Differences();
    addNotEnded(differences, all, ended, options);
    return differences.list();
  };
  expect(wrongOf(shown("always"), shown("later"))).toEqual([]);
  expect(wrongOf(shown("first"))).toEqual([found]);
  expect(wrongOf(shown("first_total"))).toEqual([found]);
});

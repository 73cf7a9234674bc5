import { expect, test } from "vitest";
import { cases } from "./cases.ts";
import { compare, describe } from "./compare.ts";
import { listed } from "./differences.ts";
import { run } from "./ours.ts";
import { readAnswer } from "./theirs.ts";

const names = cases.map(({ name }) => name);

test("there are enough cases, and all that is listed is of one of them", () => {
  expect(cases.length).toBeGreaterThan(70);
  expect(new Set(names).size).toBe(names.length);
  expect(listed.flatMap(({ cases }) => Object.keys(cases)).filter((name) => !names.includes(name))).toEqual([]);
});

test.each(cases.map((one) => [one.name, one] as const))("%s", async (name, one) => {
  const theirs = await readAnswer(name);
  expect(theirs.length).toBeGreaterThan(3);
  const found = compare(await run(one), theirs).map(describe);
  // By reason, how many: one that is not listed fails, and so does one that is and differs no longer.
  const seen: Record<string, number> = {};
  for (const text of found) {
    const reason = listed.find(({ what, cases }) => name in cases && what.test(text))?.reason ?? text;
    seen[reason] = (seen[reason] ?? 0) + 1;
  }
  const expected = listed.filter(({ cases }) => name in cases).map(({ reason, cases }) => [reason, cases[name]]);
  expect(seen, found.join("\n")).toEqual(Object.fromEntries(expected));
});

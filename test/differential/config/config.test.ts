import { expect, test } from "vitest";
import { readCases } from "./cases.ts";
import { differences } from "./compare.ts";
import { listed } from "./differences.ts";
import { ask } from "./ours.ts";
import { readAnswers } from "./theirs.ts";

const cases = readCases();
const answers = readAnswers();

test("there are enough cases, and an answer to each", () => {
  expect(cases.length).toBeGreaterThan(300);
  expect([...answers.keys()]).toEqual(cases.map(({ name }) => name));
  expect([...listed.keys()].filter((name) => !answers.has(name))).toEqual([]);
});

test.each(cases.map((one) => [one.name, one] as const))("%s", async (name, one) => {
  const found = differences(await ask(one), answers.get(name)!);
  // What is listed and no longer differs has to leave the list.
  const expected = listed.get(name)?.what ?? [];
  expect(
    found.map(({ what }) => what),
    found.map(({ what, detail }) => `${what}: ${detail}`).join("\n"),
  ).toEqual(expected);
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { defineExporter, type Problem, t } from "@sluice/component";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { checkComponentConfig } from "./check-component.ts";

/** An exporter with rules across its keys. */
const definition = defineExporter({
  type: "rules",
  signals: ["metrics"],
  stability: "alpha",
  config: t.object("Has rules.", {
    least: t.integer({ description: "x", default: 1, minimum: 0 }),
    most: t.integer({ description: "x", default: 0 }),
    mode: t.oneOf(["a", "b"], { description: "x", default: "a" }),
    wait: t.duration({ description: "x", default: "1s" }),
    list: t.array(t.integer({ description: "x" }), { description: "x", default: [] }),
    inside: t.defaulted(t.object("x", { key: t.integer({ description: "x", default: 5 }) })),
    needed: t.optional(t.object("x", { name: t.string({ description: "x" }) })),
  }),
  validate({ least, most, mode, wait, list, inside, needed }) {
    const problems: Problem[] = [];
    if (most < least) problems.push({ path: ["most"], message: `found ${most}, expected at least least (${least})` });
    if (mode === "b" && wait > 0) problems.push({ path: ["wait"], message: "expected 0s in mode b" });
    if (list.some((item) => item > 9)) problems.push({ path: ["list"], message: "found more than 9" });
    if (inside.key !== 5) problems.push({ path: ["inside", "key"], message: "expected 5" });
    if (needed?.name.trim() === "") problems.push({ path: ["needed", "name"], message: "expected a name" });
    return problems;
  },
  create: () => ({ consume: async () => {} }),
});

async function check(yaml: string, ...expected: readonly string[]) {
  const result = await checkComponentConfig(definition, yaml, createSimulation().env);
  const lines = "problems" in result ? result.problems.split("\n").slice(1) : [];
  expect([yaml, lines.map((line) => line.slice("config.yaml:".length))]).toEqual([yaml, expected]);
}
const whole = "expected a whole number";

test("rules across keys are told of beside keys of the wrong type", async () => {
  await check("most: 1");
  await check("most: -1", "1:1: most: found -1, expected at least least (1)");
  await check(
    "{most: 1, mode: b, list: a}",
    "1:1: wait: expected 0s in mode b",
    '1:20: list: found "a", expected a list; write one item a line behind "- ", or [a, b]',
  );
  await check(
    "{most: 1, unknown: 1, list: [10], inside: {key: x}}",
    "1:11: unknown: unknown key; expected one of least, most, mode, wait, list, inside, needed",
    "1:23: list: found more than 9",
    `1:44: inside::key: found "x", ${whole}`,
  );
});

test("what a default that stands in breaks is not told", async () => {
  await check("{least: x, most: 0}", `1:2: least: found "x", ${whole}`);
  await check("{least: 7, most: x}", `1:12: most: found "x", ${whole}`);
  await check(
    "{most: 1, inside: 7, list: [10]}",
    "1:11: inside: found 7, expected a map",
    "1:22: list: found more than 9",
  );
  await check(
    "{most: 1, wait: 5, mode: b}",
    '1:11: wait: found 5, expected a duration with a unit, for example "5s" or "1h30m"; did you mean "5s"?',
  );
});

test("where nothing can stand in, the rules wait", async () => {
  await check("{list: [a, 10], most: 0}", `1:9: list::0: found "a", ${whole}`);
  await check("{most: 0, needed: {}}", "1:11: needed::name: required");
  await check("{most: 0, needed: {name: [a]}}", "1:20: needed::name: found a list, expected text");
  await check("[a]", "1:1: found a list, expected a map");
});

test("rules are told of beside values that could not be expanded", async () => {
  await check(
    "{most: 0, wait: '${nobody:x}', list: [10]}",
    "1:2: most: found 0, expected at least least (1)",
    expect.stringContaining("wait: cannot expand") as unknown as string,
    "1:32: list: found more than 9",
  );
});

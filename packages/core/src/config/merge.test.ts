import { expect, test } from "vitest";
import { newBudget } from "./limits.ts";
import { toPlain } from "./located.ts";
import { merge } from "./merge.ts";
import { formatProblem } from "./problems.ts";
import { parseYaml } from "./yaml.ts";

test("configurations are laid over each other", () => {
  const check = (base: string, over: string, expected: unknown, ...told: readonly string[]) => {
    const lines: string[] = [];
    const [one, two] = [base, over].map((text, index) => parseYaml(text, `${index + 1}.yaml`, newBudget()).node);
    const merged = merge(one!, two!, { report: (problem) => lines.push(formatProblem(problem)) });
    expect([base, over, toPlain(merged), lines]).toEqual([base, over, expected, told]);
  };
  check("{a: 1}", "{b: 2}", { a: 1, b: 2 });
  check("{a: 1}", "{a: 2}", { a: 2 });
  check("{a: {b: 1, c: 1}}", "{a: {b: 2}}", { a: { b: 2, c: 1 } });
  check("{a: [1, 2]}", "{a: [3]}", { a: [3] });
  check("{a: {b: 1}}", "{a: [3]}", { a: [3] });
  check("{a: 1}", "{a: {b: 1}}", { a: { b: 1 } });
  check("{a: {b: 1}}", "{a: {}}", { a: { b: 1 } });
  check("{a: 1}", "{a: }", { a: null });
  check("{a: {}}", "{a: }", { a: null });
  check(
    "{a: {b: 1}}",
    "{a: }",
    { a: null },
    "2.yaml:1:2: a: empty here, which replaces the map of 1.yaml:1; remove the key to keep it",
  );
  check(
    "{a: {b: {c: 1}}}",
    "{a: {b: ~}}",
    { a: { b: null } },
    "2.yaml:1:9: a::b: empty here, which replaces the map of 1.yaml:1; remove the key to keep it",
  );
  check("{__proto__: {a: 1}}", "{__proto__: {b: 2}}", Object.fromEntries([["__proto__", { a: 1, b: 2 }]]));
});

test("lists of ids are appended where a gate says so", () => {
  const check = (base: string, over: string, expected: unknown) => {
    const [one, two] = [base, over].map((text) => parseYaml(text, "c.yaml", newBudget()).node);
    const merged = merge(one!, two!, { report: () => {}, appendIds: true });
    expect([base, over, toPlain(merged)]).toEqual([base, over, expected]);
  };
  const at = (key: string, list: unknown) => ({ service: { pipelines: { metrics: { [key]: list } } } });
  const text = (key: string, list: string) => `service: {pipelines: {metrics: {${key}: ${list}}}}`;
  for (const key of ["receivers", "exporters"]) {
    check(text(key, "[a, b]"), text(key, "[b, c, c]"), at(key, ["a", "b", "c"]));
    check(text(key, "[a, a]"), text(key, "[]"), at(key, ["a", "a"]));
    check(text(key, "[a, {b: 1}]"), text(key, "[{b: 1}, {b: 2}]"), at(key, ["a", { b: 1 }, { b: 2 }]));
    check(text(key, "[a]"), text(key, ""), at(key, null));
    check(text(key, "a"), text(key, "[b]"), at(key, ["b"]));
  }
  check(text("processors", "[a]"), text("processors", "[b]"), at("processors", ["b"]));
  check("service: {extensions: [a]}", "service: {extensions: [b]}", { service: { extensions: ["a", "b"] } });
  check("service: {receivers: [a]}", "service: {receivers: [b]}", { service: { receivers: ["b"] } });
  check("service: {x: {extensions: [a]}}", "service: {x: {extensions: [b]}}", {
    service: { x: { extensions: ["b"] } },
  });
  check("receivers: {a: {exporters: [a]}}", "receivers: {a: {exporters: [b]}}", {
    receivers: { a: { exporters: ["b"] } },
  });
});

import { expect, test } from "vitest";
import { readCorpus } from "./corpus.ts";
import { parsers } from "./parsers.ts";

const encoder = new TextEncoder();

test.each(parsers.map((parser) => [parser.name, parser] as const))("%s", async (name, { run, seeds }) => {
  const inputs = [
    ...readCorpus(name),
    ...seeds().map((seed) => (typeof seed === "string" ? encoder.encode(seed) : seed)),
  ];
  expect(inputs.length).toBeGreaterThan(1);
  const outcomes = new Set<string>();
  // Whatever comes of an input, the parser must not break on it, and `run` says when it does.
  for (const input of inputs) outcomes.add(await run(input));
  expect(outcomes.size).toBeGreaterThan(1);
});

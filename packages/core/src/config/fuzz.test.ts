// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { load, world } from "./fixtures.testing.ts";
import { ConfigProblems } from "./problems.ts";
import { setToUri } from "./set.ts";

const testdata = join(import.meta.dirname, "../../testdata");
const corpus = ["good", "bad"].flatMap((directory) =>
  readdirSync(join(testdata, directory))
    .filter((name) => name.endsWith(".yaml") && name !== "yaml-bomb.yaml")
    .map((name) => readFileSync(join(testdata, directory, name), "latin1")),
);

/** A configuration is taken, or refused with places; nothing else happens, and nothing leaks into prototypes. */
async function survives(text: string): Promise<void> {
  const variables = { A: "${B}", B: "[1, ${C}]", C: "$${A}", HOST: "h", SIZE: "5" };
  const simulation = world({ "config.yaml": text, "other.yaml": text.slice(0, 200) }, variables);
  // One in two also sets something.
  const settings = text.length % 2 === 0 ? [] : [setToUri(`service.${text.slice(0, 9)}=${text.slice(9, 30)}`)];
  const error: unknown = await load(["config.yaml", ...settings], simulation).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined && !(error instanceof ConfigProblems)) throw error;
  if (error instanceof ConfigProblems) {
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { place } of error.problems) {
      expect(place.line).toBeLessThanOrEqual(text.split("\n").length + 1);
      expect(place.source).toMatch(/^(?:config\.yaml$|other\.yaml$|--set )/);
    }
    expect(/[\p{Cc}]/u.test(error.message.replaceAll("\n", ""))).toBe(false);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
}

const words = [
  "receivers",
  "processors",
  "exporters",
  "extensions",
  "service",
  "pipelines",
  "metrics",
  "otlp",
  "scraper",
  "debug",
  "batch",
  "sampler",
  "prometheusremotewrite",
  "protocols",
  "grpc",
  "http",
  "enabled",
  "timeout",
  "headers",
  "queue",
  "jobs",
  "name",
  "endpoint",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "<<",
  "null",
  "~",
  "true",
  "017",
  "-1",
  "1e999",
  "5s",
  "",
  "${A}",
  "${env:HOST}",
  "${file:other.yaml}",
  "${yaml:{a: 1}}",
  "$${1}",
  "$X",
  "${",
  "}",
  "$$",
  "*a",
  "&a",
  "!!int",
  "otlp/a b",
  "a::b",
  "service::pipelines",
];

test("mutated configurations", async () => {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(20),
    put: fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom("\n", " ", ":", "-", "{", "}", "[", "]", "\t", "'", '"', "#", "\0", "|"),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...corpus), fc.array(edit, { maxLength: 5 }), async (text, edits) => {
      let mutated = text;
      for (const { at, cut, put } of edits) {
        const index = Math.floor(at * mutated.length);
        mutated = mutated.slice(0, index) + put + mutated.slice(index + cut);
      }
      await survives(mutated);
    }),
    { numRuns: 600 },
  );
});

test("random trees", async () => {
  const scalar = fc.oneof(fc.constantFrom(...words), fc.integer(), fc.boolean(), fc.constant(null), fc.string());
  const { tree } = fc.letrec<{ readonly tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      scalar,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.array(fc.tuple(fc.constantFrom(...words), tie("tree")), { maxLength: 5 }).map((pairs) => new Map(pairs)),
    ),
  }));
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
    if (value instanceof Map)
      return `{${[...value].map(([key, item]) => `${JSON.stringify(key)}: ${text(item)}`).join(", ")}}`;
    return JSON.stringify(value);
  };
  const section = fc.constantFrom("receivers", "processors", "exporters", "extensions", "service");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(section, tree), { maxLength: 6 }), async (sections) => {
      await survives([...new Map(sections)].map(([key, value]) => `${key}: ${text(value)}`).join("\n"));
    }),
    { numRuns: 400 },
  );
});

test("random text", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...words, "\n", "\n  ", ": ", "- ", "{", "}", "[", "]", ",", "|", ">", "'", '"')),
      async (parts) => {
        await survives(parts.join(""));
      },
    ),
    { numRuns: 400 },
  );
});

test("many mistakes", async () => {
  const check = async (text: string, message: string) => {
    const error: unknown = await load(["config.yaml"], world({ "config.yaml": text })).catch(
      (reason: unknown) => reason,
    );
    expect(error instanceof ConfigProblems && error.problems.length).toBe(1000);
    expect((error as Error).message).toContain(message);
  };
  const lines = (line: (index: number) => string) => Array.from({ length: 4000 }, (_, index) => line(index)).join("\n");
  await check(
    `receivers:\n  scraper:\n    jobs:\n${lines((i) => `    - {name: ${i}, targetz: 1}`)}`,
    'did you mean "targets"?',
  );
  await check(`receivers:\n  scraper:\n${lines((i) => `    jobs_jobs_jobs_jobs_${i}:`)}`, "unknown key");
  await check(`receivers:\n${lines((i) => `  otlpp/${i}:`)}`, 'did you mean "otlp"?');
  const exporters = `exporters:\n  debug:\n${lines((i) => `  debug/${i}:`)}\n`;
  const list = lines((i) => `      - debug/x${i}`);
  await check(`${exporters}service:\n  pipelines:\n    metrics:\n      exporters:\n${list}`, "is not configured");
  const headers = lines((i) => `      - [${i}]`);
  await check(`exporters:\n  prometheus_remote_write:\n    headers:\n${headers}`, "found a list, expected a map");
  await check(
    lines((i) => `"${"a".repeat(99)}${i}": 1`),
    "unknown key",
  );
});

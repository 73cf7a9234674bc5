/** What the README says is so: its examples run, its tables name every option, and a start loads little. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startBackend } from "./backend.testing.ts";
import { VERSION } from "./backend.ts";
import { problemsOf } from "./check-options.ts";
import { name, startProgram } from "./program.testing.ts";

const home = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(home, file), "utf8");
const readme = read("README.md");
const [quickStart = "", serverless = ""] = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);

async function run(code: string) {
  const { endpoint, received } = await startBackend();
  const program = await startProgram({
    file: "app.mjs",
    code: code.replace("https://prometheus.example.com/api/v1/write", endpoint),
  });
  expect([await program.exited, program.stderr]).toEqual([0, ""]);
  return { received, stdout: program.stdout };
}

test("the quick start", async () => {
  const { received } = await run(quickStart);
  expect(received.flatMap(({ lines }) => lines)).toContain(
    'orders_total{country="se",instance="shop-1",job="shop",otel_scope_name="shop"} 1',
  );
});

test("the serverless function sends in each invocation", async () => {
  const invoke = 'console.log((await handler({ image: "cat" })).body);';
  const { received, stdout } = await run(serverless + invoke.repeat(2));
  expect(stdout).toBe("cat resized\n".repeat(2));
  const values = received.flatMap(({ lines }) => lines).filter((each) => each.startsWith("invocations_total"));
  expect(values.map((each) => each.split(" ")[1])).toEqual(["1", "2"]);
});

test("the command that registers", () => expect(readme).toContain(`node --import ${name}/register app.js`));

test("the table of options has them all", () => {
  const [, known = ""] = /known are (.*)$/.exec(problemsOf({ nothing: 1 } as object)[0]!)!;
  expect(known.split(", ").filter((option) => !readme.includes(`\`${option}`))).toEqual([]);
});

test("the table of variables has them all", () => {
  const names = [...read("src/environment.ts").matchAll(/\("([A-Z_]+)"/g)].map(([, variable]) => variable);
  expect(names).toHaveLength(20);
  expect(names.filter((variable) => !readme.includes(`\`${variable}\``))).toEqual([]);
});

test("requests carry the version of this package", () =>
  expect(JSON.parse(read("package.json")).version).toBe(VERSION));

describe("a start", () => {
  /** What a module makes Node load before it runs: types are gone by then. */
  const importsOf = (file: string): string[] => {
    const imports = read(`src/${file}`).matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?"([^"]+)";/gms);
    return [...imports].map(([, specifier]) => specifier!);
  };
  const walk = (file: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith("./")) walk(specifier.slice(2), seen);
      else seen.add(specifier);
    }
    return seen;
  };
  test("loads a few files and nothing of others but the API, which the SDK has loaded", () => {
    const loaded = [...walk("index.ts")].sort();
    const files = ["check-options.ts", "environment.ts", "exporter.ts", "host.ts", "index.ts", "options.ts"];
    expect(loaded).toEqual(["@opentelemetry/api", ...files]);
    expect(globSync("src/*.ts", { cwd: home }).length).toBeGreaterThan(2 * files.length);
  });
});

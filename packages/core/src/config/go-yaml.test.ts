/**
 * What we make of a text against what go-yaml makes of it. `pnpm differential` asks Go again; a new text goes into the table with
 * null for an answer, and `node test/differential/scalars/ask.ts --update` fills that in.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { goYamlDifferences } from "./go-yaml.testing.ts";
import { newBudget } from "./limits.ts";
import type { Located } from "./located.ts";
import { parseYaml } from "./yaml.ts";

/** ["int", "15"], ["list", ...items], ["map", ...[key, value]] sorted by key, ["error"]. */
type Answer = readonly [type: string, ...values: unknown[]];

const table = readFileSync(join(import.meta.dirname, "../../testdata/go-yaml.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as readonly [text: string, answer: Answer]);

/** Our reading in the words of the table; a number has the type that Go gives it, since we have one for both. */
function ours(node: Located, go: Answer): Answer {
  if (node.kind === "list") return ["list", ...node.items.map((item, index) => ours(item, at(go, index)))];
  if (node.kind === "map") {
    const keys = [...node.entries.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const goes = new Map(go[0] === "map" ? (go.slice(1) as (readonly [string, Answer])[]) : []);
    return ["map", ...keys.map((key) => [key, ours(node.entries.get(key)!.value, goes.get(key) ?? ["nothing"])])];
  }
  const { value } = node;
  if (value === null) return ["null"];
  if (typeof value === "boolean") return ["bool", value];
  if (typeof value === "string")
    return go[0] === "time" && value === node.text ? ["time as text", value] : ["str", value];
  const [type, text] = go;
  const same =
    (type === "int" || type === "float") && Object.is(value, Number(String(text).replace("Inf", "Infinity")));
  return same ? go : ["number", value];
}
const at = (go: Answer, index: number): Answer =>
  (go[0] === "list" ? (go[index + 1] as Answer) : undefined) ?? ["nothing"];

/** A date is the text it is written as, wherever it stands. */
function withoutTimes(answer: unknown): unknown {
  if (!Array.isArray(answer)) return answer;
  return answer[0] === "time" || answer[0] === "time as text" ? ["time"] : answer.map(withoutTimes);
}

test("texts mean what they mean to Go", () => {
  const differences = new Map(goYamlDifferences);
  const unlisted: unknown[] = [];
  for (const [text, go] of table) {
    const { node, problems } = parseYaml(text, "x.yaml", newBudget());
    const found: Answer = problems.length > 0 ? ["error"] : ours(node, go);
    const same = JSON.stringify(withoutTimes(found)) === JSON.stringify(withoutTimes(go));
    if (same !== !differences.has(text))
      unlisted.push({ text, go, found, problems: problems.map(({ message }) => message) });
  }
  expect(unlisted).toEqual([]);
  expect([...differences.keys()].filter((text) => !table.some(([known]) => known === text))).toEqual([]);
  expect(table.length).toBeGreaterThan(700);
});

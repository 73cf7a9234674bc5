/**
 * Asks Go about every text of the table that `packages/core` is tested against: `node test/differential/scalars/ask.ts` compares,
 * `--update` writes the answers. The exit code is 1 when they differ, 2 when there is no Go to ask.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const compiler = "go";
const table = join(import.meta.dirname, "../../../packages/core/testdata/go-yaml.jsonl");

function main(isUpdate: boolean): number {
  const lines = readFileSync(table, "utf8").trimEnd().split("\n");
  const texts = lines.map((line) => (JSON.parse(line) as readonly [string, unknown])[0]);
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  const { status, stdout, stderr, error } = spawnSync(compiler, ["run", "."], {
    cwd: import.meta.dirname,
    env,
    input: JSON.stringify(texts),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (error !== undefined || status !== 0) {
    process.stdout.write(`cannot ask Go: ${error?.message ?? stderr.trim()}\n`);
    return 2;
  }
  const answers = stdout.trimEnd().split("\n");
  if (answers.length !== texts.length) throw new Error(`found ${answers.length} answers to ${texts.length} texts`);
  const now = texts.map((text, index) => ascii(JSON.stringify([text, JSON.parse(answers[index]!)])));
  const changed = now.filter((line, index) => line !== lines[index]);
  for (const line of changed) process.stdout.write(`${line}\n`);
  if (isUpdate) writeFileSync(table, `${now.join("\n")}\n`);
  process.stdout.write(`${now.length - changed.length} of ${now.length} answers are as kept\n`);
  return changed.length === 0 || isUpdate ? 0 : 1;
}

/** So that no editor or checkout changes a text. */
function ascii(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

process.exitCode = main(process.argv.includes("--update"));

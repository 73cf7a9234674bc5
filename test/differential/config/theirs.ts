import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Answer, comparable } from "./answer.ts";
import type { Case } from "./cases.ts";

const path = join(import.meta.dirname, "testdata/answers.jsonl");

/** Values that refer to themselves keep it busy for longer than anybody would wait. */
const patienceMs = 10_000;

/** The collector's answers as they were when last asked, by case. */
export function readAnswers(): ReadonlyMap<string, Answer> {
  const lines = existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
  return new Map(lines.map((line) => JSON.parse(line) as Answer).map((answer) => [answer.name, answer]));
}

/** Keeps answers for the tests that run without the collector. */
export function writeAnswers(answers: readonly Answer[]): void {
  writeFileSync(path, answers.map((answer) => `${JSON.stringify(answer, keepNumbers)}\n`).join(""));
}

/** JSON has no words for these. */
export function keepNumbers(_key: string, value: unknown): unknown {
  if (typeof value !== "number") return value;
  if (Object.is(value, -0)) return "number -0";
  return Number.isFinite(value) ? value : `number ${value}`;
}

/** Asks the Go collector at `program`, in a folder of its own. */
export function ask(program: string, { name, files, variables, args }: Case): Answer {
  const folder = mkdtempSync(join(tmpdir(), "differential-"));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const run = (command: string, ...flags: readonly string[]) =>
      spawnSync(program, [command, "--config=config.yaml", ...args, ...flags], {
        cwd: folder,
        env: variables,
        encoding: "utf8",
        timeout: patienceMs,
        maxBuffer: 1 << 26,
      });
    const validate = run("validate");
    if ((validate.error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") {
      return { name, error: `no answer within ${patienceMs / 1000} s` };
    }
    if (validate.error !== undefined) throw validate.error;
    if (validate.status !== 0) return { name, error: shorten(validate.stderr) };
    const { status, stdout, stderr } = run("print-config", "--mode=unredacted");
    if (status !== 0) return { name, error: `valid, but not printed: ${shorten(stderr)}` };
    return { name, config: comparable(stdout, false) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without logs and the help text. */
function shorten(text: string): string {
  const lines = text.split("\n").filter((line) => line !== "" && !/^\d{4}[-/]/.test(line));
  const end = lines.findIndex((line) => /^(?:Usage:|goroutine )/.test(line));
  const error = lines.slice(0, end < 0 ? 6 : Math.min(end, 6)).join("\n");
  return error.length > 300 ? `${error.slice(0, 300)}...` : error;
}

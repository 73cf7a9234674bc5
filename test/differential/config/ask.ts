/**
 * Asks the Go collector about every case: `node test/differential/config/ask.ts` compares its answers with the kept ones, `--update`
 * keeps them. The exit code is 1 when they differ, 2 when the collector is not there.
 */
import { findPeer } from "../../perf/peers.ts";
import type { Answer } from "./answer.ts";
import { readCases } from "./cases.ts";
import { byChance } from "./differences.ts";
import { ask, keepNumbers, readAnswers, writeAnswers } from "./theirs.ts";

function main(isUpdate: boolean): number {
  const program = findPeer("otelcol");
  if (program === undefined) {
    process.stdout.write("otelcol is not there: run node test/perf/peers.ts otelcol\n");
    return 2;
  }
  const kept = readAnswers();
  const answers = readCases().map((one) => ask(program, one));
  const changed = answers.filter((answer) => !isSame(answer, kept.get(answer.name)));
  if (isUpdate) writeAnswers(answers.map((answer) => (changed.includes(answer) ? answer : kept.get(answer.name)!)));
  for (const { name } of changed)
    process.stdout.write(`${name}: ${isUpdate ? "kept anew" : "the collector answers otherwise"}\n`);
  process.stdout.write(`${answers.length - changed.length} of ${answers.length} answers are as kept\n`);
  return changed.length === 0 || isUpdate ? 0 : 1;
}

/** Messages hold addresses, and lists in an order by chance. */
function isSame(now: Answer, kept: Answer | undefined): boolean {
  if (kept === undefined) return false;
  if (byChance.has(now.name)) return true;
  if (now.error !== undefined || kept.error !== undefined)
    return (now.error === undefined) === (kept.error === undefined);
  return JSON.stringify(now, keepNumbers) === JSON.stringify(kept);
}

process.exitCode = main(process.argv.includes("--update"));

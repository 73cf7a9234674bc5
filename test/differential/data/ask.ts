/**
 * Runs the Go collector with every case: `node test/differential/data/ask.ts` compares what it sends with the kept answers,
 * `--update` keeps it. The exit code is 1 when they differ, 2 when the collector is not there.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { findPeer } from "../../perf/peers.ts";
import { cases } from "./cases.ts";
import { answerFile, readAnswer, run } from "./theirs.ts";

async function main(isUpdate: boolean): Promise<number> {
  const program = findPeer("otelcol");
  if (program === undefined) {
    process.stdout.write("otelcol is not there: run node test/perf/peers.ts otelcol\n");
    return 2;
  }
  let same = 0;
  for (const group of Map.groupBy(cases, ({ gates }) => gates).values()) {
    for (const [name, lines] of await run(program, group)) {
      const kept = await readAnswer(name);
      if (lines.join("\n") === kept.join("\n")) same++;
      else await tell(name, lines, kept, isUpdate);
    }
  }
  process.stdout.write(`${same} of ${cases.length} answers are as kept\n`);
  return same === cases.length || isUpdate ? 0 : 1;
}

async function tell(name: string, lines: readonly string[], kept: readonly string[], isUpdate: boolean) {
  process.stdout.write(`${name}: ${isUpdate ? "kept anew" : "the collector answers otherwise"}\n`);
  for (const line of kept) if (!lines.includes(line)) process.stdout.write(`- ${line}\n`);
  for (const line of lines) if (!kept.includes(line)) process.stdout.write(`+ ${line}\n`);
  if (!isUpdate) return;
  await mkdir(dirname(answerFile(name)), { recursive: true });
  await writeFile(answerFile(name), `${lines.join("\n")}\n`);
}

process.exitCode = await main(process.argv.includes("--update"));

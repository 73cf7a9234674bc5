import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Parser } from "./parser.ts";

const folder = join(import.meta.dirname, "testdata");
/** Of one parser's file. */
const maxBytes = 48 << 10;

/** For making one input small. */
const patienceMs = 2000;

/** The file of one parser: an input a line, in base64, sorted. */
const fileOf = (parser: string): string => join(folder, `${parser}.txt`);

function readLines(parser: string): string[] {
  const file = fileOf(parser);
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
}

/** Inputs that were kept. */
export function readCorpus(parser: string): Uint8Array[] {
  return readLines(parser).map((line) => Uint8Array.from(Buffer.from(line, "base64")));
}

/** Keeps an input while there is room, and what was found in any case; gives whether it did. */
export function keep(parser: string, input: Uint8Array, isFinding = false): boolean {
  const lines = [...new Set([...readLines(parser), Buffer.from(input).toString("base64")])].toSorted();
  const text = `${lines.join("\n")}\n`;
  if (text.length > maxBytes && !isFinding) return false;
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(parser), text);
  return true;
}

/** The shortest input found by leaving things out that comes to the same; `tick` is called at each attempt. */
export async function minimize(
  parser: Parser,
  input: Uint8Array,
  outcome: string,
  tick: () => void,
): Promise<Uint8Array> {
  let best = input;
  let left = 400;
  const end = performance.now() + patienceMs;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length && left > 0 && performance.now() < end; left--) {
      tick();
      const shorter = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + size)]);
      if ((await outcomeOf(parser, shorter)) === outcome) best = shorter;
      else at += size;
    }
  }
  return best;
}

/** A finding has an outcome too. */
async function outcomeOf(parser: Parser, input: Uint8Array): Promise<string> {
  try {
    return await parser.run(input);
  } catch {
    return "finding";
  }
}

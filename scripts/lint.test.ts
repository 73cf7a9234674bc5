import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { root } from "./packages.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-lint-"));
afterAll(() => rmSync(folder, { recursive: true }));
for (const file of [".oxlintrc.json", "scripts/lint-rules.ts"]) cpSync(join(root, file), join(folder, file));

const cases: { readonly file: string; readonly source: string; readonly rule: string | undefined }[] = [];
/** What the linter says to a file: the name of the one rule it breaks, or undefined. */
function check(path: string, source: string, rule: string | undefined): void {
  const at = path.lastIndexOf("/");
  const file = `${path.slice(0, at)}/case-${cases.length}/${path.slice(at + 1)}`;
  cases.push({ file, source, rule });
}

const other = "packages/processor-x/src/processor.ts";
check(other, "export const at = new Date();", "no-restricted-globals");
check(other, "export const at = performance.now();", "no-restricted-globals");
check(other, "export const timer = setTimeout(() => {}, 1);", "no-restricted-globals");
check(other, "export const id = process.pid;", "no-restricted-globals");
check(other, "export const id = globalThis.process.pid;", "no-restricted-globals");
check(other, 'export const answer = await fetch("http://a");', "no-restricted-globals");
check(other, "export const id = crypto.randomUUID();", "no-restricted-globals");
check(other, "export const at = Math.random();", "no-restricted-properties");
check(other, "export const signal = AbortSignal.timeout(1);", "no-restricted-properties");
check(other, 'export { readFile } from "node:fs/promises";', "no-restricted-imports");
check(other, 'export { gzipSync } from "node:zlib";', "no-restricted-imports");
check(other, 'export const net = await import("node:net");', "no-restricted-imports");
check(other, 'export { readFile } from "fs/promises";', "prefer-node-protocol");
check(other, "export const read = (process: { pid: number }) => process.pid;", undefined);
check(other, 'import type { Duplex } from "node:stream";\nexport type Both = Duplex;', undefined);
check("packages/lib-http/src/x.ts", 'export { gzipSync } from "node:zlib";', undefined);
check("packages/lib-http/src/x.ts", 'export { connect } from "node:net";', "no-restricted-imports");
check("packages/runtime/src/x.ts", 'export { connect } from "node:net";\nexport const now = Date.now();', undefined);
check("packages/data/src/x.test.ts", 'export { readFile } from "node:fs/promises";', undefined);

const captured = "export function f(): number {\n  let at = 0;\n  const step = () => at++;\n  step();\n  return at;\n}";
check("packages/data/src/x.ts", captured, "no-captured-cursor");
check("packages/data/src/x.ts", captured.replace("at++", "(at = at + 1)"), "no-captured-cursor");
check("packages/data/src/x.ts", captured.replace("at++", "at"), undefined);
check("packages/data/src/x.ts", "let at = 0;\nexport const step = () => at++;", undefined);
check("packages/core/src/x.ts", captured, undefined);

check("packages/core/src/x.ts", "f();\n".repeat(401), "max-lines");
check("packages/core/src/x.ts", `export function f() {\n${"f();\n".repeat(59)}}`, "max-lines-per-function");
check("packages/core/src/x.ts", "export default 1;", "no-default-export");

for (const { file, source } of cases) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), `${source}\n`);
}
const oxlint = join(root, "node_modules/.bin/oxlint");
const { stdout } = spawnSync(oxlint, ["--format=json", "."], { cwd: folder, encoding: "utf8" });
const { diagnostics }: { diagnostics: { code: string; filename: string }[] } = JSON.parse(stdout);

describe("the linter", () => {
  test.each(cases)("$file: $rule", ({ file, rule }) => {
    const found = diagnostics.filter(({ filename }) => filename === file).map(({ code }) => /\((.*)\)/.exec(code)?.[1]);
    expect(found).toEqual(rule === undefined ? [] : [rule]);
  });
});

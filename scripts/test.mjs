// npm test: installs what is needed, runs every test, and ends with "N passed, N failed, N skipped".
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { installDebianPackages } from "./debian-packages.mjs";
import { install, root, run, workspaceNode } from "./workspace.mjs";

install();
installDebianPackages();
const report = join(root, ".cache", "test-report.json");
mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
let code = await run(workspaceNode(), [vitest, "run", ...reporters, ...process.argv.slice(2)]);
const totals = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
const passed = totals?.numPassedTests ?? 0;
const failed = Math.max(totals?.numFailedTests ?? 0, totals?.success === true ? 0 : 1);
const skipped = (totals?.numPendingTests ?? 0) + (totals?.numTodoTests ?? 0);
if (passed === 0 || failed > 0) code ||= 1;
if (skipped > 0 && process.env.CI === "true") code ||= 1;
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = code;

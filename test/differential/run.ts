/**
 * `pnpm differential`: the end-to-end comparison against every Prometheus that test/perf/peers.ts got, one after the other; what
 * Go reads in YAML; what the Go collector makes of configurations, and what it sends. What is not there is said and left out; the exit code is 1
 * when a comparison failed or none could run.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findPeer, peerVersion } from "../perf/peers.ts";

const root = join(import.meta.dirname, "../..");
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const results: { name: string; outcome: string }[] = [];

function run(args: readonly string[], variables: Readonly<Record<string, string>> = {}): number | null {
  const env = { ...process.env, ...variables };
  return spawnSync(process.execPath, args, { cwd: root, env, stdio: "inherit" }).status;
}

for (const name of ["prometheus-debian", "prometheus"] as const) {
  const program = findPeer(name);
  if (program === undefined) {
    results.push({ name, outcome: "not there: run node test/perf/peers.ts" });
    continue;
  }
  const status = run([vitest, "run", "test/e2e/parity.test.ts"], { SLUICE_E2E_PROMETHEUS: program });
  results.push({
    name: `${name} ${peerVersion(name) ?? ""}`.trim(),
    outcome: status === 0 ? "no difference" : "differs",
  });
}

// Whether we agree with the kept answers, the ordinary tests tell; these tell whether the answers still hold.
const oracles = [
  { name: "go-yaml", script: "scalars/ask.ts" },
  { name: `otelcol ${peerVersion("otelcol") ?? ""} on configurations`, script: "config/ask.ts" },
  { name: `otelcol ${peerVersion("otelcol") ?? ""} on data`, script: "data/ask.ts" },
];
for (const { name, script } of oracles) {
  const status = run([join(import.meta.dirname, script)]);
  results.push({ name, outcome: status === 0 ? "answers as kept" : status === 2 ? "not there" : "answers otherwise" });
}

process.stdout.write(`\n${results.map(({ name, outcome }) => `${name}: ${outcome}`).join("\n")}\n`);
const ran = results.filter(({ outcome }) => !outcome.startsWith("not there"));
const good = ran.filter(({ outcome }) => outcome === "no difference" || outcome === "answers as kept");
process.exitCode = ran.length > 0 && good.length === ran.length ? 0 : 1;

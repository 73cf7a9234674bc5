/**
 * `pnpm differential`: the end-to-end comparison against every Prometheus that test/perf/peers.ts got, one after the other. What is
 * not there is said and left out; the exit code is 1 when a comparison failed or none could run.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findPeer, peerVersion } from "../perf/peers.ts";

const root = join(import.meta.dirname, "../..");
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const results: { name: string; outcome: string }[] = [];

for (const name of ["prometheus-debian", "prometheus"] as const) {
  const program = findPeer(name);
  if (program === undefined) {
    results.push({ name, outcome: "not there: run node test/perf/peers.ts" });
    continue;
  }
  const env = { ...process.env, SLUICE_E2E_PROMETHEUS: program };
  const { status } = spawnSync(process.execPath, [vitest, "run", "test/e2e/parity.test.ts"], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  results.push({
    name: `${name} ${peerVersion(name) ?? ""}`.trim(),
    outcome: status === 0 ? "no difference" : "differs",
  });
}

process.stdout.write(`\n${results.map(({ name, outcome }) => `${name}: ${outcome}`).join("\n")}\n`);
const ran = results.filter(({ outcome }) => !outcome.startsWith("not there"));
process.exitCode = ran.length > 0 && ran.every(({ outcome }) => outcome === "no difference") ? 0 : 1;

import { configDefaults, defineConfig } from "vitest/config";
import { findPeer } from "./test/perf/peers.ts";

/** A file whose tests all need programs that were not fetched (test/perf/peers.ts) has none. */
const built = ["prometheus", "victoriametrics", "cortex", "thanos", "mimir"].some(
  (name) => findPeer(name) !== undefined,
);

export default defineConfig({
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "builder/**/*.test.ts",
      "distributions/**/*.test.ts",
      "test/**/*.test.ts",
      "scripts/**/*.test.ts",
    ],
    exclude: [...configDefaults.exclude, ...(built ? [] : ["test/e2e/backends-built.test.ts"])],
    globalSetup: ["scripts/node-guard.ts"],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

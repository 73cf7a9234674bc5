/** The short form of `pnpm reload-load`: random edits of the configuration while samples flow. */
import { expect, test } from "vitest";
import { reloadUnderLoad } from "../perf/reload-load.ts";

const load = { edits: 20, targets: 20, series: 100, intervalMs: 200, pauseMs: 100 };

test("SIGHUP: no slot missed or doubled, no sample lost, no connection refused", async () => {
  expect((await reloadUnderLoad({ ...load, seed: 4, watch: false })).problems).toEqual([]);
});

test("--watch: the same", async () => {
  expect((await reloadUnderLoad({ ...load, seed: 5, edits: 6, watch: true })).problems).toEqual([]);
});

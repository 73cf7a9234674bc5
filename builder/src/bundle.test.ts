import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bundle, bundleSize } from "./bundle.ts";

const outdir = await mkdtemp(join(tmpdir(), "sluice-bundle-"));
afterAll(() => rm(outdir, { recursive: true }));

test("the bundle runs by itself, and loads what is configured", async () => {
  const metafile = await bundle(join(import.meta.dirname, "..", "..", "distributions", "core"), outdir);
  expect(bundleSize(metafile)).toBeGreaterThan(100_000);
  const config = "yaml:{receivers: {x: }, exporters: {x: }, extensions: {health_check: {pth: /}}, service: {}}";
  const run = spawnSync(process.execPath, [join(outdir, "main.mjs"), "--config", config], { encoding: "utf8" });
  expect(run.stderr).toContain('extensions::health_check::pth: unknown key; did you mean "path"?');
  expect(run.status).toBe(1);
});

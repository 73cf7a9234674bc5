import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { startProcess, temporaryFolder } from "@sluice/testkit";
import { expect, test } from "vitest";
import { root } from "../../scripts/packages.ts";
import { packAll } from "../../scripts/packing/pack.ts";

/** As on a machine where our Node is the only one; a package once fetched is not fetched again. */
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  npm_config_user_agent: "",
  npm_config_prefer_offline: "true",
  NODE_OPTIONS: "",
};

function run(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  expect(status, `${command} ${args.join(" ")}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** The digest of every file below a folder, and where links lead. */
function digests(folder: string): Record<string, string> {
  const digest = (path: string): string => {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
    return stat.isDirectory() ? "folder" : createHash("sha256").update(readFileSync(path)).digest("hex");
  };
  return Object.fromEntries(globSync("**", { cwd: folder }).map((path) => [path, digest(join(folder, path))]));
}

test("a component of one's own goes from its package into a collector that runs, without the workspace", async () => {
  const folder = await temporaryFolder();
  const tarballs = await packAll();
  const cli = join(root, "builder/src/cli.ts");
  run(folder, process.execPath, cli, "new", "receiver", "my_thing", "--packages", tarballs);

  // Beside what it needs, the builder itself is installed as a user has it.
  const own = join(folder, "receiver-my-thing");
  const json = JSON.parse(readFileSync(join(own, "package.json"), "utf8"));
  json.devDependencies["@sluice/builder"] = `file:${join(tarballs, `sluice-builder-${json.version}.tgz`)}`;
  writeFileSync(join(own, "package.json"), JSON.stringify(json));
  run(own, "npm", "install", "--no-audit", "--no-fund");
  expect(run(own, "npm", "test")).toMatch(/pass 1\b/);
  run(own, "npm", "pack");

  const home = join(folder, "mine");
  mkdirSync(home);
  writeFileSync(
    join(home, "manifest.yaml"),
    `dist: { name: mine, version: 1.2.3, outputs: [folder, schema] }
receivers: ["receiver-my-thing@file:../receiver-my-thing/receiver-my-thing-0.1.0.tgz"]
exporters: ["@sluice/exporter-debug"]
`,
  );
  const build = (...args: readonly string[]) =>
    run(home, join(own, "node_modules/.bin/sluice-builder"), "build", "--packages", tarballs, ...args);
  expect(build()).toMatch(/^npm installed 4 packages and what they need \(/m);
  const built = join(home, "_build/mine-1.2.3");
  const before = digests(built);
  const project = join(home, "_build/project");
  const lockfile = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8"));
  expect(Object.keys(lockfile.packages)).toContain("node_modules/@sluice/component");
  // Nothing was linked, and every source stands in the project.
  expect(JSON.stringify(lockfile.packages)).not.toContain('"link":true');
  for (const map of globSync("dist/*.map", { cwd: built })) {
    const { sources } = JSON.parse(readFileSync(join(built, map), "utf8")) as { sources: readonly string[] };
    for (const source of sources) expect(source).toMatch(/^\.\.\/\.\.\/(node_modules\/|main\.ts$)/);
  }

  const receiver = { my_thing: { interval: "10ms", metric: "answers" } };
  const pipelines = { metrics: { receivers: ["my_thing"], exporters: ["debug"] } };
  const service = { telemetry: { metrics: { level: "none" } }, pipelines };
  const exporters = { debug: { verbosity: "detailed" } };
  const config = `yaml:${JSON.stringify({ receivers: receiver, exporters, service })}`;
  const args = [join(built, "bin/mine.mjs"), "--config", config];
  const collector = await startProcess({ command: process.execPath, args, ready: /Name: answers/ });
  collector.signal("SIGTERM");
  expect(await collector.exited).toBe(0);
  // All of its code was compiled before.
  expect(globSync("cache/*-0/*", { cwd: built }).filter((file) => before[file] === undefined)).toEqual([]);
  expect(readFileSync(join(home, "_build/mine.schema.json"), "utf8")).toContain('"my_thing"');

  // Again, elsewhere and from the cache only: the same bytes, the compiled code included.
  build("--offline", "--output-path", "again/and/elsewhere");
  expect(digests(join(home, "again/and/elsewhere/mine-1.2.3"))).toEqual(before);
  // By hand, too.
  run(project, "npm", "run", "build");
  expect(digests(join(project, "build/dist"))).toEqual(digests(join(built, "dist")));
}, 240_000);

// Shared by the scripts that must run before anything is installed, on any Node from 20 on: plain JavaScript, no dependencies.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Installs the workspace from its lockfile when it is not, or no longer, installed. */
export function install() {
  const marker = join(root, "node_modules", ".cache", "sluice-installed");
  const lockfile = join(root, "pnpm-lock.yaml");
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lockfile).mtimeMs) return;
  process.stderr.write("installing the workspace (at first, and when its lockfile changed)...\n");
  const args = ["-y", "--fetch-retries=1", packageManager, "install", "--frozen-lockfile"];
  // What goes wrong is wanted even after "npm start --silent".
  const env = { ...process.env, npm_config_loglevel: "error" };
  const result = spawnSync("npx", args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
  if (result.status !== 0) {
    const said = result.error?.message ?? `${result.stdout}${result.stderr}`;
    process.stderr.write(`${said}\ncannot install the workspace: "npx ${args.join(" ")}" failed, see above\n`);
    process.exit(1);
  }
  mkdirSync(dirname(marker), { recursive: true });
  writeFileSync(marker, "");
}

/** The Node that the workspace brings along; where there is none for the platform, the one that runs this script, if it is recent. */
export function workspaceNode() {
  const own = join(root, "node_modules", ".bin", "node");
  if (existsSync(own)) return own;
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  process.stderr.write(`Sluice needs Node 24 and brings none for ${platform}; found ${process.versions.node}\n`);
  process.exit(1);
}

/** A Ctrl-C may reach us twice, from the terminal and from npm; a second one that is meant comes later. */
const SAME_SIGNAL_MS = 300;

/** Runs a program in the foreground, hands signals on, and gives its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const bin = join(root, "node_modules", ".bin");
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
    // In a group of its own, so that signals reach it through us alone, and once.
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env, ...options, detached: true });
    let handedAt = Number.NEGATIVE_INFINITY;
    const hand = (signal) => {
      const now = performance.now();
      if (now - handedAt > SAME_SIGNAL_MS) child.kill(signal);
      handedAt = now;
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, hand);
    // A terminal tells its new size only to its own group.
    process.on("SIGWINCH", () => child.kill("SIGWINCH"));
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}

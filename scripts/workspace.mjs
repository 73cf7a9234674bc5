// Shared by the scripts that must run before anything is installed, on any Node from 20 on: plain JavaScript, no dependencies.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Installs the workspace from its lockfile when it is not, or no longer, installed. */
export function install() {
  const marker = join(root, "node_modules", ".cache", "sluice-installed");
  const lockfile = join(root, "pnpm-lock.yaml");
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lockfile).mtimeMs) return;
  process.stderr.write("installing the workspace (first run only)...\n");
  const options = {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    shell: process.platform === "win32",
  };
  const result = spawnSync("npx", ["-y", packageManager, "install", "--frozen-lockfile"], options);
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}\ncannot install the workspace: see above\n`);
    process.exit(1);
  }
  mkdirSync(dirname(marker), { recursive: true });
  writeFileSync(marker, "");
}

/** The Node that the workspace brings along; the one that runs this script where there is none for the platform. */
export function workspaceNode() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const own = join(root, "node_modules", ".bin", name);
  return existsSync(own) ? own : process.execPath;
}

/** Runs a program in the foreground, hands signals on, and gives its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const bin = join(root, "node_modules", ".bin");
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...options.env };
    const child = spawn(command, args, { cwd: root, stdio: "inherit", ...options, env });
    const hand = (signal) => child.kill(signal);
    // A terminal sends Ctrl-C to the whole group; a supervisor sends it to us alone.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    process.on("SIGTERM", hand);
    process.on("SIGHUP", hand);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", hand);
      process.off("SIGHUP", hand);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

#!/usr/bin/env node
// Starts the collector, on any Node from 20 on: plain JavaScript, no dependencies. Answers --version itself; for all else it becomes
// (or, where it cannot, runs) the collector's own Node with settings for little memory and a quick start.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { memorySettings } from "./memory.mjs";

const name = "sluice";
const home = join(import.meta.dirname, "..");
const workspace = join(home, "..", "..");
/** In development: what ships has only the bundle. */
const hasSources = existsSync(join(home, "main.ts"));
const modules = join(
  hasSources && existsSync(join(workspace, "pnpm-workspace.yaml")) ? workspace : home,
  "node_modules",
);
const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === "--version" || args[0] === "-v")) {
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  process.stdout.write(`${name} version ${version}\n`);
} else {
  start();
}

function start() {
  const bundle = join(home, "dist", "main.mjs");
  const bundled = existsSync(bundle) && (!hasSources || process.env.SLUICE_DIST === "1");
  const own = join(modules, ".bin", "node");
  const node = existsSync(own) ? own : process.execPath;
  if (node === process.execPath && Number.parseInt(process.versions.node, 10) < 24) {
    process.stderr.write(`${name} needs Node 24 or later, found ${process.versions.node}\n`);
    process.exit(1);
  }
  const memory = readMemory();
  const command = [
    // Most of what a scrape makes dies at once: a small young generation keeps it from being counted as memory. Most other flags of
    // V8's memory, --optimize-for-size among them, void the compiled code that Node brings of its own modules: 30 ms at each start.
    "--max-semi-space-size=2",
    ...memory.flags,
    bundled ? bundle : join(home, "main.ts"),
    ...args,
  ];
  const env = {
    // Fewer arenas: C allocations of the thread pool otherwise keep megabytes that nobody uses.
    MALLOC_ARENA_MAX: "2",
    // Memory that a burst needed goes back to the system; long-lived tables stand apart from it.
    MALLOC_MMAP_THRESHOLD_: "16384",
    MALLOC_TRIM_THRESHOLD_: "65536",
    NODE_COMPILE_CACHE: compileCache(),
    // The shipped cache serves in whatever folder it stands.
    NODE_COMPILE_CACHE_PORTABLE: "1",
    ...process.env,
    ...memory.variables,
  };
  if (process.execve !== undefined) process.execve(node, [node, ...command], env);
  else runBeside(node, command, env);
}

/**
 * The cache of compiled code that ships, or one that fills by itself. Node looks below it for a folder whose name ends with the
 * user's number: what ships is for 0 and for the images' user, any other user needs a link to it, if this folder is theirs.
 */
function compileCache() {
  const shipped = join(home, "cache");
  if (hasSources || !existsSync(shipped)) return join(modules, ".cache", `${name}-compiled`);
  const user = process.getuid?.() ?? 0;
  for (const folder of readdirSync(shipped).filter((one) => one.endsWith("-0"))) {
    const link = join(shipped, folder.replace(/-0$/, `-${user}`));
    try {
      if (!existsSync(link)) symlinkSync(folder, link);
    } catch {
      // Then it starts without.
    }
  }
  return shipped;
}

function readMemory() {
  const read = (file) => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return undefined;
    }
  };
  try {
    return memorySettings(process.env, read, totalmem());
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function runBeside(node, command, env) {
  // In a group of its own: a terminal's Ctrl-C would otherwise reach it twice, and the second one ends it without draining.
  const child = spawn(node, command, { env, stdio: "inherit", detached: true });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`cannot start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGKILL" ? 137 : 1);
  });
}

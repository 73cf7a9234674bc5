#!/usr/bin/env node
// Starts the collector, on any Node from 20 on: plain JavaScript, no dependencies. Answers --version itself; for all else it becomes
// (or, where it cannot, runs) the collector's own Node with settings for little memory and a quick start.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { memorySettings } from "./memory.mjs";

const home = join(import.meta.dirname, "..");
const workspace = join(home, "..", "..");
const inWorkspace = existsSync(join(workspace, "pnpm-workspace.yaml"));
const modules = join(inWorkspace ? workspace : home, "node_modules");
const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === "--version" || args[0] === "-v")) {
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  process.stdout.write(`sluice version ${version}\n`);
} else {
  start();
}

function start() {
  const bundle = join(home, "dist", "main.mjs");
  const bundled = existsSync(bundle) && (!inWorkspace || process.env.SLUICE_DIST === "1");
  const own = join(modules, ".bin", "node");
  const node = existsSync(own) ? own : process.execPath;
  if (node === process.execPath && Number.parseInt(process.versions.node, 10) < 24) {
    process.stderr.write(`sluice needs Node 24 or later, found ${process.versions.node}\n`);
    process.exit(1);
  }
  const memory = readMemory();
  const command = [
    // Most of what a scrape makes dies at once: a small young generation keeps it from being counted as memory.
    "--max-semi-space-size=1",
    "--optimize-for-size",
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
    NODE_COMPILE_CACHE: join(modules, ".cache", "sluice-compiled"),
    ...process.env,
    ...memory.variables,
  };
  if (process.execve !== undefined) process.execve(node, [node, ...command], env);
  else runBeside(node, command, env);
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

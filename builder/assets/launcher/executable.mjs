// Begins a single executable: what the launcher does for a folder, it does to itself.
import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { memorySettings } from "./memory.mjs";

/**
 * Runs `main` in a process whose heap fits the memory there is: when it does not yet, the process starts its own executable again in
 * its place, which keeps its number. By that number the second start knows itself.
 */
export async function begin(main) {
  const { SLUICE_STARTED_AS: before, NODE_OPTIONS: options = "" } = process.env;
  if (before === String(process.pid) || process.execve === undefined) return main();
  const { flags, variables } = readMemory();
  process.execve(process.execPath, [process.execPath, ...process.argv.slice(2)], {
    // As in launcher.mjs: fewer arenas, and memory that goes back to the system.
    MALLOC_ARENA_MAX: "2",
    MALLOC_MMAP_THRESHOLD_: "16384",
    MALLOC_TRIM_THRESHOLD_: "65536",
    ...process.env,
    ...variables,
    NODE_OPTIONS: [options, ...flags].join(" ").trim(),
    SLUICE_STARTED_AS: String(process.pid),
  });
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

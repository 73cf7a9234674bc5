// How large the heap may grow, from the memory that this process may use. Pure, plain JavaScript for any Node from 20 on.
import { posix } from "node:path";

const MIB = 2 ** 20;
const CGROUPS = "/sys/fs/cgroup";

/**
 * The memory this process may use, in bytes, and where that is said: the smallest limit of its control groups and those above them
 * (versions 2 and 1 side by side), or all that the machine has, if they have no limit or a larger one. `read` gives a file's text,
 * or undefined when it cannot be read.
 */
export function memoryLimit(read, machineBytes) {
  const limits = limitFiles(read("/proc/self/cgroup") ?? "").map((file) => ({
    bytes: limitIn(read(file)),
    from: file,
  }));
  const all = [{ bytes: machineBytes, from: "machine" }, ...limits];
  return all.reduce((least, limit) => (limit.bytes < least.bytes ? limit : least));
}

/** The files that may hold a limit, from a process's /proc/self/cgroup. */
function limitFiles(membership) {
  return membership.split("\n").flatMap((line) => {
    const [id, controllers = "", ...rest] = line.split(":");
    const path = rest.join(":");
    if (id === "0" && controllers === "") return upwards(path).map((group) => posix.join(CGROUPS, group, "memory.max"));
    if (!controllers.split(",").includes("memory")) return [];
    return upwards(path).map((group) => posix.join(CGROUPS, "memory", group, "memory.limit_in_bytes"));
  });
}

/** A group and all above it. Seen from a container the path may lead out of what is mounted: then it ends at the root. */
function upwards(path) {
  const group = posix.resolve("/", path);
  return group === "/" ? ["/"] : [group, ...upwards(posix.dirname(group))];
}

/** No limit is "max", an empty file, or a number beyond any machine. */
function limitIn(text) {
  return /^\d+\s*$/.test(text ?? "") ? Number(text) : Number.POSITIVE_INFINITY;
}

/**
 * How many MiB the heap may grow to within a limit: half of it, and at least 64 MiB less than it. What a collector holds is mostly
 * not on the heap: at 200,000 series 132 MB are buffers (lines, labels, requests) and 17 MB heap, and Node itself takes 45 MB beside.
 * So half is more than the heap needs, and a heap that yet grows meets its own limit, where V8 collects with all its might, before
 * the kernel ends the process. Below 32 MiB nothing would start: then the limit is too small, and it shows.
 */
export function heapWithin(limitBytes) {
  const mib = limitBytes / MIB;
  return Math.max(32, Math.floor(mib - Math.max(64, mib / 2)));
}

/**
 * What to start the collector with: flags for Node, and variables that tell the collector what was found. A size that the user set,
 * by SLUICE_HEAP_MIB or in NODE_OPTIONS, is theirs. Throws when SLUICE_HEAP_MIB is not a number of MiB.
 */
export function memorySettings(env, read, machineBytes) {
  const { bytes, from } = memoryLimit(read, machineBytes);
  const found = { SLUICE_MEMORY_LIMIT_MIB: String(Math.floor(bytes / MIB)), SLUICE_MEMORY_LIMIT_FROM: from };
  const own = env.SLUICE_HEAP_MIB ?? "";
  if (own !== "") {
    if (!/^[1-9]\d{0,6}$/.test(own))
      throw new Error(`SLUICE_HEAP_MIB: found "${own}", expected a number of MiB, such as 512`);
    return settings(own, "SLUICE_HEAP_MIB", found);
  }
  if (/--max[-_](old[-_]space|heap)[-_]size/.test(env.NODE_OPTIONS ?? "")) {
    return { flags: [], variables: { ...found, SLUICE_HEAP_LIMIT_FROM: "NODE_OPTIONS" } };
  }
  return settings(heapWithin(bytes), "memory limit", found);
}

function settings(mib, from, found) {
  return { flags: [`--max-old-space-size=${mib}`], variables: { ...found, SLUICE_HEAP_LIMIT_FROM: from } };
}

import { type FSWatcher, watch as watchDirectory } from "node:fs";
import { appendFile, open, readdir, readFile, stat, writeFile } from "node:fs/promises";
import type { Files, Timer, Timers } from "@sluice/component";

/** Changes that come together are told once. */
const SETTLE_MS = 50;
/** How often a missing directory is looked for. */
const SEARCH_MS = 1000;

/** The file system of this machine. */
export function createFiles(timers: Timers): Files {
  return {
    read: (path, most) => (most === undefined ? readFile(path) : readAtMost(path, most)),
    readText: (path) => readFile(path, "utf8"),
    stat: statOrNothing,
    list: async (directory) => (await readdir(directory)).sort(),
    append: (path, data) => appendFile(path, data),
    write: (path, data) => writeFile(path, data),
    watch: (directory, fn) => watch(timers, directory, fn),
  };
}

async function readAtMost(path: string, most: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of file.createReadStream({ end: most, autoClose: false })) {
      chunks.push(chunk as Uint8Array);
      length += (chunk as Uint8Array).length;
    }
    if (length <= most) return Buffer.concat(chunks, length);
  } finally {
    await file.close();
  }
  throw Object.assign(new Error(`cannot read "${path}": more than ${most} bytes`), { code: "EFBIG" });
}

async function statOrNothing(path: string): ReturnType<Files["stat"]> {
  try {
    const found = await stat(path);
    return { kind: found.isDirectory() ? "directory" : "file", size: found.size, modifiedMs: found.mtimeMs };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

interface Watch {
  watcher: FSWatcher | undefined;
  inode: number;
  timer: Timer | undefined;
  cancelled: boolean;
}

/** Watches a directory; one that is not there, or was replaced by another, is looked for until it is there. */
function watch(timers: Timers, directory: string, fn: () => void): Timer {
  const state: Watch = { watcher: undefined, inode: 0, timer: undefined, cancelled: false };
  const close = (): void => {
    state.watcher?.close();
    state.watcher = undefined;
  };
  const later = (ms: number): void => {
    state.timer ??= timers.after(ms, () => {
      state.timer = undefined;
      void look().then((changed) => changed && !state.cancelled && fn());
    });
  };
  const open = (inode: number): void => {
    close();
    state.inode = inode;
    state.watcher = watchDirectory(directory, () => later(SETTLE_MS));
    state.watcher.on("error", () => {
      close();
      later(SEARCH_MS);
    });
  };
  /** Sees to it that the directory of this name is the one watched; false when it was not there and still is not. */
  const look = async (): Promise<boolean> => {
    try {
      const { ino } = await stat(directory);
      if (!state.cancelled && (state.watcher === undefined || ino !== state.inode)) open(ino);
      return true;
    } catch {
      const vanished = state.watcher !== undefined;
      close();
      if (!state.cancelled) later(SEARCH_MS);
      return vanished;
    }
  };
  void look();
  return {
    cancel() {
      state.cancelled = true;
      state.timer?.cancel();
      close();
    },
  };
}

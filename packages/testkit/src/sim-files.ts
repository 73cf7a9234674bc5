import { posix } from "node:path";
import type { Files } from "@sluice/component";
import type { SimulatedTime } from "./sim-time.ts";

/** The files of a simulation, as a test changes them. Relative paths stand below the simulated working directory. */
export interface SimulatedFiles {
  /** Replaces a file, and makes the directories above it. */
  write(path: string, data: string | Uint8Array): void;
  /** Removes a file, or a directory and all below it. */
  remove(path: string): void;
  makeDirectory(path: string): void;
  /** undefined when there is no such file. */
  readText(path: string): string | undefined;
}
interface File {
  readonly data: Uint8Array;
  readonly modifiedMs: number;
}

/** Files in memory; `watching` lists the directories watched. */
export function createFiles(
  { clock, happened }: SimulatedTime,
  cwd: string,
): { readonly files: SimulatedFiles; readonly env: Files; watching(): string[] } {
  const contents = new Map<string, File>();
  const directories = new Map<string, number>();
  const watches = new Set<{ readonly directory: string; readonly fn: () => void; told: boolean }>();
  const full = (path: string): string => posix.resolve(cwd, path);

  function makeDirectory(path: string): void {
    for (let at = full(path); !directories.has(at); at = posix.dirname(at)) {
      directories.set(at, clock.now());
      changed(at);
    }
  }
  /** Tells watchers of the directory that holds `path`, and of `path` itself, once for all changes of one turn. */
  function changed(path: string): void {
    const parent = posix.dirname(path);
    for (const watch of watches) {
      if (watch.told || (watch.directory !== parent && watch.directory !== path)) continue;
      watch.told = true;
      happened();
      setImmediate(() => {
        watch.told = false;
        if (watches.has(watch)) watch.fn();
      });
    }
  }
  function put(path: string, data: Uint8Array): void {
    contents.set(path, { data, modifiedMs: clock.now() });
    changed(path);
  }
  function contentOf(path: string): Uint8Array {
    if (directories.has(full(path))) throw failure("EISDIR", "read", path);
    const file = contents.get(full(path));
    if (file === undefined) throw failure("ENOENT", "open", path);
    return file.data;
  }

  makeDirectory("/");
  makeDirectory(cwd);
  return {
    files: {
      write(path, data) {
        makeDirectory(posix.dirname(full(path)));
        put(full(path), bytesOf(data));
      },
      remove(path) {
        const gone = full(path);
        const below = (other: string): boolean => other === gone || other.startsWith(`${gone}/`);
        for (const other of [...contents.keys()].filter(below)) contents.delete(other);
        for (const other of [...directories.keys()].filter(below)) directories.delete(other);
        changed(gone);
      },
      makeDirectory,
      readText(path) {
        const file = contents.get(full(path));
        return file && Buffer.from(file.data).toString();
      },
    },
    env: {
      read: async (path) => new Uint8Array(contentOf(path)),
      readText: async (path) => Buffer.from(contentOf(path)).toString(),
      async stat(path) {
        const file = contents.get(full(path));
        if (file) return { kind: "file", size: file.data.length, modifiedMs: file.modifiedMs };
        const modifiedMs = directories.get(full(path));
        return modifiedMs === undefined ? undefined : { kind: "directory", size: 0, modifiedMs };
      },
      async list(directory) {
        const parent = full(directory);
        if (!directories.has(parent)) throw failure("ENOENT", "scandir", directory);
        const all = [...contents.keys(), ...directories.keys()];
        return all
          .filter((path) => path !== parent && posix.dirname(path) === parent)
          .map((path) => posix.basename(path))
          .sort();
      },
      async append(path, data) {
        if (!directories.has(posix.dirname(full(path)))) throw failure("ENOENT", "open", path);
        const before = contents.has(full(path)) ? contentOf(path) : new Uint8Array(0);
        put(full(path), bytesOf(Buffer.concat([before, bytesOf(data)])));
      },
      watch(directory, fn) {
        const watch = { directory: full(directory), fn, told: false };
        watches.add(watch);
        return { cancel: () => void watches.delete(watch) };
      },
    },
    watching: () => [...watches].map(({ directory }) => `watch on ${directory}`),
  };
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return new Uint8Array(typeof data === "string" ? Buffer.from(data) : data);
}

function failure(code: string, verb: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${verb} "${path}"`), { code });
}

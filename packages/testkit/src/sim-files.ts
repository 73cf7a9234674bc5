import { posix } from "node:path";
import type { Files, Timer } from "@sluice/component";
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
interface Watch {
  readonly directory: string;
  readonly fn: () => void;
  /** A change is about to be told. */
  told: boolean;
}

/** Files in memory: what a test changes directly and the component sees through `env`. */
export class FileTree implements SimulatedFiles {
  readonly env: Files = {
    read: async (path, most = Number.POSITIVE_INFINITY) => {
      const content = new Uint8Array(this.#contentOf(path));
      if (content.length > most) throw failure("EFBIG", "read", path);
      return content;
    },
    readText: async (path) => Buffer.from(this.#contentOf(path)).toString(),
    stat: async (path) => this.#stat(path),
    list: async (directory) => this.#list(directory),
    append: async (path, data) => this.#append(path, data),
    write: async (path, data) => this.#replace(path, data),
    watch: (directory, fn) => this.#watch(directory, fn),
  };
  readonly #time: SimulatedTime;
  readonly #cwd: string;
  readonly #contents = new Map<string, File>();
  /** With the moment of their making. */
  readonly #directories = new Map<string, number>();
  readonly #watches = new Set<Watch>();

  constructor(time: SimulatedTime, cwd: string) {
    this.#time = time;
    this.#cwd = cwd;
    this.makeDirectory("/");
    this.makeDirectory(cwd);
  }

  write(path: string, data: string | Uint8Array): void {
    this.makeDirectory(posix.dirname(this.#full(path)));
    this.#put(this.#full(path), bytesOf(data));
  }

  remove(path: string): void {
    const gone = this.#full(path);
    const below = (other: string): boolean => other === gone || other.startsWith(`${gone}/`);
    for (const other of [...this.#contents.keys()].filter(below)) this.#contents.delete(other);
    for (const other of [...this.#directories.keys()].filter(below)) this.#directories.delete(other);
    this.#changed(gone);
  }

  makeDirectory(path: string): void {
    for (let at = this.#full(path); !this.#directories.has(at); at = posix.dirname(at)) {
      this.#directories.set(at, this.#time.clock.now());
      this.#changed(at);
    }
  }

  readText(path: string): string | undefined {
    const file = this.#contents.get(this.#full(path));
    return file && Buffer.from(file.data).toString();
  }

  /** The directories that are watched, one line each. */
  watching(): string[] {
    return [...this.#watches].map(({ directory }) => `watch on ${directory}`);
  }

  #full(path: string): string {
    return posix.resolve(this.#cwd, path);
  }

  #put(path: string, data: Uint8Array): void {
    this.#contents.set(path, { data, modifiedMs: this.#time.clock.now() });
    this.#changed(path);
  }

  /** Tells watchers of the directory that holds `path`, and of `path` itself, once for all changes of one turn. */
  #changed(path: string): void {
    const parent = posix.dirname(path);
    for (const watch of this.#watches) {
      if (watch.told || (watch.directory !== parent && watch.directory !== path)) continue;
      watch.told = true;
      this.#time.happened();
      setImmediate(() => {
        watch.told = false;
        if (this.#watches.has(watch)) watch.fn();
      });
    }
  }

  #contentOf(path: string): Uint8Array {
    if (this.#directories.has(this.#full(path))) throw failure("EISDIR", "read", path);
    const file = this.#contents.get(this.#full(path));
    if (file === undefined) throw failure("ENOENT", "open", path);
    return file.data;
  }

  #stat(path: string): Awaited<ReturnType<Files["stat"]>> {
    const file = this.#contents.get(this.#full(path));
    if (file) return { kind: "file", size: file.data.length, modifiedMs: file.modifiedMs };
    const modifiedMs = this.#directories.get(this.#full(path));
    return modifiedMs === undefined ? undefined : { kind: "directory", size: 0, modifiedMs };
  }

  #list(directory: string): string[] {
    const parent = this.#full(directory);
    if (!this.#directories.has(parent)) throw failure("ENOENT", "scandir", directory);
    return [...this.#contents.keys(), ...this.#directories.keys()]
      .filter((path) => path !== parent && posix.dirname(path) === parent)
      .map((path) => posix.basename(path))
      .sort();
  }

  #replace(path: string, data: string | Uint8Array): void {
    const full = this.#full(path);
    if (!this.#directories.has(posix.dirname(full))) throw failure("ENOENT", "open", path);
    if (this.#directories.has(full)) throw failure("EISDIR", "open", path);
    this.#put(full, bytesOf(data));
  }

  #append(path: string, data: string | Uint8Array): void {
    const full = this.#full(path);
    if (!this.#directories.has(posix.dirname(full))) throw failure("ENOENT", "open", path);
    const before = this.#contents.has(full) ? this.#contentOf(path) : new Uint8Array(0);
    this.#put(full, bytesOf(Buffer.concat([before, bytesOf(data)])));
  }

  #watch(directory: string, fn: () => void): Timer {
    const watch: Watch = { directory: this.#full(directory), fn, told: false };
    this.#watches.add(watch);
    return { cancel: () => void this.#watches.delete(watch) };
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return new Uint8Array(typeof data === "string" ? Buffer.from(data) : data);
}

function failure(code: string, verb: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${verb} "${path}"`), { code });
}

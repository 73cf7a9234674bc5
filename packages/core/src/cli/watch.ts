import type { Env, Files, Timer } from "@sluice/component";
import { absolutePath } from "../config/providers.ts";

/** Changes within this time are one: an editor writes a file in several steps. */
const SETTLE_MS = 100;

/** How often it is looked without a notice: none comes of a file that a link in another directory leads to, or that is mounted. */
const LOOK_MS = 5000;

/** What a watch works with. */
export interface Watched {
  readonly env: Pick<Env, "clock" | "files" | "timers" | "process">;
  /** The files meant, as they are now. */
  readonly files: () => readonly string[];
  /** Milliseconds since 1970: what was written later counts as changed. */
  readonly since: number;
  /** Does what a change asks for; never rejects. */
  readonly changed: () => Promise<unknown>;
}

/**
 * Calls `changed` when one of the files was written, replaced, removed or made, once for changes that come together. Directories
 * are watched, so that it sees files replaced by rename and by symbolic links of their directory (as Kubernetes does); what else
 * happens in them does not count. What gives no notice is seen a few seconds later.
 */
export function watchFiles({ env, files, since, changed }: Watched): Timer {
  const stamps = createStamps(env.files);
  const directories = watchDirectories(env.files, noticed);
  const state = { cancelled: false, timer: undefined as Timer | undefined, checking: false };
  let look = env.timers.after(LOOK_MS, lookAgain);

  function noticed(): void {
    state.timer ??= env.timers.after(SETTLE_MS, () => {
      state.timer = undefined;
      void check();
    });
  }
  function lookAgain(): void {
    look = env.timers.after(LOOK_MS, lookAgain);
    noticed();
  }
  /** Watches what is meant now. A file that was not meant before counts as changed when it was written after `moment`. */
  async function adopt(moment: number): Promise<void> {
    const paths = new Set(files().map((path) => absolutePath(path, env)));
    directories.keep(new Set([...paths].map((path) => absolutePath(`${path}/..`, env))));
    await stamps.keep(paths, moment);
  }
  async function check(): Promise<void> {
    // What changes meanwhile is looked for when this is done.
    if (state.checking) return noticed();
    state.checking = true;
    while (!state.cancelled && (await stamps.takeChanges())) {
      const before = env.clock.now();
      await changed();
      if (!state.cancelled) await adopt(before);
    }
    state.checking = false;
  }

  void adopt(since).then(check);
  return {
    cancel() {
      state.cancelled = true;
      state.timer?.cancel();
      look.cancel();
      directories.keep(new Set());
    },
  };
}

/** By what is remembered of each file, tells whether one changed. */
function createStamps(files: Files) {
  const stamps = new Map<string, string>();
  async function stampOf(path: string, since = Number.POSITIVE_INFINITY): Promise<string> {
    const found = await files.stat(path).catch(() => undefined);
    if (found === undefined) return "nothing";
    return found.modifiedMs > since ? "written since" : `${found.size} bytes at ${found.modifiedMs}`;
  }
  return {
    /** Remembers these files as they are, but what was written after `since`, and no others. */
    async keep(paths: ReadonlySet<string>, since: number): Promise<void> {
      for (const path of stamps.keys()) if (!paths.has(path)) stamps.delete(path);
      for (const path of paths) if (!stamps.has(path)) stamps.set(path, await stampOf(path, since));
    },
    /** Whether a file is another one than remembered; it is then remembered as it is now. */
    async takeChanges(): Promise<boolean> {
      let differs = false;
      for (const [path, before] of stamps) {
        const now = await stampOf(path);
        differs ||= now !== before;
        stamps.set(path, now);
      }
      return differs;
    },
  };
}

function watchDirectories(files: Files, noticed: () => void) {
  const watches = new Map<string, Timer>();
  return {
    /** Watches these directories, and no others. */
    keep(wanted: ReadonlySet<string>): void {
      for (const [directory, watch] of watches) {
        if (wanted.has(directory)) continue;
        watch.cancel();
        watches.delete(directory);
      }
      for (const directory of wanted) {
        if (!watches.has(directory)) watches.set(directory, files.watch(directory, noticed));
      }
    },
  };
}

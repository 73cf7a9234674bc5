import { type Context, type Timer, t } from "@sluice/component";
import type { ScrapeConfig } from "./config-job.ts";
import { nullable } from "./config-job.ts";
import { decodeDocument, readDocument } from "./document.ts";
import { directoryOf, joinPath, matchFiles } from "./glob.ts";
import type { Job } from "./job.ts";
import type { TargetGroup } from "./targets.ts";

/** Something that finds targets. */
export interface Discovery {
  /** Finds what there is now, and goes on looking; `changed` is called after each change. */
  start(changed: () => void): Promise<void>;
  stop(): void;
  groups(): Iterable<TargetGroup>;
}
type DiscoveryContext = Pick<Context, "env" | "log">;
type FileSdConfig = NonNullable<ScrapeConfig["file_sd_configs"][number]>;

/** The discoveries of a job. */
export function createDiscoveries(job: Job, context: DiscoveryContext): Discovery[] {
  const files = job.own.file_sd_configs.filter((config) => config !== null);
  return [staticDiscovery(job), ...files.map((config) => fileDiscovery(config, job, context))];
}

function staticDiscovery({ own }: Job): Discovery {
  const groups = own.static_configs
    .filter((config) => config !== null)
    .map(({ targets, labels }, index) => groupOf(String(index), targets, labels));
  return { start: async () => {}, stop() {}, groups: () => groups };
}
function groupOf(
  source: string,
  targets: readonly string[],
  labels: Readonly<Record<string, string>>,
  more: readonly (readonly [string, string])[] = [],
): TargetGroup {
  return {
    source,
    targets: targets.map((address) => new Map([["__address__", address]])),
    labels: new Map([...Object.entries(labels), ...more]),
  };
}

const content = t.array(
  nullable(
    t.object("Targets that share labels.", {
      targets: t.array(t.text({ description: "Host and port." }), { description: "Addresses.", default: [] }),
      labels: t.record(t.text({ description: "Value." }), { description: "Labels.", default: {} }),
    }),
  ),
  { description: "Groups." },
);

/** What a file of targets holds; throws an Error that says what is wrong with it. */
export function parseTargetFile(path: string, text: string): TargetGroup[] {
  const isJson = /\.json$/i.test(path);
  const groups = isJson ? decodeDocument(JSON.parse(text), content) : (readDocument(text, content) ?? []);
  return groups.map((group, index) => {
    if (group === null) throw new Error("nil target group item found");
    return groupOf(`${path}:${index}`, group.targets, group.labels, [["__meta_filepath", path]]);
  });
}

/** Reads files of targets now, when their directory changes, and every refresh_interval. What cannot be read stays as it was. */
function fileDiscovery(config: FileSdConfig, { baseDirectory, name }: Job, { env, log }: DiscoveryContext): Discovery {
  const patterns = config.files.map((path) => joinPath(baseDirectory, path));
  let known = new Map<string, readonly TargetGroup[]>();
  const watches: Timer[] = [];
  const state: { timer: Timer | undefined; stopped: boolean; reading: Promise<void> | undefined; again: boolean } = {
    timer: undefined,
    stopped: false,
    reading: undefined,
    again: false,
  };

  async function refresh(): Promise<void> {
    const found = new Map<string, readonly TargetGroup[]>();
    for (const pattern of patterns) {
      let paths: readonly string[];
      try {
        paths = await matchFiles(pattern, env.files);
      } catch (error) {
        log.error("cannot list target files", { job: name, path: pattern, error });
        for (const [path, groups] of known) if (directoryOf(path) === directoryOf(pattern)) found.set(path, groups);
        continue;
      }
      for (const path of paths) {
        const groups = await read(path);
        if (groups !== undefined) found.set(path, groups);
      }
    }
    known = found;
  }
  async function read(path: string): Promise<readonly TargetGroup[] | undefined> {
    try {
      return parseTargetFile(path, await env.files.readText(path));
    } catch (error) {
      log.error("cannot read target file, keeping its former targets", { job: name, path, error });
      return known.get(path);
    }
  }
  /** One reading at a time; what changes meanwhile is read after it. */
  async function update(changed: () => void): Promise<void> {
    if (state.reading !== undefined) {
      state.again = true;
      return state.reading;
    }
    state.timer?.cancel();
    state.reading = (async () => {
      do {
        state.again = false;
        await refresh();
      } while (state.again && !state.stopped);
    })();
    await state.reading;
    state.reading = undefined;
    if (state.stopped) return;
    changed();
    state.timer = env.timers.after(config.refresh_interval, () => void update(changed));
  }

  return {
    async start(changed) {
      for (const directory of new Set(patterns.map(directoryOf))) {
        watches.push(env.files.watch(directory, () => void update(changed)));
      }
      await update(changed);
    },
    stop() {
      state.stopped = true;
      state.timer?.cancel();
      for (const watch of watches) watch.cancel();
    },
    *groups() {
      for (const groups of known.values()) yield* groups;
    },
  };
}

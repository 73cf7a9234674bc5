import { type Timer, t } from "@sluice/component";
import { nullable, type ScrapeConfig } from "./config-job.ts";
import { decodeDocument, readDocument } from "./document.ts";
import { directoryOf, joinPath, matchFiles } from "./glob.ts";
import type { Job } from "./job.ts";
import { type Discovery, type DiscoveryContext, groupOf, type TargetGroup } from "./target-group.ts";

type FileSdConfig = NonNullable<ScrapeConfig["file_sd_configs"][number]>;

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
export class FileDiscovery implements Discovery {
  readonly #config: FileSdConfig;
  readonly #job: string;
  readonly #context: DiscoveryContext;
  readonly #patterns: readonly string[];
  readonly #watches: Timer[] = [];
  #known: ReadonlyMap<string, readonly TargetGroup[]> = new Map();
  #timer: Timer | undefined;
  #reading: Promise<void> | undefined;
  /** Something changed while the files were read. */
  #again = false;
  #stopped = false;

  constructor(config: FileSdConfig, { baseDirectory, name }: Job, context: DiscoveryContext) {
    this.#config = config;
    this.#job = name;
    this.#context = context;
    this.#patterns = config.files.map((path) => joinPath(baseDirectory, path));
  }

  async start(changed: () => void): Promise<void> {
    const { files } = this.#context.env;
    for (const directory of new Set(this.#patterns.map(directoryOf))) {
      this.#watches.push(files.watch(directory, () => void this.#update(changed)));
    }
    await this.#update(changed);
  }
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    for (const watch of this.#watches) watch.cancel();
  }
  groups(): Iterable<TargetGroup> {
    return [...this.#known.values()].flat();
  }

  /** One reading at a time; what changes meanwhile is read after it. */
  async #update(changed: () => void): Promise<void> {
    if (this.#reading !== undefined) {
      this.#again = true;
      return await this.#reading;
    }
    this.#timer?.cancel();
    this.#reading = this.#readUntilQuiet();
    await this.#reading;
    this.#reading = undefined;
    if (this.#stopped) return;
    changed();
    this.#timer = this.#context.env.timers.after(this.#config.refresh_interval, () => void this.#update(changed));
  }
  async #readUntilQuiet(): Promise<void> {
    do {
      this.#again = false;
      await this.#readAll();
    } while (this.#again && !this.#stopped);
  }
  async #readAll(): Promise<void> {
    const found = new Map<string, readonly TargetGroup[]>();
    for (const pattern of this.#patterns) {
      for (const path of await this.#match(pattern)) {
        const groups = await this.#read(path);
        if (groups !== undefined) found.set(path, groups);
      }
    }
    this.#known = found;
  }
  async #match(pattern: string): Promise<readonly string[]> {
    const { env, log } = this.#context;
    try {
      return await matchFiles(pattern, env.files);
    } catch (error) {
      log.error("cannot list target files, keeping their former targets", { job: this.#job, path: pattern, error });
      return [...this.#known.keys()].filter((path) => directoryOf(path) === directoryOf(pattern));
    }
  }
  async #read(path: string): Promise<readonly TargetGroup[] | undefined> {
    const { env, log } = this.#context;
    try {
      return parseTargetFile(path, await env.files.readText(path));
    } catch (error) {
      log.error("cannot read target file, keeping its former targets", { job: this.#job, path, error });
      return this.#known.get(path);
    }
  }
}

import { type Context, type Decoded, type Schema, type Timer, t } from "@sluice/component";
import { nullable, type ScrapeConfig } from "./config-job.ts";
import { directoryOf, joinPath, matchFiles } from "./glob.ts";
import type { Job } from "./job.ts";
import { type Discovery, type DiscoveryContext, groupOf, type TargetGroup } from "./target-group.ts";

type FileSdConfig = NonNullable<ScrapeConfig["file_sd_configs"][number]>;

/** The schema of a file, given that of its text. */
function contentOf(text: Schema<string>) {
  const group = t.object("Targets that share labels.", {
    targets: t.array(text, { description: "Addresses.", default: [] }),
    labels: t.record(nullable(text), { description: "Labels.", default: {} }),
  });
  return nullable(t.array(nullable(group), { description: "Groups." }));
}
const yamlContent = contentOf(t.text({ description: "A scalar." }));
const jsonContent = contentOf(t.string({ description: "Text." }));
type Content = Decoded<typeof jsonContent>;

/** What a file of targets holds. Rejects with an Error that says what is wrong with it. */
export async function parseTargetFile(
  path: string,
  text: string,
  decode: Context["decode"],
): Promise<readonly TargetGroup[]> {
  const isJson = /\.json$/i.test(path);
  const groups = await (isJson ? readJson(path, text, decode) : decode(yamlContent, text, path));
  return (groups ?? []).map((group, index) => {
    if (group === null) throw new Error("nil target group item found");
    return groupOf(`${path}:${index}`, group.targets, group.labels, [["__meta_filepath", path]]);
  });
}

/** Fast path: a megabyte of JSON takes milliseconds, of YAML a second. The slow one tells what is wrong, and where. */
async function readJson(path: string, text: string, decode: Context["decode"]): Promise<Content> {
  const data: unknown = JSON.parse(text);
  if (!Array.isArray(data) || !data.every(isGroup)) return await decode(jsonContent, text, path);
  return data.map(({ targets = [], labels = {} }) => ({ targets, labels }));
}

type Group = { readonly targets?: readonly string[]; readonly labels?: Readonly<Record<string, string>> };
function isGroup(value: unknown): value is Group {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([key, held]: [string, unknown]) => {
    if (key === "targets") return Array.isArray(held) && held.every(isText);
    const isMap = typeof held === "object" && held !== null && !Array.isArray(held);
    return key === "labels" && isMap && Object.values(held).every(isText);
  });
}
function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Reads files of targets now, when their directory changes, and every refresh_interval. What cannot be read stays as it was. */
export class FileDiscovery implements Discovery {
  readonly #config: FileSdConfig;
  readonly #job: string;
  readonly #context: DiscoveryContext;
  readonly #patterns: readonly string[];
  readonly #watches: Timer[] = [];
  #known: ReadonlyMap<string, readonly TargetGroup[]>;
  #timer: Timer | undefined;
  #reading: Promise<void> | undefined;
  /** Something changed while the files were read. */
  #again = false;
  #stopped = false;

  /** `known`: what files held when another discovery read them last. */
  constructor(
    config: FileSdConfig,
    { baseDirectory, name }: Job,
    context: DiscoveryContext,
    known: ReadonlyMap<string, readonly TargetGroup[]>,
  ) {
    this.#known = known;
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
  get files(): ReadonlyMap<string, readonly TargetGroup[]> {
    return this.#known;
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
    const { env, log, decode } = this.#context;
    try {
      return await parseTargetFile(path, await env.files.readText(path), decode);
    } catch (error) {
      log.error("cannot read target file, keeping its former targets", { job: this.#job, path, error });
      return this.#known.get(path);
    }
  }
}

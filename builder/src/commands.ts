import { writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { type Args, describeFlags, type Flags, readArgs, UsageError } from "./args.ts";
import { type BuildOptions, buildDistribution, readManifest } from "./build.ts";
import { bundle, bundleSize } from "./bundle.ts";
import { readContents } from "./components.ts";
import { generateMain } from "./generate.ts";
import { writeFirstManifest } from "./init.ts";
import type { PackageManager } from "./install.ts";
import { launcherFiles } from "./launcher.ts";
import { writeComponent } from "./new-component.ts";
import { outputNames } from "./outputs/index.ts";
import { createProgress, type Progress } from "./progress.ts";
import { readTarballs } from "./tarballs.ts";
import { upgrade } from "./upgrade.ts";

/** Something the builder does when it is asked by name. */
interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly flags: Flags;
  /** Resolves with the exit code. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

const config = { value: "<file>", summary: "The manifest; manifest.yaml unless told otherwise." };
const set = {
  value: "dist.<key>=<text>",
  summary: "Puts a text over one below dist in the manifest. May be repeated.",
};
const manager = { value: "npm|pnpm", summary: "What installs; npm, or pnpm when the builder was started by it." };
const packages = {
  value: "<folder>",
  summary: "Takes packages from the tarballs in a folder, whatever the registry has.",
};
const ofGo = "For manifests and scripts of the Go builder; has no meaning here.";

const buildFlags: Flags = {
  config,
  set,
  "output-path": { value: "<folder>", summary: "Where things are made, instead of the manifest's dist::output_path." },
  output: { value: "<name>", summary: "What is made, instead of the manifest's dist::outputs. May be repeated." },
  packages,
  "package-manager": manager,
  offline: { summary: "Installs only what the package manager has in its cache." },
  "skip-generate": { summary: "Takes the sources in the output path as they are." },
  "skip-get-modules": { summary: "Takes the installed packages as they are." },
  "skip-compilation": { summary: "Ends when the sources are written." },
  verbose: { summary: "Shows what the package manager prints." },
  "skip-strict-versioning": { summary: ofGo },
  ldflags: { value: "<text>", summary: ofGo },
  gcflags: { value: "<text>", summary: ofGo },
};

/** Everything the builder does; the first one also without its name, as the Go builder's. */
export const commands: readonly Command[] = [
  {
    name: "build",
    usage: "build [flags]",
    summary: "make a distribution of a manifest",
    flags: buildFlags,
    run: build,
  },
  {
    name: "init",
    usage: "init [--path <folder>] [--from <file>]",
    summary: "write a manifest to begin with, or the translation of one of the Go builder",
    flags: {
      path: { value: "<folder>", summary: "Where manifest.yaml is written." },
      from: { value: "<file>", summary: "A manifest of the Go builder; what is missing here becomes a comment." },
    },
    run: init,
  },
  {
    name: "upgrade",
    usage: "upgrade [--config <file>] [--dry-run]",
    summary: "put the newest versions of its packages into a manifest, comments kept",
    flags: { config, "dry-run": { summary: "Shows them only." } },
    run: upgradeManifest,
  },
  {
    name: "new",
    usage: "new receiver|processor|exporter|connector|extension <type> [--packages <folder>]",
    summary: "write the package of a component of your own",
    flags: { packages },
    run: newComponent,
  },
  {
    name: "generate",
    usage: "generate [--config <file>]",
    summary: "write main.ts and bin/ beside a manifest that stands in a package of its own",
    flags: { config, set },
    run: (args) => inPlace(args, false),
  },
  {
    name: "bundle",
    usage: "bundle [--config <file>]",
    summary: "do that, and bundle it into dist/",
    flags: { config, set },
    run: (args) => inPlace(args, true),
  },
];

/** What the builder prints when it is asked for help. */
export function usage(): string {
  const width = Math.max(...commands.map((command) => command.usage.length));
  const list = commands.map((command) => `  ${command.usage.padEnd(width)}  ${command.summary}\n`).join("");
  const outputs = `Outputs: ${outputNames.join(", ")}.\n`;
  return `Usage: sluice-builder <command>\n\n${list}\nFlags of build:\n${describeFlags(buildFlags)}\n${outputs}`;
}

async function build(given: readonly string[]): Promise<number> {
  const args = readArgs(given, buildFlags);
  const progress = openProgress();
  for (const flag of ["ldflags", "gcflags"]) if (args.last(flag) !== undefined) progress.tell(`--${flag}: left out`);
  const wanted = args.all("output");
  const unknown = wanted.find((name) => !outputNames.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--output: found "${unknown}", expected one of ${outputNames.join(", ")}`);
  }
  const options: BuildOptions = {
    ...readConfig(args),
    outputPath: args.last("output-path"),
    outputs: wanted.length > 0 ? wanted : undefined,
    packages: args.last("packages"),
    manager: readManager(args.last("package-manager")),
    offline: args.isOn("offline"),
    skipGenerate: args.isOn("skip-generate"),
    skipGetModules: args.isOn("skip-get-modules"),
    skipCompilation: args.isOn("skip-compilation"),
    verbose: args.isOn("verbose"),
  };
  await buildDistribution(options, progress);
  return 0;
}

/** Both the flag and the first operand name a manifest. */
function readConfig(args: Args): Pick<BuildOptions, "config" | "overrides"> {
  if (args.operands.length > 1) throw new UsageError(`unexpected "${args.operands[1]}"`);
  const overrides = new Map<string, string>();
  for (const text of args.all("set")) {
    const [, key, value] = /^dist\.([a-z_]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined || value === undefined) {
      throw new UsageError(`--set: found "${text}", expected dist.<key>=<text>`);
    }
    overrides.set(key, value);
  }
  return { config: args.last("config") ?? args.operands[0] ?? "manifest.yaml", overrides };
}

function readManager(text: string | undefined): PackageManager {
  const startedBy = process.env.npm_config_user_agent?.startsWith("pnpm/") ? "pnpm" : "npm";
  const name = text ?? startedBy;
  if (name !== "npm" && name !== "pnpm")
    throw new UsageError(`--package-manager: found "${name}", expected npm or pnpm`);
  return name;
}

async function init(given: readonly string[]): Promise<number> {
  const args = readArgs(given, commands.find(({ name }) => name === "init")!.flags);
  for (const line of await writeFirstManifest(args.last("path") ?? ".", args.last("from"))) say(line);
  return 0;
}

async function upgradeManifest(given: readonly string[]): Promise<number> {
  const args = readArgs(given, commands.find(({ name }) => name === "upgrade")!.flags);
  for (const line of await upgrade(readConfig(args).config, args.isOn("dry-run"))) say(line);
  return 0;
}

async function newComponent(given: readonly string[]): Promise<number> {
  const { operands, last } = readArgs(given, { packages });
  const [kind, type, ...more] = operands;
  if (kind === undefined || type === undefined || more.length > 0) {
    throw new UsageError("expected a kind and a type, such as: new receiver my_thing");
  }
  const folder = last("packages");
  const tarballs = folder === undefined ? undefined : await readTarballs(resolve(folder));
  for (const line of await writeComponent(process.cwd(), kind, type, tarballs)) say(line);
  return 0;
}

/** For a distribution that is a package of its own: its packages are those that its folder finds. */
async function inPlace(given: readonly string[], bundled: boolean): Promise<number> {
  const options = readConfig(readArgs(given, { config, set }));
  const { manifest, places } = await readManifest(options);
  const contents = await readContents(manifest, places.home);
  const files = [["main.ts", generateMain(manifest, contents, basename(places.manifest))] as const];
  for (const [path, text] of [...files, ...(await launcherFiles(manifest.dist.name))]) {
    const file = join(places.home, path);
    await writeFile(file, text);
    say(`wrote ${relative(process.cwd(), file)}`);
  }
  if (!bundled) return 0;
  const dist = join(places.home, "dist");
  const size = bundleSize(await bundle(places.home, dist));
  say(`wrote ${relative(process.cwd(), dist)} (${Math.ceil(size / 1024)} KiB)`);
  return 0;
}

function openProgress(): Progress {
  return createProgress({
    isTerminal: process.stdout.isTTY === true,
    write: (text) => process.stdout.write(text),
    now: () => performance.now(),
  });
}
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

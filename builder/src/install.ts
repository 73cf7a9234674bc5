import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dropChanged } from "./drop-changed.ts";
import { ManifestError, type PackageEntry } from "./manifest.ts";
import { run } from "./run.ts";
import { isFromRegistry } from "./spec.ts";

/** What installs: npm, or pnpm for those who use it. */
export type PackageManager = "npm" | "pnpm";

export interface InstallOptions {
  readonly project: string;
  readonly manager: PackageManager;
  /** Only what the package manager has in its cache. */
  readonly offline: boolean;
  /** What the manifest names, for messages. */
  readonly packages: readonly PackageEntry[];
  /** Given what the package manager prints, as it prints it. */
  readonly output?: ((text: string) => void) | undefined;
}

/** Installs what the project's package.json names. Throws `ManifestError` with the lines of the packages that cannot be had. */
export async function install(options: InstallOptions): Promise<void> {
  const { project, manager, offline, output } = options;
  const args =
    manager === "npm"
      ? ["install", "--install-links", "--no-audit", "--no-fund", "--no-progress"]
      : ["install", "--no-frozen-lockfile"];
  if (manager === "npm") await dropChanged(project);
  const { code, text } = await run(manager, [...args, ...(offline ? ["--offline"] : [])], { cwd: project, output });
  if (code !== 0) throw new ManifestError(await explain(text, options));
}

/** The manifest's lines of the packages that npm complains of; all that it said when it complains of none. */
async function explain(text: string, options: InstallOptions): Promise<readonly string[]> {
  const lines = text.split("\n").map(lineOf);
  const said = lines.filter((line) => line !== "" && !noise.test(line));
  const told = new Map(options.packages.map((entry) => [entry, saidOf(entry, said)]));
  if (/\b(E404|ETARGET|ERR_PNPM_\w+)\b/.test(text) && !options.offline) await askForOthers(told, options);
  const problems = [...told].flatMap(([{ name, spec, place }, line]) =>
    line === undefined ? [] : [`${place}: cannot install ${name}${spec === "" ? "" : `@${spec}`}: ${line}`],
  );
  return problems.length > 0 ? problems : [`${options.manager} cannot install the packages:`, ...said.slice(0, 20)];
}

function lineOf(line: string): string {
  return line
    .replace(/^npm (error|ERR!) ?/, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
/** The fields and frames of the package manager's own errors, and what it says to everybody. */
const noise =
  /^(npm warn|A complete log|Note that you can|notarget In most cases|at |[{}]|(code|errno|syscall|type|address|port)\b)/;

function saidOf({ name }: PackageEntry, said: readonly string[]): string | undefined {
  const named = new RegExp(`(^|[^\\w./@-])${name.replaceAll(/[.]/g, "\\.")}([^\\w.-]|$)`);
  return said.find((one) => named.test(one.replaceAll("%2f", "/")));
}

/** A package manager ends at the first package that its registry does not have: those it said nothing of are asked for by name. */
async function askForOthers(told: Map<PackageEntry, string | undefined>, options: InstallOptions): Promise<void> {
  const { project, manager } = options;
  const { dependencies = {} } = JSON.parse(await readFile(join(project, "package.json"), "utf8")) as {
    dependencies?: Readonly<Record<string, string>>;
  };
  const left = [...told.keys()].filter((entry) => told.get(entry) === undefined);
  const ask = async (): Promise<void> => {
    for (let entry = left.pop(); entry !== undefined; entry = left.pop()) {
      const { name } = entry;
      const spec = dependencies[name];
      if (spec === undefined || !isFromRegistry({ name, spec })) continue;
      const { code, text } = await run(manager, ["view", `${name}@${spec}`, "version"], { cwd: project });
      const isThere = code === 0 && text.trim() !== "";
      if (!isThere) told.set(entry, saidOf(entry, text.split("\n").map(lineOf)) ?? "the registry does not have it");
    }
  };
  await Promise.all([ask(), ask(), ask(), ask()]);
}

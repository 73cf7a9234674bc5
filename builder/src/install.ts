import { dropChanged } from "./drop-changed.ts";
import { ManifestError, type PackageEntry } from "./manifest.ts";
import { run } from "./run.ts";

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
  if (code !== 0) throw new ManifestError(explain(text, options));
}

/** The manifest's lines of the packages that npm complains of; all that it said when it complains of none. */
function explain(text: string, { packages, manager }: InstallOptions): readonly string[] {
  const lines = text.split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, "").trim());
  const said = lines.filter((line) => line !== "" && !/^(npm warn|code|A complete log|Note that you can)\b/.test(line));
  const problems = packages.flatMap(({ name, spec, place }) => {
    const named = new RegExp(`(^|[^\\w./@-])${name.replaceAll(/[.]/g, "\\.")}([^\\w.-]|$)`);
    const line = said.find((one) => named.test(one.replaceAll("%2f", "/")));
    return line === undefined ? [] : [`${place}: cannot install ${name}${spec === "" ? "" : `@${spec}`}: ${line}`];
  });
  return problems.length > 0 ? problems : [`${manager} cannot install the packages:`, ...said.slice(0, 20)];
}

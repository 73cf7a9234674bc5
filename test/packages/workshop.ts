/** A folder outside the workspace with packages as they are published, and the programs of docs/embedding.md in it. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../scripts/packages.ts";
import { publishedPackages } from "../../scripts/packing/pack.ts";

const run = promisify(execFile);

/** A program of a page, and what it prints. */
export interface Program {
  /** "collector.ts" */
  readonly name: string;
  readonly source: string;
  readonly printed: string;
}
export interface Workshop {
  readonly folder: string;
  /** Runs a program in the folder, and gives what it printed; rejects, with that, when it failed. */
  run(command: string, ...args: readonly string[]): Promise<string>;
  /** Writes a file. */
  write(name: string, text: string): void;
  remove(): void;
}

/** The programs of a page: TypeScript blocks that begin with their name, each before what it prints. */
function programsIn(page: string): Program[] {
  const blocks = readFileSync(join(root, page), "utf8").matchAll(
    /^```ts\n\/\/ ([\w-]+\.ts)\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```$)?/gm,
  );
  return [...blocks].map(([, name = "", source = "", printed = ""]) => ({ name, source, printed }));
}

/** What a program may do: the examples of the pages about it, and two collectors that leave the process alone. */
export function allPrograms(): Program[] {
  const two = {
    name: "two-collectors.ts",
    source: readFileSync(join(import.meta.dirname, "two-collectors.ts"), "utf8"),
    printed: [
      'handlers while two run: ""',
      "the other one runs: 2 components",
      'a third one: exporter "out" reported a fatal error',
      "the other one runs: 2 components",
      'handlers after all: "", exit code undefined',
      "",
    ].join("\n"),
  };
  return [...programsIn("docs/embedding.md"), ...programsIn("packages/core/README.md"), two];
}

/** Our packages that a program names, and those they need, by name. */
export function neededBy(programs: readonly Program[]): string[] {
  const manifests = new Map(publishedPackages().map(({ manifest }) => [manifest.name, manifest]));
  const needed = new Set<string>();
  const need = (name: string): void => {
    const manifest = manifests.get(name);
    if (manifest === undefined || needed.has(name)) return;
    needed.add(name);
    Object.keys(manifest.dependencies ?? {}).forEach(need);
  };
  for (const { source } of programs)
    for (const [, name = ""] of source.matchAll(/from "(@[^/"]+\/[^/"]+)/g)) need(name);
  return [...needed].sort();
}

/** Absolute paths of the tarballs of a folder, by the package in them. */
export function tarballsIn(folder: string): Record<string, string> {
  const files = readdirSync(folder);
  return Object.fromEntries(
    publishedPackages().map(({ manifest: { name, version } }) => {
      const file = `${name.slice(1).replace("/", "-")}-${String(version)}.tgz`;
      if (!files.includes(file)) throw new Error(`cannot find ${file} in "${folder}"`);
      return [name, join(folder, file)];
    }),
  );
}

/** Makes an npm project of these tarballs (absolute paths by package) and other dependencies, and installs it. */
export async function createWorkshop(
  tarballs: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = {},
): Promise<Workshop> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-packages-"));
  const files = Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]));
  const manifest = { name: "outside", private: true, type: "module", dependencies: { ...files, ...others } };
  const workshop: Workshop = {
    folder,
    async run(command, ...args) {
      // The Node at hand is the one that npm runs on, too.
      const { NODE_OPTIONS: _, ...env } = process.env;
      env.PATH = `${dirname(process.execPath)}${delimiter}${env.PATH}`;
      try {
        return (await run(command, args, { cwd: folder, env, timeout: 100_000, maxBuffer: 1 << 26 })).stdout;
      } catch (error) {
        const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
        throw new Error(`"${[command, ...args].join(" ")}" failed:\n${stdout}${stderr}`, { cause: error });
      }
    },
    write: (name, text) => writeFileSync(join(folder, name), text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  workshop.write("package.json", JSON.stringify(manifest));
  await workshop.run("npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts");
  // Declarations name types of Node; the package that has them is every TypeScript program's own.
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  symlinkSync(join(root, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
  return workshop;
}

/** How a TypeScript is asked. */
interface Compiling {
  /** Files of the folder; default: all. */
  readonly include?: readonly string[];
  readonly lib?: readonly string[];
  readonly skipLibCheck?: boolean;
}

/** Compiles programs of the folder into `compiled`; unless told otherwise it checks all declarations that they lead to. Rejects with what it says. */
export async function compileIn(workshop: Workshop, compiler: string, compiling: Compiling = {}): Promise<string> {
  const { include = ["*.ts"], lib = ["es2024", "esnext.disposable"], skipLibCheck = false } = compiling;
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck };
  const output = { target: "es2022", module: "nodenext", outDir: "compiled" };
  const compilerOptions = { ...output, ...strict, lib, types: ["node"] };
  workshop.write("tsconfig.json", JSON.stringify({ compilerOptions, include }));
  return await workshop.run(process.execPath, compiler, "-p", ".");
}

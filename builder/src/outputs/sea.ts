import { chmod, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { bundleOptions } from "../bundle.ts";
import type { Architecture } from "../debian.ts";
import { addNote, stripExecutable } from "../elf.ts";
import { node, nodeFor } from "../node-binary.ts";
import { run } from "../run.ts";
import { checkKeys, readArchitectures } from "../settings.ts";
import type { Built, Emitted, Output, OutputOptions } from "./output.ts";

/** As the launcher starts Node; compiled code serves only a Node with the same ones. */
const flags = ["--max-semi-space-size=2"];
/** Node looks at the letter behind it to know whether something is embedded. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:";

/**
 * One executable for Linux that holds Node and all code. Node embeds one CommonJS file: so it is bundled anew, and threads run the
 * same file from an asset.
 */
export const emitSea: Output = async (built, options) => {
  checkKeys(options.settings, ["architectures"]);
  if (process.version !== `v${node.version}`)
    throw new Error(
      `what is embedded must be made by the Node it is embedded in: run the builder with Node ${node.version}`,
    );
  const folder = await mkdtemp(join(tmpdir(), "sluice-sea-"));
  try {
    await writeFile(join(folder, "main.cjs"), await bundleOnce(options.project));
    const emitted: Emitted[] = [];
    for (const architecture of readArchitectures(options.settings))
      emitted.push(await emitFor(architecture, folder, built, options));
    return emitted;
  } finally {
    await rm(folder, { recursive: true });
  }
};

async function emitFor(
  architecture: Architecture,
  folder: string,
  { name, version }: Built,
  { outputPath, project }: OutputOptions,
): Promise<Emitted> {
  const blob = await embedded(folder, isThisMachine(architecture));
  const { binary } = await nodeFor(architecture, project);
  const executable = Buffer.from(addNote(stripExecutable(binary), "NODE_SEA_BLOB", blob).buffer);
  const fuse = executable.indexOf(`${FUSE}0`);
  if (fuse === -1) throw new Error(`cannot use Node ${node.version}: it has no place for an application`);
  executable.write("1", fuse + FUSE.length);
  const path = join(outputPath, `${name}-${version}-linux-${architecture}`);
  await writeFile(path, executable);
  await chmod(path, 0o755);
  return { path, what: `executable, linux/${architecture}`, bytes: executable.length };
}

/** What Node makes of the bundle. Compiled code is for the architecture of this machine; others compile at every start. */
async function embedded(folder: string, isCompiled: boolean): Promise<Uint8Array> {
  const config = {
    main: "main.cjs",
    output: "main.blob",
    disableExperimentalSEAWarning: true,
    useCodeCache: isCompiled,
    execArgv: flags,
    execArgvExtension: "env",
    assets: { "main.cjs": "main.cjs" },
  };
  await writeFile(join(folder, "sea.json"), JSON.stringify(config));
  // A random seed would make the compiled code differ from build to build.
  const args = [...flags, "--random-seed=1", "--experimental-sea-config", "sea.json"];
  const { code, text } = await run(process.execPath, args, { cwd: folder, env: { NODE_OPTIONS: "" } });
  if (code !== 0) throw new Error(`Node cannot prepare the bundle:\n${text}`);
  return readFile(join(folder, "main.blob"));
}

function isThisMachine(architecture: Architecture): boolean {
  return process.platform === "linux" && process.arch === { amd64: "x64", arm64: "arm64" }[architecture];
}

/** All of the project as one CommonJS text; what was loaded lazily is still run only when it is asked for. */
async function bundleOnce(folder: string): Promise<string> {
  const project = await realpath(folder);
  const contents = 'import { begin } from "launcher:./executable.mjs";\nvoid begin(() => import("./main.ts"));\n';
  const { platform, target, legalComments } = bundleOptions;
  const { outputFiles } = await build({
    absWorkingDir: project,
    stdin: { contents, resolveDir: project, sourcefile: "executable.mjs" },
    bundle: true,
    write: false,
    format: "cjs",
    platform,
    target,
    legalComments,
    // In place of the file that a thread would run: a text that runs the asset.
    define: { "import.meta.filename": "sluiceThread_" },
    banner: {
      js: `const sluiceThread_ = new URL(${JSON.stringify(`data:text/javascript,${encodeURIComponent(thread)}`)});`,
    },
    plugins: [asFunction(join(project, "main.ts")), launcher],
    logLevel: "warning",
  });
  return outputFiles[0]!.text;
}

const thread = `import { createRequire } from "node:module";
import { getAsset } from "node:sea";
new Function("require", "module", "exports", getAsset("main.cjs", "utf8"))(createRequire("file:///"), {}, {});
`;

/** The files of the launcher by their names: their paths from the project, which esbuild writes beside code, are those of one machine. */
const launcher: Plugin = {
  name: "launcher",
  setup(bundler) {
    const namespace = "launcher";
    bundler.onResolve({ filter: /^launcher:/ }, ({ path }) => ({ path: path.slice("launcher:".length), namespace }));
    bundler.onResolve({ filter: /^\.\//, namespace }, ({ path }) => ({ path, namespace }));
    bundler.onLoad({ filter: /./, namespace }, async ({ path }) => ({
      contents: await readFile(new URL(path, new URL("../../assets/launcher/", import.meta.url)), "utf8"),
    }));
  },
};

/** CommonJS knows no \`await\` outside of functions: the main's part that runs becomes one. */
function asFunction(main: string): Plugin {
  return {
    name: "main as a function",
    setup: (bundler) =>
      bundler.onLoad({ filter: /[/\\]main\.ts$/ }, async ({ path }) => {
        if (path !== main) return undefined;
        const text = await readFile(main, "utf8");
        const begin = "\nif (import.meta.main) {\n";
        const at = text.indexOf(begin);
        if (at === -1 || !text.endsWith("\n}\n"))
          throw new Error(`${main}: expected "if (import.meta.main) { ... }" at its end, as it is generated`);
        const body = text.slice(at + begin.length, -"}\n".length);
        return { contents: `${text.slice(0, at)}\nvoid (async () => {\n${body}})();\n`, loader: "ts" };
      }),
  };
}

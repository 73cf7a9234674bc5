import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { Metafile } from "esbuild";

/** An npm package, something of which is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says it: mostly an SPDX expression; "UNKNOWN" when that says nothing. */
  readonly license: string;
  /** Licence and notice files: their names, and their texts. */
  readonly texts: ReadonlyMap<string, string>;
  /** Of what was installed, "sha512-...", where npm's lockfile says it. */
  readonly integrity: string | undefined;
  /** Its files in the bundle, as the metafile names them. */
  readonly inputs: readonly string[];
  /** The packages in the bundle that it imports, as "name@version". */
  readonly imports: readonly string[];
}

interface Found {
  readonly directory: string;
  readonly json: { readonly name: string; readonly version: string; readonly license?: unknown };
}

/** The name of a package with its version, which is what tells it from others in one bundle. */
export function idOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}

/** The packages of a bundle, by name and version; the project itself is none of them. `project` is where the metafile's paths begin. */
export async function bundledPackages(metafile: Metafile, project: string): Promise<readonly BundledPackage[]> {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const packages = new Map<string, { found: Found; inputs: string[] }>();
  const folders = new Map<string, Promise<Found | undefined>>();
  for (const input of new Set(used)) {
    const found = await ownerOf(dirname(resolve(project, input)), folders);
    if (found === undefined || found.directory === resolve(project)) continue;
    const id = idOf(found.json);
    const known = packages.get(id) ?? { found, inputs: [] };
    known.inputs.push(input);
    packages.set(id, known);
  }
  const integrities = await readIntegrities(project);
  const sorted = [...packages.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(
    sorted.map(async ([id, { found, inputs }]) => {
      const { name, version, license } = found.json;
      // Files that only hand on what others export leave nothing in the bundle, and yet lead to their package.
      const imported = new Set(
        inputs.flatMap((input) => metafile.inputs[input]?.imports.map(({ path }) => path) ?? []),
      );
      const owners = await Promise.all([...imported].map((path) => ownerOf(dirname(resolve(project, path)), folders)));
      const imports = new Set(owners.flatMap((owner) => (owner === undefined ? [] : [idOf(owner.json)])));
      imports.delete(id);
      return {
        name,
        version,
        license: typeof license === "string" && license !== "" ? license : "UNKNOWN",
        texts: await readTexts(found.directory),
        integrity: integrities.get(relative(project, found.directory).replaceAll("\\", "/")),
        inputs: inputs.sort(),
        imports: [...imports].filter((one) => packages.has(one)).sort(),
      };
    }),
  );
}

/** The package that a folder belongs to: the nearest package.json that names one. */
async function ownerOf(directory: string, known: Map<string, Promise<Found | undefined>>): Promise<Found | undefined> {
  const before = known.get(directory);
  if (before !== undefined) return before;
  const find = async (): Promise<Found | undefined> => {
    const text = await readFile(join(directory, "package.json"), "utf8").catch(() => "{}");
    const json = JSON.parse(text) as Partial<Found["json"]>;
    if (json.name !== undefined && json.version !== undefined) return { directory, json: json as Found["json"] };
    const above = dirname(directory);
    return above === directory ? undefined : ownerOf(above, known);
  };
  const found = find();
  known.set(directory, found);
  return found;
}

/** A package of a workspace may leave its licence to the workspace. */
async function readTexts(directory: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(directory);
  const wanted = names.filter((name) => /^(licen[cs]e|notice|copying|copyright)([.-]|$)/i.test(name)).sort();
  const texts = new Map<string, string>();
  for (const name of wanted) texts.set(name, (await readFile(join(directory, name), "utf8")).replace(/^\n+|\s+$/g, ""));
  const above = dirname(directory);
  if (texts.size > 0 || above === directory || directory.includes("node_modules")) return texts;
  return readTexts(above);
}

async function readIntegrities(project: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(project, "package-lock.json"), "utf8").catch(() => "{}");
  const { packages = {} } = JSON.parse(text) as { packages?: Record<string, { integrity?: string }> };
  return new Map(Object.entries(packages).flatMap(([path, { integrity }]) => (integrity ? [[path, integrity]] : [])));
}

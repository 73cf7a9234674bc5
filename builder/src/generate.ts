import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyDefinition, Kind } from "@sluice/component";
import { type Manifest, type ManifestEntry, ManifestError, type PackageEntry } from "./manifest.ts";

/** What the generated main says about a component, so that its package is loaded only when a configuration names it. */
interface Listed extends ManifestEntry {
  readonly type: string;
  readonly aliases: readonly string[];
}
/** A command that a package adds, found there by its name. */
interface AddedCommand extends PackageEntry {
  readonly name: string;
}

/** Writes the main of the distribution whose manifest is `file`: TypeScript. Throws `ManifestError` with every problem. */
export async function generateMain(manifest: Manifest, file: string): Promise<string> {
  const problems: string[] = [];
  const listed: Listed[] = [];
  for (const entry of manifest.entries) {
    const found = await read(entry, dirname(resolve(file)));
    if (typeof found === "string") problems.push(`${entry.place}: ${found}`);
    else listed.push({ ...entry, type: found.type, aliases: found.aliases ?? [] });
  }
  const added: AddedCommand[] = [];
  for (const entry of manifest.commands) {
    const names = await readCommands(entry, dirname(resolve(file)));
    if (typeof names === "string") problems.push(`${entry.place}: ${names}`);
    else added.push(...names.map((name) => ({ ...entry, name })));
  }
  problems.push(...clashes(listed));
  if (problems.length > 0) throw new ManifestError(problems);
  return render(manifest, listed, added, basename(file));
}

/** Gives the definition a package exports, or what is wrong. */
async function read({ kind, package: name }: ManifestEntry, directory: string): Promise<AnyDefinition | string> {
  const found = await load<{ default?: AnyDefinition }>(name, directory);
  if (typeof found === "string") return found;
  const { default: definition } = found;
  if (definition?.type === undefined) return `${name} exports no component`;
  return definition.kind === kind ? definition : `${name} is ${article(definition.kind)}, expected ${article(kind)}`;
}

/** Gives the names of the commands a package exports, or what is wrong. */
async function readCommands({ package: name }: PackageEntry, directory: string): Promise<readonly string[] | string> {
  const found = await load<{ commands?: object }>(name, directory);
  if (typeof found === "string") return found;
  return found.commands === undefined ? `${name} exports no commands` : Object.keys(found.commands);
}

/** What a package exports, or why it cannot be loaded. Packages are looked for where the distribution sees them. */
async function load<T>(name: string, directory: string): Promise<T | string> {
  try {
    const path = createRequire(join(directory, "package.json")).resolve(name);
    return (await import(pathToFileURL(path).href)) as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "MODULE_NOT_FOUND") return `${name} is not installed; add it to the distribution's package.json`;
    return `cannot load ${name}: ${message}`;
  }
}

function article(kind: Kind): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function clashes(listed: readonly Listed[]): readonly string[] {
  const problems: string[] = [];
  const owners = new Map<string, Listed>();
  for (const component of listed) {
    for (const type of [component.type, ...component.aliases]) {
      const key = `${component.kind} ${type}`;
      const owner = owners.get(key);
      if (owner !== undefined)
        problems.push(`${component.place}: ${component.package} and ${owner.package} are both ${key}`);
      owners.set(key, component);
    }
  }
  return problems;
}

function render({ dist }: Manifest, listed: readonly Listed[], added: readonly AddedCommand[], file: string): string {
  const { name, description, version } = dist;
  const build = objectText(
    "export const build = ",
    { command: quote(name), description: quote(description), version: quote(version) },
    ";",
  );
  const definitions = listed.map(({ kind, type, aliases, package: from }) => {
    const names = { kind: quote(kind), type: quote(type) };
    const old = aliases.length > 0 ? { aliases: `[${aliases.map(quote).join(", ")}]` } : {};
    const module = { module: quote(from) };
    const load = { load: `async () => (await import(${quote(from)})).default` };
    return objectText("  ", { ...names, ...old, ...module, ...load }, ",");
  });
  const commands = added.map(({ name, package: from }) => {
    const key = /^[a-z]\w*$/.test(name) ? `.${name}` : `[${quote(name)}]`;
    return objectText(
      "  ",
      { name: quote(name), load: `async () => (await import(${quote(from)})).commands${key}` },
      ",",
    );
  });
  const listOfCommands =
    commands.length === 0
      ? ""
      : `
/** A command's package is loaded when it is asked for. */
export const commands: readonly ListedCommand[] = [
${commands.join("\n")}
];
`;
  const ofCore = commands.length === 0 ? "type Definitions, runCli" : "type Definitions, type ListedCommand, runCli";
  const options = ["build", "definitions", ...(commands.length === 0 ? [] : ["commands"]), "env: createEnv()", "args"];
  return `// Generated from ${file} by \`pnpm run generate\`; change that file instead.
import { ${ofCore} } from "@sluice/core";
import { createEnv, endProcess, onReloadSignal, onStopSignal } from "@sluice/runtime";

${build}

/** A component's package is loaded when a configuration names its type. */
export const definitions: Definitions = [
${definitions.join("\n")}
];
${listOfCommands}
if (import.meta.main) {
  const args = process.argv.slice(2);
  const exit = (code: number): never => process.exit(code);
  const signals = { onStopSignal, onReloadSignal };
  const isTerminal = process.stderr.isTTY === true;
  endProcess(await runCli({ ${options.join(", ")}, ...signals, isTerminal, exit }));
}
`;
}

const WIDTH = 120;

/** An object literal as the formatter would leave it: on one line if it fits. */
function objectText(before: string, fields: Readonly<Record<string, string>>, after: string): string {
  const parts = Object.entries(fields).map(([key, value]) => `${key}: ${value}`);
  const line = `${before}{ ${parts.join(", ")} }${after}`;
  if (line.length <= WIDTH) return line;
  const indent = /^ */.exec(before)?.[0] ?? "";
  return [`${before}{`, ...parts.map((part) => `${indent}  ${part},`), `${indent}}${after}`].join("\n");
}

function quote(value: string): string {
  return JSON.stringify(value);
}

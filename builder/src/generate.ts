import type { Added, Contents, Listed } from "./components.ts";
import type { Manifest, ProviderEntry } from "./manifest.ts";

/** Writes the main of a distribution, as TypeScript that the formatter leaves as it is; `file` is the manifest's name. */
export function generateMain(manifest: Manifest, { components, commands, providers }: Contents, file: string): string {
  const { name, description, version } = manifest.dist;
  const build = objectText(
    "export const build = ",
    { command: quote(name), description: quote(description), version: quote(version) },
    ";",
  );
  const lists = [
    commands.length === 0 ? "" : commandList(commands),
    manifest.providers === undefined ? "" : providerList(manifest.providers, providers),
    manifest.converters.length === 0 ? "" : converterList(manifest.converters.map((one) => one.name)),
  ];
  const options = [
    "build",
    "definitions",
    ...(commands.length > 0 ? ["commands"] : []),
    ...(manifest.providers !== undefined ? ["providers"] : []),
    ...(manifest.converters.length > 0 ? ["converters"] : []),
  ];
  const ofCore = [
    ...(manifest.converters.length > 0 ? ["type Converter"] : []),
    "type Definitions",
    ...(manifest.providers?.some((entry) => "scheme" in entry) ? ["defaultProviders"] : []),
    ...(commands.length > 0 ? ["type ListedCommand"] : []),
    ...(manifest.providers !== undefined ? ["type Provider"] : []),
    "runCli",
  ];
  return `// Generated from ${file} by sluice-builder; change that file instead.
import { ${ofCore.join(", ")} } from "@sluice/core";
import { createEnv, createThreads, endProcess, onReloadSignal, onStopSignal } from "@sluice/runtime";

${build}

/** A component's package is loaded when a configuration names its type. */
export const definitions: Definitions = [
${components.map(definitionText).join("\n")}
];
${lists.join("")}
if (import.meta.main) {
  const args = process.argv.slice(2);
  const exit = (code: number): never => process.exit(code);
  const signals = { onStopSignal, onReloadSignal };
  const isTerminal = process.stderr.isTTY === true;
  // Threads that are started run this file too.
  const threads = createThreads(import.meta.filename);
${runText([...options, "env: createEnv()", "threads", "args", "...signals", "isTerminal", "exit"])}
}
`;
}

function definitionText({ kind, type, aliases, name }: Listed): string {
  const names = { kind: quote(kind), type: quote(type) };
  const old = aliases.length > 0 ? { aliases: `[${aliases.map(quote).join(", ")}]` } : {};
  const load = { module: quote(name), load: `async () => (await import(${quote(name)})).default` };
  return objectText("  ", { ...names, ...old, ...load }, ",");
}

function commandList(commands: readonly Added[]): string {
  const lines = commands.map(({ key, name }) => {
    const load = `async () => (await import(${quote(name)})).commands${member(key)}`;
    return objectText("  ", { name: quote(key), load }, ",");
  });
  return `
/** A command's package is loaded when it is asked for. */
export const commands: readonly ListedCommand[] = [
${lines.join("\n")}
];
`;
}

function providerList(entries: readonly ProviderEntry[], added: readonly Added[]): string {
  const known = entries.flatMap((entry) =>
    "scheme" in entry ? [`  [${quote(entry.scheme)}, defaultProviders.get(${quote(entry.scheme)})!],`] : [],
  );
  const others = added.map(({ key, name }) => {
    const provide = `async (text, env) => (await import(${quote(name)})).providers${member(key)}(text, env)`;
    return callText("  ", [quote(key), provide]);
  });
  return `
/** Where a configuration may come from, by scheme. */
export const providers = new Map<string, Provider>([
${[...known, ...others].join("\n")}
]);
`;
}

function converterList(names: readonly string[]): string {
  const lines = names.map((name) => `  async (config, env) => (await import(${quote(name)})).convert(config, env),`);
  return `
/** What changes a configuration after it was read, in this order. */
export const converters: readonly Converter[] = [
${lines.join("\n")}
];
`;
}

const WIDTH = 120;

function runText(options: readonly string[]): string {
  const line = `  endProcess(await runCli({ ${options.join(", ")} }));`;
  if (line.length <= WIDTH) return line;
  const inner = `    await runCli({ ${options.join(", ")} }),`;
  if (inner.length <= WIDTH) return `  endProcess(\n${inner}\n  );`;
  const parts = options.map((option) => `      ${option},`).join("\n");
  return `  endProcess(\n    await runCli({\n${parts}\n    }),\n  );`;
}

/** An object literal as the formatter would leave it: on one line if it fits. */
function objectText(before: string, fields: Readonly<Record<string, string>>, after: string): string {
  const parts = Object.entries(fields).map(([key, value]) => `${key}: ${value}`);
  const line = `${before}{ ${parts.join(", ")} }${after}`;
  if (line.length <= WIDTH) return line;
  const indent = /^ */.exec(before)?.[0] ?? "";
  return [`${before}{`, ...parts.map((part) => `${indent}  ${part},`), `${indent}}${after}`].join("\n");
}

/** An item of a list that is itself a list, likewise. */
function callText(indent: string, parts: readonly string[]): string {
  const line = `${indent}[${parts.join(", ")}],`;
  if (line.length <= WIDTH) return line;
  return [`${indent}[`, ...parts.map((part) => `${indent}  ${part},`), `${indent}],`].join("\n");
}

function member(key: string): string {
  return /^[a-z]\w*$/i.test(key) ? `.${key}` : `[${quote(key)}]`;
}
function quote(value: string): string {
  return JSON.stringify(value);
}

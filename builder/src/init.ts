import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { packageOfModule } from "./go-modules.ts";
import { sections } from "./manifest.ts";
import { outputNames } from "./outputs/index.ts";

/** A manifest as text, and what of another one it lacks. */
interface Written {
  readonly text: string;
  readonly missing: readonly string[];
}

/**
 * Writes `manifest.yaml` into a folder, never over one that is there: one to begin with, or the translation of a manifest of the Go
 * builder. Gives what to tell the user.
 */
export async function writeFirstManifest(folder: string, from: string | undefined): Promise<readonly string[]> {
  const file = join(folder, "manifest.yaml");
  if (existsSync(file)) throw new Error(`cannot write "${file}": it is there already`);
  const { text, missing } =
    from === undefined ? firstManifest() : translate(await readFile(from, "utf8"), basename(from));
  await mkdir(folder, { recursive: true });
  await writeFile(file, text);
  return [...missing, `wrote ${file}`, `next: sluice-builder build --config ${file}`];
}

function firstManifest(): Written {
  const text = `# What a collector of your own is made of. Build it: sluice-builder build --config manifest.yaml
dist:
  # Also the name of the command.
  name: my-collector
  description: My collector
  version: 1.0.0
  # Where it is made; its npm project is in project/ there.
  output_path: ./_build
  # What is made, of ${outputNames.join(", ")}.
  outputs:
    - folder

# Each entry is an npm package: a name, with a version, a path or a Git repository behind an @. The packages of Sluice have the
# version of the builder when nothing is said; sluice-builder upgrade writes newer versions of the others.
receivers:
  - "@sluice/receiver-prometheus"
  # - my-receiver@^1.0.0
  # - my-receiver@file:../my-receiver-1.0.0.tgz
  # - my-receiver@git+https://git.example/me/my-receiver.git

processors:
  - "@sluice/processor-metric-start-time"

connectors:
  - "@sluice/connector-forward"

exporters:
  - "@sluice/exporter-debug"
  - "@sluice/exporter-prometheus-remote-write"

extensions:
  - "@sluice/extension-health-check"

# Where a configuration may come from. Without this list: all that the engine knows, which are these.
# providers: [env, file, http, https, yaml]
`;
  return { text, missing: [] };
}

/** Makes our manifest of one of the Go builder; what we have no package for is a comment in it. */
function translate(source: string, name: string): Written {
  const root = parseDocument(source);
  if (!isMap(root.contents) || root.errors.length > 0) throw new Error(`cannot read "${name}": it is no manifest`);
  const dist = root.get("dist");
  const of = (key: string): string | undefined => {
    const value = isMap(dist) ? dist.get(key) : undefined;
    return typeof value === "string" ? value : undefined;
  };
  const lines = [`# Made of ${name}.`, "dist:", `  name: ${of("name") ?? "otelcol-custom"}`];
  for (const key of ["description", "version", "output_path"]) {
    const value = of(key);
    if (value !== undefined) lines.push(`  ${key}: ${JSON.stringify(value)}`);
  }
  const missing: string[] = [];
  for (const section of sections.keys()) {
    const list = root.get(section);
    const modules = isSeq(list) ? list.items.flatMap((item) => (isMap(item) ? [String(item.get("gomod"))] : [])) : [];
    if (modules.length > 0) lines.push("", `${section}:`);
    for (const module of modules.map((text) => text.split(/\s/)[0] ?? "")) {
      const found = packageOfModule(module);
      if (found.name !== undefined) lines.push(`  - "${found.name}"`);
      else {
        missing.push(`no package for ${module}; ${found.nearest}`);
        lines.push(`  # no package for ${module}; ${found.nearest}`);
      }
    }
  }
  const providers = schemesIn(root.get("providers"));
  if (providers.length > 0) lines.push("", `providers: [${providers.join(", ")}]`);
  return { text: `${lines.join("\n")}\n`, missing };
}

function schemesIn(list: unknown): readonly string[] {
  if (!isSeq(list)) return [];
  return list.items.flatMap((item) => {
    const module = isMap(item) ? item.get("gomod") : isScalar(item) ? item.value : undefined;
    return /\/([a-z]+)provider\b/.exec(String(module))?.[1] ?? [];
  });
}

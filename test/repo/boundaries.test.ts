import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, isShipped, isSource, type Package, packages } from "./tree.ts";

const component = /^(receiver|processor|exporter|connector|extension)-/;

/** What a package of ours may depend on, both named without scope. Tests may also use what stands in `inTests`. */
const allowed: readonly (readonly [from: RegExp, to: RegExp])[] = [
  [/^data$/, /^$/],
  [/^component$/, /^data$/],
  [/^lib-/, /^(data|component|lib-.*)$/],
  [component, /^(data|component|lib-.*)$/],
  [/^core$/, /^(data|component|lib-http)$/],
  [/^runtime$/, /^(data|component)$/],
  [/^testkit$/, /^(data|component|core|runtime)$/],
  // A part of somebody else's program: it brings the collector's exporter and Node's implementation of env along.
  [/^sdk-/, /^(data|component|runtime|lib-.*|exporter-prometheus-remote-write)$/],
  [/^tool-/, /^(data|component|core|lib-.*)$/],
  [/^builder$/, /^component$/],
  [/^(distribution-.*|test)$/, /./],
];
const inTests = /^(data|component|core|runtime|testkit|lib-.*)$/;

const short = (name: string): string => name.replace("@sluice/", "");
const ours = (names: Readonly<Record<string, string>> = {}): string[] =>
  Object.keys(names).filter((name) => name.startsWith("@sluice/"));

function dependencyProblems({ manifest }: Package): string[] {
  const from = short(manifest.name);
  const [, to] = allowed.find(([pattern]) => pattern.test(from)) ?? [];
  if (to === undefined) return [`${manifest.name} is no kind of package that the import table knows`];
  const shipped = ours(manifest.dependencies).filter((name) => !to.test(short(name)));
  const tested = ours(manifest.devDependencies).filter((name) => !to.test(short(name)) && !inTests.test(short(name)));
  return [...shipped, ...tested].map((name) => `${from} must not depend on ${short(name)}`);
}

function importProblems({ folder, manifest, files }: Package): string[] {
  // Its own name is how its example imports it.
  const shipped = new Set([
    manifest.name,
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ]);
  return files.filter(isSource).flatMap((file) =>
    importsOf(file).flatMap((specifier) => {
      if (specifier.startsWith("node:")) return [];
      if (specifier.startsWith(".")) {
        const target = normalize(join(dirname(file), specifier));
        if (isShipped(file) && !isShipped(target) && folder !== "test") return [`${file} imports a test's helper`];
        // The repository's own tests share the listing of packages with its scripts.
        const inside = target.startsWith(`${folder}/`) || (folder === "test" && target.startsWith("scripts/"));
        // Parsers are fuzzed where they stand, against the plain readers beside them: neither is what a package offers to others.
        const fuzzed = file.startsWith("test/fuzz/parsers-") && target.startsWith("packages/");
        return inside || fuzzed ? [] : [`${file} reaches outside its package: ${specifier}`];
      }
      const [, name = specifier, path] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? [];
      if (isShipped(file) && folder.startsWith("packages/") && !shipped.has(name)) {
        return [`${file} imports ${name}, which is not in the dependencies`];
      }
      return exportProblems(file, name, path);
    }),
  );
}

function exportProblems(file: string, name: string, path: string | undefined): string[] {
  if (!name.startsWith("@sluice/")) return [];
  const target = packages.find(({ manifest }) => manifest.name === name);
  const entry = path === undefined ? "." : `.${path}`;
  return target?.manifest.exports?.[entry] === undefined ? [`${file} imports ${name}${path ?? ""}, no entry`] : [];
}

function cycles(): string[] {
  const graph = new Map(packages.map(({ manifest }) => [manifest.name, ours(manifest.dependencies)]));
  const visit = (name: string, path: readonly string[]): string[] => {
    if (path.includes(name)) return [[...path.slice(path.indexOf(name)), name].map(short).join(" -> ")];
    return (graph.get(name) ?? []).flatMap((next) => visit(next, [...path, name]));
  };
  return [...graph.keys()].flatMap((name) => visit(name, []));
}

describe.each(packages.map((one) => [one.folder, one] as const))("%s", (_folder, one) => {
  test("depends only on what the import table allows", () => expect(dependencyProblems(one)).toEqual([]));
  test("imports only what it declares", () => expect(importProblems(one)).toEqual([]));
});

test("no packages depend on each other in a circle", () => expect(cycles()).toEqual([]));

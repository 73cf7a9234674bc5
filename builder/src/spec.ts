import { isAbsolute, join, relative, sep } from "node:path";

/** An npm package, and where it comes from. */
export interface PackageSpec {
  readonly name: string;
  /** What follows `name@`, as `npm install` takes it: "1.2.3", "^1.2", "file:../x.tgz", "git+https://..."; "" when nothing was said. */
  readonly spec: string;
}

const pattern = /^((?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*)(?:@(\S.*))?$/;

/** Reads `name` or `name@spec`; undefined for anything else. */
export function parseSpec(text: string): PackageSpec | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, name = "", spec = ""] = match;
  // A path says itself that it is one.
  return { name, spec: /^(\.{1,2}|~)?\//.test(spec) ? `file:${spec}` : spec };
}

/** Whether a registry has it: a version, a range or a tag. */
export function isFromRegistry({ spec }: PackageSpec): boolean {
  return !/[/:]/.test(spec);
}

/** Whether it stands in the workspace around the manifest: never installed, found as Node finds packages. */
export function isFromWorkspace({ spec }: PackageSpec): boolean {
  return spec.startsWith("workspace:");
}

/** The path in a `file:` spec, absolute; undefined for any other spec. */
export function pathOf({ spec }: PackageSpec, directory: string): string | undefined {
  if (!spec.startsWith("file:")) return undefined;
  const path = spec.slice("file:".length);
  return isAbsolute(path) ? path : join(directory, path);
}

/** A `file:` spec for something at `path`, seen from `directory`. */
export function fileSpec(path: string, directory: string): string {
  const way = relative(directory, path).split(sep).join("/");
  return `file:${way.startsWith(".") ? way : `./${way}`}`;
}

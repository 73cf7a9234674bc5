import { readFileSync } from "node:fs";
import { join } from "node:path";
import { upstreamCore } from "../../builder/src/go-modules.ts";
import { parseManifest } from "../../builder/src/parse-manifest.ts";
import { code, table } from "../markdown.ts";
import { root } from "../packages.ts";

/** What the Go collector's core distribution has, and what of it ours has. */
export function upstreamTable(): string {
  const file = "distributions/core/manifest.yaml";
  const { entries } = parseManifest(readFileSync(join(root, file), "utf8"), file);
  const listed = new Set(entries.map(({ name }) => name));
  const rows = upstreamCore.map(({ kind, type, name, nearest = "" }) => {
    if (name === undefined) return [kind, code(type), "no", `${nearest[0]?.toUpperCase()}${nearest.slice(1)}`];
    const link = `[${name}](../../packages/${name.replace("@sluice/", "")}/README.md)`;
    return [kind, code(type), listed.has(name) ? "yes" : "no", listed.has(name) ? link : `${link}, by a manifest`];
  });
  const have = rows.filter(([, , there]) => there === "yes").length;
  return `${have} of ${rows.length}:\n\n${table(["Kind", "Type", "Here", "By"], rows)}`;
}

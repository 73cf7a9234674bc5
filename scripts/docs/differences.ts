import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { cellsOf, table } from "../markdown.ts";
import { root, type WorkspacePackage } from "../packages.ts";

/** A table in a README that compares: one of its columns is called "Here". */
interface Comparison {
  readonly file: string;
  /** The heading it stands below. */
  readonly heading: string;
  /** Who it compares with: "Upstream". */
  readonly other: string;
  /** That, here, why. */
  readonly rows: readonly (readonly string[])[];
}

/** Every table with the columns "Here" and "Upstream" or "Prometheus" of all READMEs, with links from the folder docs. */
export function differenceTables(packages: readonly WorkspacePackage[]): string {
  const files = packages.map(({ folder }) => join(folder, "README.md")).filter((file) => existsSync(join(root, file)));
  return files
    .flatMap((file) => comparisonsIn(file, readFileSync(join(root, file), "utf8")))
    .map(({ file, heading, other, rows }) => {
      const about = `[${relative("packages", dirname(file)).replace("../", "")}](../${file}): ${heading}`;
      const isExplained = rows.some(([, , why]) => why !== "");
      const header = [other, "Here", ...(isExplained ? ["Why"] : [])];
      return `## ${about}\n\n${table(
        header,
        rows.map((row) => row.slice(0, header.length)),
      )}`;
    })
    .join("\n\n");
}

/** The comparisons of a README's text. */
export function comparisonsIn(file: string, text: string): readonly Comparison[] {
  const found: Comparison[] = [];
  const state = { heading: "" };
  for (const block of text.split(/\n{2,}/)) {
    state.heading = /^#+ (.*)/.exec(block)?.[1] ?? state.heading;
    const [head = [], , ...body] = block.startsWith("|") ? block.trimEnd().split("\n").map(cellsOf) : [];
    const other = head.findIndex((cell) => /^(Upstream|Prometheus)\b/.test(cell));
    const here = head.indexOf("Here");
    if (other < 0 || here < 0) continue;
    const why = head.indexOf("Why");
    const rows = body.map((row) => [other, here, why].map((column) => fromDocs(file, row[column] ?? "")));
    found.push({ file, heading: state.heading, other: head[other]!, rows });
  }
  return found;
}

/** A cell with its relative links as they read in the folder docs. */
function fromDocs(file: string, cell: string): string {
  return cell.replaceAll(/\]\((?!https?:|#)([^)]+)\)/g, (_, link: string) => `](../${join(dirname(file), link)})`);
}

import type { Files } from "@sluice/component";

/** `path` below `directory`, or `path` itself when it is absolute. */
export function joinPath(directory: string, path: string): string {
  return path.startsWith("/") || directory === "" ? path : `${directory.replace(/\/+$/, "")}/${path}`;
}
/** The directory a path stands in. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash) || "/";
}

/** The files that a path with `*`, `?` and `[...]` in its last part names, sorted; a path without them names itself if it is there. */
export async function matchFiles(path: string, files: Files): Promise<readonly string[]> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!/[*?[]/.test(name)) return (await files.stat(path))?.kind === "file" ? [path] : [];
  const directory = directoryOf(path);
  const pattern = globPattern(name);
  if ((await files.stat(directory))?.kind !== "directory") return [];
  const names = await files.list(directory);
  return names.filter((entry) => pattern.test(entry)).map((entry) => joinPath(directory, entry));
}

/** A shell pattern for one name as a regular expression; linear, since only stars repeat and none is nested. */
function globPattern(glob: string): RegExp {
  let source = "";
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at]!;
    const close = character === "[" ? glob.indexOf("]", at + 2) : -1;
    if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (close > 0) {
      source += `[${glob.slice(at + 1, close).replace(/[\\\]]/g, "\\$&")}]`;
      at = close;
    } else source += character.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  }
  return new RegExp(`^${source}$`);
}

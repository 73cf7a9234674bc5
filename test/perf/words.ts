/** Texts of programs, made fit for a table that everybody may read. */

const lengthAtMost = 300;

/** Absolute paths, of which only the last part says something elsewhere; not those of URLs. */
const absolutePath = /(?<![\w:/.])(?:file:\/\/)?(?:\/[\w.@+-]+)+\/([\w.@+-]+)/g;

/** The text without the folders of this machine. */
export function withoutFolders(text: string): string {
  return text.replaceAll(absolutePath, "$1");
}

/** Why a program ended, by its log: the last line that speaks of an error, or the last one. */
export function lastWords(log: string): string {
  const lines = log.split("\n").filter((line) => line.trim() !== "");
  const line =
    lines.findLast((text) => /error|cannot|fatal|panic|failed/i.test(text)) ?? lines.at(-1) ?? "it said nothing";
  return line.trim().slice(0, lengthAtMost);
}

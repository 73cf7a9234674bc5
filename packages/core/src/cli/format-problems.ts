import { secretKey } from "../config/encode.ts";
import { formatProblem, type LocatedProblem } from "../config/problems.ts";
import { frameLine } from "./code-frame.ts";

/** The texts that problems stand in, by source; undefined for what is no file. */
export type ReadSource = (source: string) => Promise<string | undefined>;

const most = 100;
const esc = String.fromCharCode(27);
const paints = { error: `${esc}[31m`, warning: `${esc}[33m`, bold: `${esc}[1m`, plain: `${esc}[0m` };

/** Problems for people: headings, one line each, and below it the line of the file with a caret at the column. */
export async function formatText(
  problems: readonly LocatedProblem[],
  read: ReadSource,
  colors: boolean,
): Promise<string> {
  let text = "";
  for (const severity of ["error", "warning"] as const) {
    const listed = problems.filter((problem) => problem.severity === severity);
    if (listed.length === 0) continue;
    const noun = severity === "error" ? "problem" : "warning";
    const heading = `${listed.length} ${noun}${listed.length === 1 ? "" : "s"} in the configuration:`;
    text += `${colors ? `${paints.bold}${heading}${paints.plain}` : heading}\n`;
    for (const problem of listed.slice(0, most)) text += await formatOne(problem, read, colors);
    if (listed.length > most) text += `... and ${listed.length - most} more\n`;
  }
  return text;
}

async function formatOne(problem: LocatedProblem, read: ReadSource, colors: boolean): Promise<string> {
  const { severity, place } = problem;
  const paint = (text: string) => (colors && severity !== "info" ? `${paints[severity]}${text}${paints.plain}` : text);
  const head = `${formatProblem(problem)}\n`;
  const source = place.line === 0 ? undefined : await read(place.source);
  if (source === undefined) return head;
  const frame = frameLine(source, place.line, place.column, isAboutSecret(problem));
  if (frame === undefined) return head;
  const number = String(place.line);
  const margin = " ".repeat(number.length);
  return `${head}  ${number} | ${frame.line}\n  ${margin} | ${paint(frame.caret)}\n`;
}

/** Whether the value at a problem may be a secret: a header, what its path says, or what a misspelt key was meant to be. */
function isAboutSecret({ path, message }: LocatedProblem): boolean {
  const about = message.startsWith("unknown key") ? [...path, message] : path;
  return about.some((text) => typeof text === "string" && (secretKey.test(text) || /headers?$/i.test(text)));
}

/** Problems for programs: one JSON object. The shape is described in the README and stays. */
export function formatJson(problems: readonly LocatedProblem[]): string {
  const listed = problems.map(({ severity, place, path, message }) => {
    const { source, line, column } = place;
    return { severity, source, line, column, path: path.join("::"), message };
  });
  const valid = !problems.some(({ severity }) => severity === "error");
  return `${JSON.stringify({ valid, problems: listed }, undefined, 2)}\n`;
}

/** Problems as annotations of GitHub Actions, one line each. */
export function formatGithub(problems: readonly LocatedProblem[], isFile: (source: string) => boolean): string {
  return problems.map((problem) => annotation(problem, isFile(problem.place.source))).join("");
}

function annotation(problem: LocatedProblem, isFile: boolean): string {
  const { severity, place, path, message } = problem;
  const { source, line, column } = place;
  const level = severity === "info" ? "notice" : severity;
  if (!isFile) return `::${level}::${escapeData(formatProblem(problem))}\n`;
  const position = line === 0 ? "" : `,line=${line},col=${column}`;
  const text = path.length === 0 ? message : `${path.join("::")}: ${message}`;
  return `::${level} file=${escapeProperty(source)}${position}::${escapeData(text)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

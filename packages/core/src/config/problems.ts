import { ConfigError } from "@sluice/component";
import type { Path, Place } from "./located.ts";
import { formatPosition } from "./origin.ts";

/** One thing to tell about a configuration, with its place. */
export interface LocatedProblem {
  readonly severity: "error" | "warning" | "info";
  readonly place: Place;
  readonly path: Path;
  /** What was found and what is expected. */
  readonly message: string;
}
/** Takes what is to be told; nobody stops at the first problem. */
export type Report = (problem: LocatedProblem) => void;

/** Every problem of a configuration at once, with the warnings, which often tell the cause; the message is the whole printed list. */
export class ConfigProblems extends ConfigError {
  readonly problems: readonly LocatedProblem[];
  /** Absolute paths of the files that were asked for, readable or not: a change in one of them may mend things. */
  readonly files: readonly string[];
  constructor(problems: readonly LocatedProblem[], files: readonly string[] = []) {
    super(formatProblems(problems));
    this.problems = problems;
    this.files = files;
  }
}

/** More would scroll the first, and most telling, problem out of sight. */
const maxPrinted = 100;

/**
 * Prints `config.yaml:12:5: processors::batch: found ..., expected ...`, one line a problem, below a line with their count; then
 * the warnings likewise. What is only information is left out.
 */
export function formatProblems(problems: readonly LocatedProblem[]): string {
  const blocks = [
    { noun: "problem", listed: problems.filter(({ severity }) => severity === "error") },
    { noun: "warning", listed: problems.filter(({ severity }) => severity === "warning") },
  ];
  const lines = blocks.flatMap(({ noun, listed }) => {
    if (listed.length === 0) return [];
    const head = `${listed.length} ${noun}${listed.length === 1 ? "" : "s"} in the configuration:`;
    const rest = listed.length > maxPrinted ? [`... and ${listed.length - maxPrinted} more`] : [];
    return [head, ...listed.slice(0, maxPrinted).map(formatProblem), ...rest];
  });
  return lines.join("\n");
}

/**
 * One line: place, path and message, and the place inside a value that a reference at that place brought. Control characters,
 * which a configuration may hold, are written as escapes.
 */
export function formatProblem({ place, path, message }: LocatedProblem): string {
  const inside = place.inside === undefined ? "" : ` (in ${formatPosition(place.inside)})`;
  const steps = path.length > 0 ? [path.map(printable).join("::")] : [];
  const line = [formatPosition(place), ...steps, message + inside].join(": ");
  return line.replaceAll(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Everything that is told while one configuration is read. */
export interface Notes {
  readonly report: Report;
  /** Names of the texts read so far, in order: the order in which their problems are told. */
  readonly sources: Set<string>;
  /** Absolute paths of the files asked for so far. */
  readonly files: Set<string>;
  /** Throws `ConfigProblems` if an error was told; otherwise gives what was told, in file order. */
  readonly stopAtErrors: () => readonly LocatedProblem[];
}

/** A list of more problems helps nobody, and a hostile text has one a byte. */
const maxTold = 1000;

/** Starts an empty list. Its `report` throws `ConfigProblems` when the list is full and there is an error in it. */
export function createNotes(): Notes {
  const told: LocatedProblem[] = [];
  const known = new Set<string>();
  const sources = new Set<string>();
  const files = new Set<string>();
  function stopAtErrors(): readonly LocatedProblem[] {
    const order = new Map([...sources].map((source, index) => [source, index]));
    const rank = ({ place }: LocatedProblem) => order.get(place.source) ?? order.size;
    const sorted = told.toSorted(
      (a, b) => rank(a) - rank(b) || a.place.line - b.place.line || a.place.column - b.place.column,
    );
    if (sorted.some(({ severity }) => severity === "error")) throw new ConfigProblems(sorted, [...files]);
    return sorted;
  }
  return {
    sources,
    files,
    stopAtErrors,
    report(problem) {
      // A value that is looked at again, as one that many references bring, has the same to tell.
      const key = JSON.stringify(problem);
      if (known.has(key)) return;
      if (known.size < maxTold) known.add(key);
      if (told.length >= maxTold) stopAtErrors();
      if (told.length < maxTold || problem.severity === "error") told.push(problem);
    },
  };
}

/** Shows text from a configuration on one line and at most `limit` characters long. */
export function quote(text: string, limit = 60): string {
  return JSON.stringify(text.length > limit ? `${text.slice(0, limit)}...` : text);
}

function printable(step: string | number): string {
  if (typeof step === "number") return String(step);
  return /^[^\p{C}\p{Z}]{1,100}$/u.test(step) ? step : quote(step);
}

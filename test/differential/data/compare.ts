/** One line that only one of two answers has; of a series that both have, both lines. */
export interface Difference {
  /** Name and labels of the series, or the line itself. */
  readonly what: string;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/** How two answers differ, by series. */
export function compare(ours: readonly string[], theirs: readonly string[]): Difference[] {
  const mine = keyed(ours);
  const other = keyed(theirs);
  const keys = new Set([...mine.keys(), ...other.keys()]);
  return [...keys]
    .map((what) => ({ what, ours: mine.get(what), theirs: other.get(what) }))
    .filter(({ ours, theirs }) => ours !== theirs);
}

function keyed(lines: readonly string[]): Map<string, string> {
  return new Map(lines.map((line) => [line.split("  ", 1)[0]!, line]));
}

/** One line to read: what is ours is behind +, what is theirs behind -. */
export function describe({ what, ours, theirs }: Difference): string {
  const tail = (line: string): string => line.slice(what.length).trim();
  return `${what}${theirs === undefined ? "" : `\n    - ${tail(theirs)}`}${ours === undefined ? "" : `\n    + ${tail(ours)}`}`;
}

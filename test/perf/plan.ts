/** Which cases a bench runs, and how. */
import type { Case } from "./cases.ts";
import type { Course } from "./scrape.ts";

/** What the user chose. */
export interface Narrowing {
  readonly full: boolean;
  /** Names of cases; all that belong to the bench when there are none. */
  readonly names?: readonly string[];
  /** The window of every scrape case. */
  readonly seconds?: number;
}

/** A case as it will be run. */
export interface Planned {
  readonly case: Case;
  readonly course: Course;
  readonly long?: number;
  /** Without peers: only another case is compared with it. */
  readonly alone: boolean;
}

/** Those a case is compared with. */
function needed({ targets }: Case): string[] {
  return targets.flatMap(({ against }) => (against !== undefined && "case" in against ? [against.case] : []));
}

function courseOf({ short, full: whole }: Case, { full, seconds }: Narrowing): Course {
  const course = full ? whole : (short ?? whole);
  return seconds === undefined ? course : { ...course, window: seconds, warmUp: Math.min(course.warmUp, seconds) };
}

/** The cases of a bench in their order; a case chosen by name is run even where it belongs to --full only. */
export function plan(cases: readonly Case[], choice: Narrowing): Planned[] {
  const { full, names, seconds } = choice;
  const unknown = names?.find((name) => !cases.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new Error(`cannot run case "${unknown}": expected one of ${cases.map(({ name }) => name).join(", ")}`);
  }
  const chosen = cases.filter((one) => names?.includes(one.name) ?? (full || one.short !== undefined));
  const wanted = new Set(chosen.flatMap(needed));
  return cases
    .filter((one) => chosen.includes(one) || wanted.has(one.name))
    .map((one) => ({
      case: one,
      course: courseOf(one, choice),
      alone: !chosen.includes(one),
      ...(full && seconds === undefined && one.long !== undefined && chosen.includes(one) ? { long: one.long } : {}),
    }));
}

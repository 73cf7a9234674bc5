import type { CheckContext, Problem, Schema } from "@sluice/component";
import { check } from "./check.ts";
import { decode } from "./decode.ts";
import { find, type Located, nullAt, type Path, type Place } from "./located.ts";
import { rewriteOldKeys } from "./old-forms.ts";
import { prepare } from "./prepare.ts";
import type { LocatedProblem, Report } from "./problems.ts";

/** The part of a configuration that one schema describes. */
export interface Body {
  /** undefined when nothing is written: everything has its default. */
  readonly node: Located | undefined;
  readonly path: Path;
  /** Of the key that holds it. */
  readonly place: Place;
}
/** What else than its schema checks a body. */
export type Validate<T> = (config: T, context: CheckContext) => readonly Problem[] | Promise<readonly Problem[]>;

/**
 * Checks and decodes one body. Reports every problem with its place; gives undefined when one of them is an error, else with the
 * configuration what was written of it, old keys in their present form. `validate` is
 * asked too when what the schema found leaves the decoded value its type (an unknown key, a number out of range).
 */
export async function readBody<T>(
  body: Body,
  schema: Schema<T>,
  validate: Validate<T> | undefined,
  context: CheckContext,
  report: Report,
): Promise<{ readonly config: T; readonly node: Located } | undefined> {
  const { path, place } = body;
  /** Paths of errors. */
  const failed = new Set<string>();
  const watch = (problem: LocatedProblem): void => {
    if (problem.severity === "error") failed.add(JSON.stringify(problem.path));
    report(problem);
  };
  const node = rewriteOldKeys(body.node ?? nullAt(place), schema.json, path, watch);
  const plain = prepare(node, schema.json, path, watch);
  const typed = await check({ plain, node, schema: schema.json, path, place }, watch);
  if (!typed || hasBroken(node)) return undefined;
  const config = decode(plain, schema.json) as T;
  const bySchema = new Set(failed);
  for (const problem of await findProblems(config, validate, context, bySchema.size > 0)) {
    const { severity = "error", message } = problem;
    const whole = [...path, ...problem.path];
    // One mistake is told once: a value out of range mostly breaks the component's rules as well.
    if (bySchema.has(JSON.stringify(whole))) continue;
    watch({ severity, message, path: whole, place: find(node, problem.path, place).place });
  }
  return failed.size > 0 ? undefined : { config, node };
}

async function findProblems<T>(
  config: T,
  validate: Validate<T> | undefined,
  context: CheckContext,
  isWrong: boolean,
): Promise<readonly Problem[]> {
  try {
    return (await validate?.(config, context)) ?? [];
  } catch (error) {
    // Bounds that the schema promises do not hold: no fault of the check.
    if (isWrong) return [];
    return [{ path: [], message: `cannot check: ${error instanceof Error ? error.message : String(error)}` }];
  }
}

function hasBroken(node: Located): boolean {
  if (node.broken) return true;
  if (node.kind === "list") return node.items.some(hasBroken);
  return node.kind === "map" && [...node.entries.values()].some(({ value }) => hasBroken(value));
}

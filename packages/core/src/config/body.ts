import type { CheckContext, ObjectSchema, Problem } from "@sluice/component";
import { check } from "./check.ts";
import { decode } from "./decode.ts";
import { find, type Located, nullAt, type Path, type Place } from "./located.ts";
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
 * Checks and decodes one body. Reports every problem with its place; gives undefined when one of them is an error. `validate` is
 * asked only when the schema found nothing, since its input has the decoded type.
 */
export async function readBody<T>(
  body: Body,
  schema: ObjectSchema<T>,
  validate: Validate<T> | undefined,
  context: CheckContext,
  report: Report,
): Promise<{ readonly config: T } | undefined> {
  const { path, place, node = nullAt(place) } = body;
  const state = { failed: node.broken === true };
  const watch = (problem: LocatedProblem): void => {
    state.failed ||= problem.severity === "error";
    report(problem);
  };
  const plain = prepare(node, schema.json, path, watch);
  await check({ plain, node, schema: schema.json, path, place }, watch);
  if (state.failed || hasBroken(node)) return undefined;
  const config = decode(plain, schema.json) as T;
  for (const problem of await findProblems(config, validate, context)) {
    const { severity = "error", message } = problem;
    watch({ severity, message, path: [...path, ...problem.path], place: find(node, problem.path, place).place });
  }
  return state.failed ? undefined : { config };
}

async function findProblems<T>(
  config: T,
  validate: Validate<T> | undefined,
  context: CheckContext,
): Promise<readonly Problem[]> {
  try {
    return (await validate?.(config, context)) ?? [];
  } catch (error) {
    return [{ path: [], message: `cannot check: ${error instanceof Error ? error.message : String(error)}` }];
  }
}

function hasBroken(node: Located): boolean {
  if (node.broken) return true;
  if (node.kind === "list") return node.items.some(hasBroken);
  return node.kind === "map" && [...node.entries.values()].some(({ value }) => hasBroken(value));
}

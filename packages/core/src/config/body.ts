import type { CheckContext, JsonSchema, Problem, Schema } from "@sluice/component";
import { check, isTyped } from "./check.ts";
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
 * Checks and decodes one body. Reports every problem with its place; gives undefined when one of them is an error, else the
 * configuration, and what was written of it with old keys in their present form. `validate` is asked also when the schema found
 * something: defaults then stand in for what has not its type, and what `validate` says of those is left out.
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
  const untyped = [...check({ plain, node, schema: schema.json, path, place }, watch), ...brokenPaths(node)];
  if (untyped.length > 0 && !(validate && leaveOut(plain, untyped, schema.json))) return undefined;
  const config = decode(plain, schema.json) as T;
  const bySchema = new Set(failed);
  const isWrong = untyped.length > 0 || bySchema.size > 0;
  for (const problem of await findProblems(config, validate, context, isWrong)) {
    const { severity = "error", message } = problem;
    const whole = [...path, ...problem.path];
    // One mistake is told once: a value out of range mostly breaks the component's rules as well.
    if (bySchema.has(JSON.stringify(whole)) || untyped.some((wrong) => isAbout(problem, wrong))) continue;
    watch({ severity, message, path: whole, place: find(node, problem.path, place).place });
  }
  return isWrong || failed.size > 0 ? undefined : { config, node };
}

/** Deletes keys, so that they have their defaults; gives whether what is left can be decoded. */
function leaveOut(plain: unknown, paths: readonly Path[], schema: JsonSchema): boolean {
  for (const path of paths) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], plain);
    if (path.length === 0 || Array.isArray(parent)) return false;
    // A path inside of another one leads nowhere any more.
    if (typeof parent === "object" && parent !== null) delete (parent as Record<string, unknown>)[path.at(-1)!];
  }
  return isTyped(plain, schema);
}

/** Whether a problem is of a value that was left out, or speaks of its key: it may come from the default that stood in. */
function isAbout({ path, message }: Problem, wrong: Path): boolean {
  if (wrong.every((step, index) => String(path[index]) === String(step))) return true;
  const key = wrong.at(-1);
  return typeof key === "string" && message.split(/[^\p{L}\p{N}_]+/u).includes(key);
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

/** Paths of values of which a problem was told before. */
function brokenPaths(node: Located, path: Path = []): readonly Path[] {
  if (!hasBroken(node)) return [];
  if (node.broken || node.kind === "scalar") return [path];
  if (node.kind === "list") return node.items.flatMap((item, index) => brokenPaths(item, [...path, index]));
  return [...node.entries].flatMap(([key, { value }]) => brokenPaths(value, [...path, key]));
}

function hasBroken(node: Located): boolean {
  if (node.broken) return true;
  if (node.kind === "list") return node.items.some(hasBroken);
  return node.kind === "map" && [...node.entries.values()].some(({ value }) => hasBroken(value));
}

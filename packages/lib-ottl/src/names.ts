import type { Condition, Value } from "./syntax.ts";

/** What a condition names: to find out what it is about. */
export interface Names {
  /** The paths as they are written, without keys. */
  readonly paths: readonly string[];
  readonly functions: readonly string[];
}

/** All that a condition names, in its order. */
export function namesIn(condition: Condition): Names {
  const names = { paths: [] as string[], functions: [] as string[] };
  visit(condition, names);
  return names;
}

function visit(condition: Condition, names: { paths: string[]; functions: string[] }): void {
  if (condition.kind === "and" || condition.kind === "or") for (const term of condition.terms) visit(term, names);
  else if (condition.kind === "not") visit(condition.term, names);
  else if (condition.kind === "truth") visitValue(condition.call, names);
  else if (condition.kind === "comparison") {
    visitValue(condition.left, names);
    visitValue(condition.right, names);
  }
}

function visitValue(value: Value, names: { paths: string[]; functions: string[] }): void {
  if (value.kind === "path") names.paths.push(value.fields.join("."));
  if (value.kind !== "call") return;
  names.functions.push(value.name);
  for (const each of value.arguments) visitValue(each, names);
}

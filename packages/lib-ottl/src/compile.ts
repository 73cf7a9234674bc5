import { type Attributes, type AttributeValue, attribute, isList } from "@sluice/data";
import { compileSearch } from "@sluice/lib-prometheus";
import { compare } from "./compare.ts";
import { enums, enumsLike } from "./enums.ts";
import { EvaluationError, OttlError } from "./errors.ts";
import type { Argument, Field, Getter, Language, Parameter } from "./language.ts";
import type { Call, Condition, Path, Value } from "./syntax.ts";

/** Whether a condition is true of an item. Pure; throws `EvaluationError` when it cannot be decided. */
export type Test<T> = (item: T) => boolean;

/** Makes a condition a function. Throws `OttlError` for a path, function or name that the language does not have. */
export function compileCondition<T>(condition: Condition, language: Language<T>): Test<T> {
  switch (condition.kind) {
    case "constant":
      return () => condition.value;
    case "not": {
      const test = compileCondition(condition.term, language);
      return (item) => !test(item);
    }
    case "and": {
      const tests = condition.terms.map((term) => compileCondition(term, language));
      return (item) => tests.every((test) => test(item));
    }
    case "or": {
      const tests = condition.terms.map((term) => compileCondition(term, language));
      return (item) => tests.some((test) => test(item));
    }
    case "truth": {
      const get = callGetter(condition.call, language);
      const { name } = condition.call;
      const error = new EvaluationError(`${name} gave something else than a truth value`);
      return (item) => truth(get(item), error);
    }
    case "comparison": {
      const { operator } = condition;
      const [left, right] = [getter(condition.left, language), getter(condition.right, language)];
      return (item) => compare(left(item), operator, right(item));
    }
  }
}

function truth(value: AttributeValue, error: Error): boolean {
  if (typeof value !== "boolean") throw error;
  return value;
}

function getter<T>(value: Value, language: Language<T>): Getter<T> {
  switch (value.kind) {
    case "literal":
      return () => value.value;
    case "enum": {
      const number = enums.get(value.name);
      if (number === undefined) throw unknown("name", value.name, enumsLike(value.name), value.at);
      return () => number;
    }
    case "path":
      return pathGetter(value, language);
    case "call":
      return callGetter(value, language);
  }
}

function pathGetter<T>({ fields, keys, at }: Path, language: Language<T>): Getter<T> {
  const name = fields.join(".");
  const field = Object.hasOwn(language.fields, name) ? language.fields[name] : undefined;
  if (field === undefined) throw unknown("path", name, pathNames(language), at);
  if (keys.length === 0) return field.get;
  if (field.indexable === undefined) throw new OttlError(`path "${name}" has no keys`, at);
  return indexed(field, keys, new EvaluationError(`a key of ${name} is asked of what has none such`), name, at);
}

function indexed<T>(
  { get, attributes }: Field<T>,
  keys: readonly (string | bigint)[],
  error: Error,
  name: string,
  at: number,
): Getter<T> {
  const [first, ...rest] = keys;
  if (attributes === undefined) return (item) => lookUp(get(item), keys, error);
  if (typeof first !== "string") throw new OttlError(`path "${name}" has texts as keys, not numbers`, at);
  const here = (item: T): AttributeValue => entry(attributes(item), first);
  return rest.length === 0 ? here : (item) => lookUp(here(item), rest, error);
}

function entry(attributes: Attributes, key: string): AttributeValue {
  return attribute(attributes, key) ?? null;
}

function lookUp(value: AttributeValue, keys: readonly (string | bigint)[], error: Error): AttributeValue {
  let result = value;
  for (const key of keys) {
    // What is not there has nothing in it either.
    if (result === null) return null;
    if (typeof result !== "object" || result instanceof Uint8Array) throw error;
    if (isList(result)) {
      if (typeof key !== "bigint" || key >= result.length) throw error;
      result = result[Number(key)]!;
    } else if (typeof key === "string") result = entry(result.map, key);
    else throw error;
  }
  return result;
}

function callGetter<T>({ name, arguments: given, at }: Call, language: Language<T>): Getter<T> {
  const spec = Object.hasOwn(language.functions, name) ? language.functions[name] : undefined;
  if (spec === undefined) throw unknown("function", name, Object.keys(language.functions), at);
  const { parameters } = spec;
  if (given.length !== parameters.length) {
    const wanted = parameters.length === 1 ? "1 argument" : `${parameters.length} arguments`;
    throw new OttlError(`${name} takes ${wanted}, found ${given.length}`, at);
  }
  return spec.make(...given.map((value, i) => argument(value, parameters[i]!, name, language)));
}

function argument<T>(value: Value, parameter: Parameter, name: string, language: Language<T>): Argument<T> {
  if (parameter === "value") return getter(value, language);
  if (value.kind !== "literal" || typeof value.value !== "string") {
    throw new OttlError(`${name} needs a text in quotes here; other arguments are not supported yet`, value.at);
  }
  if (parameter === "text") return value.value;
  try {
    return compileSearch(value.value);
  } catch (cause) {
    throw new OttlError((cause as Error).message, value.at, { cause });
  }
}

function pathNames<T>({ context, fields }: Language<T>): string[] {
  return Object.keys(fields).filter(
    (name) => !name.startsWith(`${context}.`) && !name.startsWith("instrumentation_scope."),
  );
}

/** The rest of the language follows; until then a message names all there is. */
function unknown(what: string, name: string, known: readonly string[], at: number): OttlError {
  return new OttlError(`${what} "${name}" is not supported here; supported are ${known.join(", ")}`, at);
}

import { type AttributeValue, asString, isList } from "@sluice/data";
import type { Search } from "@sluice/lib-prometheus";
import { EvaluationError } from "./errors.ts";
import type { FunctionSpec, Functions, Getter } from "./language.ts";

/** Functions for any item. */
export const commonFunctions: Functions<unknown> = {
  IsMatch: {
    parameters: ["value", "pattern"],
    make(value, pattern) {
      return isMatch(value as Getter<unknown>, pattern as Search);
    },
  },
  HasPrefix: affix("HasPrefix", (text, prefix) => text.startsWith(prefix)),
  HasSuffix: affix("HasSuffix", (text, suffix) => text.endsWith(suffix)),
  IsString: typeTest((value) => typeof value === "string"),
  IsBool: typeTest((value) => typeof value === "boolean"),
  IsInt: typeTest((value) => typeof value === "bigint"),
  IsDouble: typeTest((value) => typeof value === "number"),
  IsList: typeTest((value) => value !== null && isList(value)),
  IsMap: typeTest(
    (value) => typeof value === "object" && value !== null && !isList(value) && !(value instanceof Uint8Array),
  ),
};

function isMatch(value: Getter<unknown>, pattern: Search): Getter<unknown> {
  return (item) => {
    const text = likeText(value(item));
    return text !== undefined && pattern.test(text);
  };
}

/** Any value as text, bytes as hex digits; undefined for nil. */
function likeText(value: AttributeValue): string | undefined {
  if (value === null) return undefined;
  return value instanceof Uint8Array ? hex(value) : asString(value);
}

/** Bytes as lower-case hex digits. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (byte < 16 ? "0" : "") + byte.toString(16);
  return text;
}

function typeTest(test: (value: AttributeValue) => boolean): FunctionSpec<unknown> {
  return {
    parameters: ["value"],
    make(value) {
      return (item) => test((value as Getter<unknown>)(item));
    },
  };
}

function affix(name: string, test: (text: string, affix: string) => boolean): FunctionSpec<unknown> {
  // Made once: a stack for every record would cost more than all the rest.
  const error = new EvaluationError(`${name} was given something else than a text`);
  return {
    parameters: ["value", "text"],
    make(value, affix) {
      return (item) => {
        const text = (value as Getter<unknown>)(item);
        if (typeof text !== "string") throw error;
        return test(text, affix as string);
      };
    },
  };
}

import { quote } from "./problems.ts";

/** A component's id: `type` or `type/name`. */
export interface ComponentId {
  readonly type: string;
  /** "" without a name. */
  readonly name: string;
}

const typePattern = /^[a-zA-Z][0-9a-zA-Z_]{0,62}$/;
const namePattern = /^[^\p{Z}\p{C}\p{S}]+$/u;
const maxNameBytes = 1024;

/** Splits an id at its first "/" (a name may hold more of them); blanks around both halves are dropped. */
export function parseId(text: string): ComponentId | { readonly problem: string } {
  const { first, name } = split(text);
  if (!typePattern.test(first)) {
    return { problem: `found ${quote(text)}, expected a type of letters, digits and "_", optionally "/" and a name` };
  }
  const problem = nameProblem(text, name);
  return problem === undefined ? { type: first, name: name ?? "" } : { problem };
}

/** Splits a pipeline's id, `signal` or `signal/name`. Which signals there are is not checked. */
export function parsePipelineId(
  text: string,
): { readonly signal: string; readonly name: string } | { readonly problem: string } {
  const { first, name } = split(text);
  const problem = nameProblem(text, name);
  return problem === undefined ? { signal: first, name: name ?? "" } : { problem };
}

/** Joins the halves of an id. */
export function formatId(type: string, name: string): string {
  return name === "" ? type : `${type}/${name}`;
}

function split(text: string): { readonly first: string; readonly name: string | undefined } {
  const slash = text.indexOf("/");
  if (slash < 0) return { first: text.trim(), name: undefined };
  return { first: text.slice(0, slash).trim(), name: text.slice(slash + 1).trim() };
}

function nameProblem(text: string, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (name === "") return `found ${quote(text)}, expected a name after "/"`;
  if (namePattern.test(name) && new TextEncoder().encode(name).length <= maxNameBytes) return undefined;
  return `found ${quote(text)}, expected a name of at most ${maxNameBytes} bytes without blanks, control characters and symbols`;
}

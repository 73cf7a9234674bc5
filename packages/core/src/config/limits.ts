import type { Path, Place } from "./located.ts";
import { ConfigProblems } from "./problems.ts";

/** Of one file, environment variable or inline text. The YAML reader takes about a second a megabyte. */
export const maxDocumentBytes = 4 * 2 ** 20;
/** Levels of maps and lists inside each other. */
export const maxDepth = 100;
/** References resolved for one value, the ones inside its references' values included. */
export const maxExpansions = 1000;
/** Getting a document over HTTP: connecting, redirects and the body. */
export const httpTimeoutMs = 30_000;
const maxNodes = 300_000;
/** A reference costs as much as so many values. */
export const referenceCost = 10;
/** What is read as YAML, each include and environment variable as often as it is referred to. */
const maxParsedCharacters = 16 * 2 ** 20;
const maxExpandedCharacters = 32 * 2 ** 20;

/** What one load may still use; shared by all its documents, so that aliases and includes cannot multiply without bound. */
export interface Budget {
  nodes: number;
  characters: number;
  parsed: number;
}

export function newBudget(): Budget {
  return { nodes: maxNodes, characters: maxExpandedCharacters, parsed: maxParsedCharacters };
}

/** Takes a value off the budget; throws `ConfigProblems` when nothing is left, since going on would only do more of it. */
export function spendNode(budget: Budget, place: Place, path: Path = [], cost = 1): void {
  budget.nodes -= cost;
  if (budget.nodes < 0) throw exhausted(`more than ${maxNodes} values, aliases and references expanded`, place, path);
}

/** Takes expanded text off the budget; throws like `spendNode`. */
export function spendText(budget: Budget, length: number, place: Place, path: Path): void {
  budget.characters -= length;
  if (budget.characters < 0)
    throw exhausted(`more than ${maxExpandedCharacters} characters of expanded text`, place, path);
}

/** Takes a text that is read as YAML off the budget; throws like `spendNode`. */
export function spendParsed(budget: Budget, length: number, place: Place): void {
  budget.parsed -= length;
  if (budget.parsed < 0) throw exhausted(`more than ${maxParsedCharacters} characters of YAML`, place, []);
}

function exhausted(found: string, place: Place, path: Path): ConfigProblems {
  return new ConfigProblems([{ severity: "error", place, path, message: `${found}: the configuration is too large` }]);
}

/** What a condition is made of. Every node knows where it stands: `at` characters from the start of its text. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly terms: readonly Condition[] }
  | { readonly kind: "not"; readonly term: Condition }
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "comparison"; readonly operator: Operator; readonly left: Value; readonly right: Value }
  | { readonly kind: "truth"; readonly call: Call };

/** The operators of comparisons. */
export const operators = ["==", "!=", "<", "<=", ">", ">="] as const;
/** An operator of a comparison. */
export type Operator = (typeof operators)[number];

/** What a comparison compares, and what a function is given. */
export type Value = Literal | Enum | Path | Call;
/** A bigint is an int, a number a double, null is nil. */
export interface Literal {
  readonly kind: "literal";
  readonly value: string | boolean | bigint | number | Uint8Array | null;
  readonly at: number;
}
/** A name in capitals that stands for an int. */
export interface Enum {
  readonly kind: "enum";
  readonly name: string;
  readonly at: number;
}
/** `resource.attributes["a"][0]`: fields, and keys behind the last of them. */
export interface Path {
  readonly kind: "path";
  readonly fields: readonly string[];
  readonly keys: readonly (string | bigint)[];
  readonly at: number;
}
/** A function that gives a value. */
export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Value[];
  readonly at: number;
}

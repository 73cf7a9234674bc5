import { OttlError } from "./errors.ts";
import { type Token, tokensOf } from "./lexer.ts";
import { type Call, type Condition, type Operator, operators, type Path, type Value } from "./syntax.ts";

/** Conditions are written by people; deeper ones would only exhaust the stack. */
const MAX_DEPTH = 64;

/** Reads a condition. Throws `OttlError` for what is none, and for what the language has and is not read here yet. */
export function parseCondition(text: string): Condition {
  const parser = new Parser(tokensOf(text));
  const condition = parser.condition(0);
  parser.end();
  return condition;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  condition(depth: number): Condition {
    return this.#joined("or", () => this.#joined("and", () => this.#term(depth)));
  }

  end(): void {
    const token = this.#peek();
    if (token.kind === "end") return;
    if (/^[-+*/]$/.test(token.text)) throw new OttlError("arithmetic is not supported yet", token.at);
    throw expected("and, or, or the end", token);
  }

  #joined(kind: "and" | "or", read: () => Condition): Condition {
    const terms = [read()];
    while (this.#takeWord(kind)) terms.push(read());
    return terms.length === 1 ? terms[0]! : { kind, terms };
  }

  #term(depth: number): Condition {
    const { at } = this.#peek();
    if (depth > MAX_DEPTH) throw new OttlError(`conditions nest more than ${MAX_DEPTH} deep`, at);
    if (this.#takeWord("not")) return { kind: "not", term: this.#bare(depth) };
    return this.#bare(depth);
  }

  #bare(depth: number): Condition {
    if (this.#take("(")) {
      const inner = this.condition(depth + 1);
      this.#expect(")");
      return inner;
    }
    const left = this.#value(depth);
    const token = this.#peek();
    if (isOperator(token)) {
      this.#next++;
      return { kind: "comparison", operator: token.text as Operator, left, right: this.#value(depth) };
    }
    if (left.kind === "call") return { kind: "truth", call: left };
    if (left.kind === "literal" && typeof left.value === "boolean") return { kind: "constant", value: left.value };
    if (/^[-+*/]$/.test(token.text) && token.kind === "symbol")
      throw new OttlError("arithmetic is not supported yet", token.at);
    throw expected("one of ==, !=, <, <=, >, >=", token);
  }

  #value(depth: number): Value {
    const token = this.#peek();
    const { kind, text, at } = token;
    if (depth > MAX_DEPTH) throw new OttlError(`conditions nest more than ${MAX_DEPTH} deep`, at);
    this.#next++;
    if (kind === "string") return { kind: "literal", value: text, at };
    if (kind === "int" || kind === "float") return { kind: "literal", value: numberOf(token, ""), at };
    if (kind === "bytes") return { kind: "literal", value: bytesOf(token), at };
    if (kind === "name") return this.#named(token, depth);
    if (text === "-" || text === "+") {
      const number = this.#peek();
      this.#next++;
      if (number.kind !== "int" && number.kind !== "float") throw new OttlError("arithmetic is not supported yet", at);
      return { kind: "literal", value: numberOf(number, text), at };
    }
    if (text === "[" || text === "{")
      throw new OttlError(`${text === "[" ? "lists" : "maps"} are not supported yet`, at);
    if (text === "(") throw new OttlError("parentheses around values are not supported yet", at);
    throw expected("a value", token);
  }

  #named({ text, at }: Token, depth: number): Value {
    if (text === "nil") return { kind: "literal", value: null, at };
    if (text === "true" || text === "false") return { kind: "literal", value: text === "true", at };
    if (/^(?:and|or|not)$/.test(text)) throw new OttlError(`found "${text}", expected a value`, at);
    if (this.#take("(")) return this.#call(text, at, depth);
    if (/^[A-Z][A-Z0-9_]*$/.test(text)) return { kind: "enum", name: text, at };
    if (/^[a-z]/.test(text)) return this.#path(text, at);
    throw new OttlError(
      `found "${text}"; expected a path in lower case, a name in capitals, or a function with ( )`,
      at,
    );
  }

  #call(name: string, at: number, depth: number): Call {
    if (!/^[A-Z]/.test(name)) {
      throw new OttlError(`found the editor "${name}"; in a condition only functions that give a value can stand`, at);
    }
    const given: Value[] = [];
    while (!this.#take(")")) {
      if (given.length > 0) this.#expect(",");
      const [first, second] = [this.#peek(), this.#tokens[this.#next + 1]];
      if (first.kind === "name" && second?.text === "=" && second.kind === "symbol")
        throw new OttlError(`arguments by name, as ${first.text}=, are not supported yet`, first.at);
      given.push(this.#value(depth + 1));
    }
    const next = this.#peek();
    if (next.text === "[" && next.kind === "symbol")
      throw new OttlError("keys behind a function are not supported yet", next.at);
    return { kind: "call", name, arguments: given, at };
  }

  #path(first: string, at: number): Path {
    const fields = [first];
    const keys: (string | bigint)[] = [];
    for (;;) {
      if (this.#take("[")) {
        keys.push(this.#key());
        this.#expect("]");
      } else if (this.#take(".")) {
        const token = this.#peek();
        if (token.kind !== "name") throw expected("a field", token);
        if (keys.length > 0) throw new OttlError(`field "${token.text}" behind a key is not supported yet`, token.at);
        this.#next++;
        fields.push(token.text);
      } else return { kind: "path", fields, keys, at };
    }
  }

  #key(): string | bigint {
    const token = this.#peek();
    this.#next++;
    if (token.kind === "string") return token.text;
    if (token.kind === "int") return BigInt(token.text);
    throw new OttlError("only a text or a whole number is supported as a key yet", token.at);
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)]!;
  }
  #take(symbol: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "symbol" || text !== symbol) return false;
    this.#next++;
    return true;
  }
  #takeWord(word: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "name" || text !== word) return false;
    this.#next++;
    return true;
  }
  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw expected(symbol, this.#peek());
  }
}

function expected(what: string, { kind, text, at }: Token): OttlError {
  const found = kind === "end" ? "the end" : kind === "string" ? JSON.stringify(text) : text;
  return new OttlError(`found ${found}, expected ${what}`, at);
}

function isOperator({ kind, text }: Token): boolean {
  return kind === "symbol" && (operators as readonly string[]).includes(text);
}

function numberOf({ kind, text, at }: Token, sign: string): bigint | number {
  if (kind === "float") return Number(sign + text);
  // More digits than an int can have would only cost time.
  const digits = text.replace(/^0+(?=.)/, "");
  const value = digits.length > 19 ? 2n ** 64n : BigInt(digits);
  if (value > 2n ** 63n - 1n) throw new OttlError(`${text} is beyond 64 bits`, at);
  return sign === "-" ? -value : value;
}

function bytesOf({ text, at }: Token): Uint8Array {
  const digits = text.slice(2);
  if (digits.length % 2 === 1) throw new OttlError(`${text} has half a byte; two digits make one`, at);
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

const inspect = Symbol.for("nodejs.util.inspect.custom");

/** Text that prints as `[REDACTED]` everywhere; only `reveal` gives it away. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return "[REDACTED]";
  }
  toJSON(): string {
    return "[REDACTED]";
  }
  [inspect](): string {
    return "[REDACTED]";
  }
}

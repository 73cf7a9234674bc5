/** One thing wrong with a configuration. `path` leads from the component's own section to the value. */
export interface Problem {
  readonly path: readonly (string | number)[];
  /** What was found and what is expected. */
  readonly message: string;
  /** A warning is printed and does not stop the start. */
  readonly severity?: "error" | "warning";
}

/** The configuration cannot be used: ends start-up with exit code 1. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** What was given will never be taken: do not try again. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
}

/** Not taken now; try again after `afterMs` milliseconds. */
export class RetryLaterError extends Error {
  override readonly name = "RetryLaterError";
  readonly afterMs: number;
  constructor(message: string, afterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.afterMs = afterMs;
  }
}

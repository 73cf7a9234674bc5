/** A text is no condition, or says something that is not known here. The message tells where in the text, counted from 1. */
export class OttlError extends Error {
  override readonly name = "OttlError";
  /** Characters before it. */
  readonly at: number;
  constructor(message: string, at: number, options?: ErrorOptions) {
    super(`at character ${at + 1}: ${message}`, options);
    this.at = at;
  }
}

/** A condition could not be decided for an item: one of its values has not the type that is needed. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}

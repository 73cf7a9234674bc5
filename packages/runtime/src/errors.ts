/** An error with Node's `code`, for the outside world's refusals; the original stands in `cause`. */
export function coded(message: string, cause: unknown): Error {
  // Trying several addresses gives an AggregateError without words: its first error says what happened.
  const first = cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors[0] : cause;
  const { code } = first as NodeJS.ErrnoException;
  return Object.assign(new Error(message, { cause: first }), code !== undefined && { code });
}

/** An error with Node's `code`, for the outside world's refusals; the original stands in `cause`. */
export function coded(message: string, cause: unknown): Error {
  // Trying several addresses gives an AggregateError without words: its first error says what happened.
  const first = cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors[0] : cause;
  const { code } = first as NodeJS.ErrnoException;
  return Object.assign(new Error(message, { cause: plainTls(first) }), code !== undefined && { code });
}

/** OpenSSL's reason without its addresses and source lines. */
function plainTls(error: unknown): unknown {
  const { library, reason, code } = error as { library?: unknown; reason?: unknown; code?: string };
  if (library !== "SSL routines" || typeof reason !== "string") return error;
  const hint = reason === "wrong version number" ? ", as from a server that speaks no TLS" : "";
  return Object.assign(new Error(`TLS: ${reason}${hint}`), code !== undefined && { code });
}

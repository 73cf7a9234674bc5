/** What was thrown, as an Error; safe with any value. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(typeof thrown === "string" ? thrown : `something other than an Error was thrown: ${typeof thrown}`);
}

/** What was thrown, as an Error; safe with any value. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(typeof thrown === "string" ? thrown : `something other than an Error was thrown: ${typeof thrown}`);
}

/** Waits for all, and then rejects with the first of them, in their order, that did. */
export async function allOf(works: readonly (Promise<void> | undefined)[]): Promise<void> {
  const outcomes = await Promise.allSettled(works.map(async (work) => work));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

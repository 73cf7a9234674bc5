import { type Consume, PermanentError, RetryLaterError } from "@sluice/component";
import { asError } from "./errors.ts";

/**
 * Hands each batch to every target and waits for all of them; parts never change, so no target needs a copy. Rejects when a
 * target does, although others may have taken the batch: with a `PermanentError` only if every failure is permanent. One target
 * needs no wrapper.
 */
export function fanOut(targets: readonly Consume[]): Consume {
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return only;
  return async (batch) => {
    const results = await Promise.allSettled(targets.map(async (target) => target(batch)));
    const failures = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as unknown);
    if (failures.length > 0) throw joinFailures(failures);
  };
}

/** Makes one error of several refusals of one batch, of the class that says what the sender may do next. */
function joinFailures(failures: readonly unknown[]): unknown {
  if (failures.length === 1) return failures[0];
  const message = failures.map((failure) => asError(failure).message).join("; ");
  const options = { cause: new AggregateError(failures, message) };
  if (failures.every((failure) => failure instanceof PermanentError)) return new PermanentError(message, options);
  const waits = failures.filter((failure) => failure instanceof RetryLaterError).map(({ afterMs }) => afterMs);
  return waits.length > 0 ? new RetryLaterError(message, Math.max(...waits), options) : new Error(message, options);
}

import { PermanentError } from "@sluice/component";
import type { Drain } from "./drain.ts";
import { PartlyTakenError } from "./errors.ts";
import type { Item, SenderOptions } from "./sender.ts";

/** Enters the end of a request into the account and the log. */
export function settle(options: SenderOptions, drain: Drain, items: readonly Item[], error: Error | undefined): void {
  const { ledger, log } = options;
  const count = sum(items, (item) => item.items);
  const points = sum(items, (item) => item.points);
  if (error === undefined) {
    ledger.deliver(count, points);
    drain.progress();
    options.delivered?.(items);
    return;
  }
  const taken = error instanceof PartlyTakenError ? Math.min(error.taken, count) : 0;
  const fields = { error, dropped_items: count - taken };
  if (error instanceof PermanentError) {
    log.error("request rejected by the backend, dropping data", fields);
    // Nobody says which points the taken items are of.
    const takenPoints = Math.floor((points * taken) / Math.max(count, 1));
    if (taken > 0) ledger.deliver(taken, takenPoints);
    ledger.reject(count - taken, points - takenPoints);
    drain.progress();
    return;
  }
  log.error("cannot send, dropping data", fields);
  ledger.drop(drain.ended.aborted ? "shutdown" : "retry_exhausted", count, points);
}

/** Adds up what `of` gives for each. */
export function sum<T>(list: readonly T[], of: (each: T) => number): number {
  let total = 0;
  for (const each of list) total += of(each);
  return total;
}

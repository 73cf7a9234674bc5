import type { Kind, Lifecycle, Logger } from "@sluice/component";
import { asError } from "./errors.ts";
import type { InstanceStatus } from "./status.ts";

/** A built component: what the engine starts and stops. */
export interface Instance {
  readonly kind: Kind;
  readonly id: string;
  readonly lifecycle: Lifecycle;
  readonly status: InstanceStatus;
  readonly log: Logger;
}

/** Starts a component; rejects, naming it, when it cannot. */
export async function startOne({ kind, id, lifecycle, status }: Instance): Promise<void> {
  status.report("starting");
  try {
    await lifecycle.start?.();
  } catch (error) {
    status.report("permanent_error", asError(error));
    throw new Error(`cannot start ${kind} "${id}"`, { cause: error });
  }
  if (status.current === "starting") status.report("ok");
}

/** Shuts a component down; gives, and logs, why it could not. */
export async function stopOne({ kind, id, lifecycle, status, log }: Instance): Promise<readonly Error[]> {
  status.report("stopping");
  try {
    await lifecycle.shutdown?.();
  } catch (error) {
    status.report("permanent_error", asError(error));
    log.error("cannot shut down component", { error });
    return [new Error(`cannot shut down ${kind} "${id}"`, { cause: error })];
  }
  status.report("stopped");
  return [];
}

import type { Kind, Lifecycle, Logger, Timers } from "@sluice/component";
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

/** Milliseconds after which it is told that everything waits for a component. */
const PATIENCE = 30_000;

/** Waits for what a component does, and says so when that takes long: until it is done, a start, reload or stop goes no further. */
export async function waitFor<T>(
  timers: Timers,
  { log }: Pick<Instance, "log">,
  what: string,
  work: () => T | Promise<T>,
): Promise<T> {
  const timer = timers.after(PATIENCE, () =>
    log.warn("still waiting for the component", { what, waited_ms: PATIENCE }),
  );
  try {
    return await work();
  } finally {
    timer.cancel();
  }
}

/** Starts a component; rejects, naming it, when it cannot. */
export async function startOne(timers: Timers, instance: Instance): Promise<void> {
  const { kind, id, lifecycle, status } = instance;
  status.report("starting");
  try {
    await waitFor(timers, instance, "start", () => lifecycle.start?.());
  } catch (error) {
    status.report("permanent_error", asError(error));
    throw new Error(`cannot start ${kind} "${id}"`, { cause: error });
  }
  if (status.current === "starting") status.report("ok");
}

/** Shuts a component down; gives, and logs, why it could not. */
export async function stopOne(timers: Timers, instance: Instance): Promise<readonly Error[]> {
  const { kind, id, lifecycle, status, log } = instance;
  status.report("stopping");
  try {
    await waitFor(timers, instance, "shutdown", () => lifecycle.shutdown?.());
  } catch (error) {
    status.report("permanent_error", asError(error));
    log.error("cannot shut down component", { error });
    return [new Error(`cannot shut down ${kind} "${id}"`, { cause: error })];
  }
  status.report("stopped");
  return [];
}

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

/** Starts one after the other, in the order given; rejects at the first that cannot, naming it. */
export async function startAll(instances: readonly Instance[]): Promise<void> {
  for (const instance of instances) await startOne(instance);
}

async function startOne({ kind, id, lifecycle, status }: Instance): Promise<void> {
  status.report("starting");
  try {
    await lifecycle.start?.();
  } catch (error) {
    status.report("permanent_error", asError(error));
    throw new Error(`cannot start ${kind} "${id}"`, { cause: error });
  }
  if (status.current === "starting") status.report("ok");
}

/** Shuts down one after the other, in the order given, whatever fails; gives one error per failure. */
export async function stopInOrder(instances: readonly Instance[]): Promise<readonly Error[]> {
  const failures: Error[] = [];
  for (const instance of instances) failures.push(...(await stopOne(instance)));
  return failures;
}

/** Shuts down all at once, so that slow drains run side by side; gives one error per failure. */
export async function stopTogether(instances: readonly Instance[]): Promise<readonly Error[]> {
  return (await Promise.all(instances.map(stopOne))).flat();
}

async function stopOne({ kind, id, lifecycle, status, log }: Instance): Promise<readonly Error[]> {
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

import type { Context, Kind, Operation } from "@sluice/component";
import { isoTime } from "@sluice/data";
import type { ComponentStatus, Statuses } from "./statuses.ts";

/** Everything that pages are made of. */
export interface Facts {
  readonly context: Pick<Context, "build" | "env" | "host">;
  readonly statuses: Statuses;
}
/** The parameters of a page's address. */
export type Query = URLSearchParams;

/** A moment, and how long ago it was when the page was made. */
export interface Moment {
  /** RFC 3339. */
  readonly at: string;
  readonly seconds_ago: number;
}
/** One component as pages show it. */
export interface Shown {
  readonly kind: Kind;
  readonly id: string;
  readonly status: ComponentStatus["status"] | undefined;
  readonly since: Moment | undefined;
  readonly last_error: (Moment & { readonly text: string }) | undefined;
}

/** Looks a component up by the list of a pipeline it stands in, where connectors stand as receivers and exporters. */
export function showComponent(facts: Facts, kind: Kind, id: string): Shown {
  const { statuses } = facts;
  const found = statuses.of(kind, id) ?? statuses.of("connector", id);
  return found === undefined
    ? { kind, id, status: undefined, since: undefined, last_error: undefined }
    : showStatus(facts, found);
}

/** A component with its times as they are now. */
export function showStatus({ context }: Facts, { kind, id, status, since, lastError }: ComponentStatus): Shown {
  const now = context.env.clock.now();
  const moment = (at: number): Moment => ({ at: isoTime(at), seconds_ago: Math.max(now - at, 0) / 1000 });
  const last_error = lastError && { text: lastError.text, ...moment(lastError.at) };
  return { kind, id, status, since: moment(since), last_error };
}

/** The operations of one component, one a signal. */
export function operationsOf({ context }: Facts, kind: Kind, id: string): readonly Operation[] {
  return context.host.operations().filter(({ name }) => name.slice(0, name.lastIndexOf("/")) === `${kind}/${id}`);
}

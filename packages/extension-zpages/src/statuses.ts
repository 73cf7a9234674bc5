import type { Kind, Status, StatusEvent } from "@sluice/component";

/** Longest text of an error, in characters, and how many causes it tells. */
const LONGEST_ERROR = 1024;
const DEEPEST = 8;

/** How one component fares. */
export interface ComponentStatus {
  readonly kind: Kind;
  readonly id: string;
  readonly status: Status;
  /** Since when it has this status, in milliseconds since 1970. */
  readonly since: number;
  /** Kept when all is well again. */
  readonly lastError: { readonly text: string; readonly at: number } | undefined;
}
/** The latest status of every component that has not stopped. */
export interface Statuses {
  take(event: StatusEvent): void;
  of(kind: Kind, id: string): ComponentStatus | undefined;
  all(): readonly ComponentStatus[];
}

export function createStatuses(): Statuses {
  const known = new Map<string, ComponentStatus>();
  const keyOf = (kind: Kind, id: string): string => `${kind} ${id}`;
  return {
    take({ kind, id, status, error, at }) {
      const key = keyOf(kind, id);
      if (status === "stopped") {
        known.delete(key);
        return;
      }
      const before = known.get(key);
      const since = before?.status === status ? before.since : at;
      const lastError = error === undefined ? before?.lastError : { text: errorText(error), at };
      known.set(key, { kind, id, status, since, lastError });
    },
    of: (kind, id) => known.get(keyOf(kind, id)),
    all: () => [...known.values()],
  };
}

/** What is wrong with it, in the words of logs: the message and those of the causes. */
function errorText(error: Error): string {
  const parts: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < DEEPEST; depth++) {
    // A joined error already says what its cause says.
    if (at.message !== "" && at.message !== parts.at(-1)) parts.push(at.message);
    at = at.cause;
  }
  return parts.join(": ").slice(0, LONGEST_ERROR) || "unknown error";
}

import type { LocatedMap } from "../../config/located.ts";

/** One entry of `remote_write` while it is converted. */
export interface Entry {
  readonly map: LocatedMap;
  readonly plain: Readonly<Record<string, unknown>>;
  /** Tells of a key, or of one inside of it, that is left out. */
  readonly leaveOut: (path: readonly string[], reason: string) => void;
}

/** The keys of a section; none where there is none. */
export function section(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

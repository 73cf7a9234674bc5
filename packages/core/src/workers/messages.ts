import type { Fields, Operation, OperationSample, StatusEvent } from "@sluice/component";
import type { Retrieved } from "../config/index.ts";
import { describeError, shorten, valueText } from "../telemetry/log-text.ts";
import type { Level, LogSource } from "../telemetry/logger.ts";
import type { Reading } from "../telemetry/registry.ts";

/** What a worker is asked for by the first thread. */
export interface WorkerCalls extends Record<string, (argument: never) => unknown> {
  /** Makes a configuration ready beside the one in force, if there is one; rejects when it cannot, nothing changed. */
  prepare(order: Order): Promise<void>;
  /** Puts in force what was made ready. */
  commit(argument: undefined): void;
  /** Gives back what was made ready, if anything was. */
  discard(argument: undefined): Promise<void>;
  read(argument: undefined): readonly Reading[];
  operations(argument: undefined): readonly Operation[];
  /** Drains and stops. Gives what went wrong, and what it measured in all. */
  stop(argument: undefined): Promise<{ readonly problems: readonly string[]; readonly readings: readonly Reading[] }>;
}
/** What a worker tells the first thread. */
export interface FirstCalls extends Record<string, (argument: never) => unknown> {
  log(record: ToldRecord): void;
  status(event: StatusEvent): void;
  span(span: { readonly name: string; readonly sample: OperationSample }): void;
  /** A component cannot go on, and so cannot the collector. */
  fail(message: string): void;
}

/** Everything that makes a worker's configuration the one that the first thread has read. */
export interface Order {
  readonly uris: readonly string[];
  readonly texts: Texts;
  /** As `--feature-gates` takes them. */
  readonly featureGates: string;
  readonly index: number;
}
/** What each URI of a configuration gave when it was read. */
export type Texts = ReadonlyMap<string, Retrieved>;

/** One line of a worker's log, not yet written. */
export interface ToldRecord {
  readonly level: Level;
  readonly message: string;
  readonly source: LogSource | undefined;
  readonly fields: Fields | undefined;
}

/** The fields of a record as data that can go to another thread, where they are written as the originals would be. */
export function portableFields(fields: Fields | undefined): Fields | undefined {
  if (fields === undefined) return undefined;
  return Object.fromEntries(Object.keys(fields).map((key) => [key, portable(fields, key)]));
}

function portable(fields: Fields, key: string): unknown {
  try {
    const value = fields[key];
    if (typeof value === "string") return shorten(value);
    if (value === null || /^(?:number|boolean|bigint|undefined)$/.test(typeof value)) return value;
    if (value instanceof Error) return portableError(value);
    return JSON.parse(valueText(value));
  } catch {
    return "[unreadable]";
  }
}

/** An error with all that its causes say; some classes of errors lose that on the way. */
export function portableError(error: Error): Error {
  const copy = new Error(describeError(error));
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}

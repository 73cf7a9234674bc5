import { type Clock, configChanges, type Fields, type Kind, type Logger } from "@sluice/component";
import { isoTime, type Signal } from "@sluice/data";
import type { LogsConfig } from "./config.ts";
import { createSampler, type Sampler } from "./log-sampler.ts";
import { entriesText, escapeControls } from "./log-text.ts";

/** How much a line matters. */
export type Level = "debug" | "info" | "warn" | "error";
const severity: Readonly<Record<string, number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  dpanic: 4,
  panic: 4,
  fatal: 4,
};

/** How severe a level is, as a number. */
export function severityOf(level: Level): number {
  return severity[level] ?? 0;
}
/** How severe a line must be to be written. */
export function leastSeverity({ level }: Pick<LogsConfig, "level">): number {
  return severity[level] ?? 1;
}

/** Whose lines a logger writes; undefined = the collector's own. */
export interface LogSource {
  readonly kind: Kind;
  readonly id: string;
  readonly signals: ReadonlySet<Signal>;
  readonly pipeline?: string;
}

/** Takes whole lines; `urgent` ones go out at once, with everything before them. */
export type WriteLine = (line: string, urgent: boolean) => void;

/** A log record, for whoever sends it on. */
export interface OwnRecord {
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly level: Level;
  readonly message: string;
  /** Which component wrote it. */
  readonly source: Entries;
  readonly fields: Entries;
}
/** What all loggers write by, at a time. */
export interface LogSettings {
  readonly config: LogsConfig;
  readonly resource: Readonly<Record<string, string>>;
}
/** Where records go, besides what sampling swallows. */
export interface LogSinks {
  readonly write: WriteLine;
  /** Takes records instead of `write`: with their source, and their values as they were given. */
  readonly log?: Logger | undefined;
  /** Takes each written record of a logger that is not `local`. */
  readonly emit: (record: OwnRecord) => void;
  readonly sampledOut: (level: Level) => void;
}
/** Loggers and what they write by. */
export interface Loggers {
  logger(source?: LogSource): Logger;
  /** The collector's own, whose records are written but not emitted: what sends them must not feed itself. */
  local(): Logger;
  /** Puts other settings in force for all loggers, also those already handed out. */
  change(settings: LogSettings): void;
}

/**
 * Makes loggers that write zap's two forms, one line a record: the console's (time, level, caller, message and fields as JSON, tabs
 * between) and JSON. The caller is the component, as kind/id: a file and line of ours would tell an operator nothing.
 */
export function createLoggers(initial: LogSettings, clock: Clock, sinks: LogSinks): Loggers {
  const state = { now: settle(initial, createSampler(initial.config.sampling, clock)) };
  function create(source: LogSource | undefined, emit: LogSinks["emit"]): Logger {
    const caller = source === undefined ? "service" : `${source.kind}/${source.id}`;
    const own = sourceFields(source);
    function log(level: Level, message: string, given: Fields | undefined): void {
      const { config, least, sample, before } = state.now;
      if (severityOf(level) < least) return;
      if (!sample(level, message)) {
        sinks.sampledOut(level);
        return;
      }
      const at = clock.now();
      const fields = [...fieldEntries(given), ...stackEntries(config, level, given)];
      const head = { time: isoTime(at), level, caller: config.disable_caller ? undefined : caller, message };
      const form = config.encoding === "json" ? jsonLine : consoleLine;
      if (sinks.log === undefined) sinks.write(form(head, [...before, ...own, ...fields]), level === "error");
      else
        sinks.log[level](message, { ...Object.fromEntries(own.filter(([, value]) => value !== undefined)), ...given });
      emit({ at, level, message, source: own, fields });
    }
    return {
      debug: (message, fields) => log("debug", message, fields),
      info: (message, fields) => log("info", message, fields),
      warn: (message, fields) => log("warn", message, fields),
      error: (message, fields) => log("error", message, fields),
    };
  }
  return {
    logger: (source) => create(source, sinks.emit),
    local: () => create(undefined, () => {}),
    change(settings) {
      const { config, sample } = state.now;
      const { sampling } = settings.config;
      const same = configChanges(config.sampling, sampling).length === 0;
      state.now = settle(settings, same ? sample : createSampler(sampling, clock));
    },
  };
}

function settle({ config, resource }: LogSettings, sample: Sampler) {
  const initial = Object.entries(config.initial_fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const before: Entries = config.disable_zap_resource ? initial : [...initial, ["resource", resource]];
  const least = leastSeverity(config);
  return { config, least, sample, before };
}

/** Names and values, in order. */
export type Entries = readonly (readonly [string, unknown])[];
interface Head {
  readonly time: string;
  readonly level: Level;
  readonly caller: string | undefined;
  readonly message: string;
}

function consoleLine({ time, level, caller, message }: Head, entries: Entries): string {
  const columns = [time, level, ...(caller === undefined ? [] : [caller]), message].map(escapeControls);
  const fields = entriesText(entries, "spaced");
  return `${columns.join("\t")}${fields === "" ? "" : `\t{${fields}}`}\n`;
}

function jsonLine({ time, level, caller, message }: Head, entries: Entries): string {
  const head: Entries = [
    ["level", level],
    ["ts", time],
    ["caller", caller],
    ["msg", message],
  ];
  return `{${entriesText([...head, ...entries], "compact")}}\n`;
}

function sourceFields(source: LogSource | undefined): Entries {
  if (source === undefined) return [];
  const { kind, id, signals, pipeline } = source;
  const [signal] = signals;
  return [
    ["otelcol.component.id", id],
    ["otelcol.component.kind", kind],
    ["otelcol.pipeline.id", pipeline],
    ["otelcol.signal", signals.size === 1 ? signal : undefined],
  ];
}

/** Names that the line itself uses; a field of such a name gets an underscore. */
const taken = new Set(["level", "ts", "caller", "msg", "resource"]);

function fieldEntries(fields: Fields | undefined): Entries {
  if (fields === undefined) return [];
  return Object.keys(fields).map((key) => [taken.has(key) ? `${key}_` : key, fieldOf(fields, key)]);
}
function fieldOf(fields: Fields, key: string): unknown {
  try {
    return fields[key];
  } catch {
    return "[unreadable]";
  }
}

function stackEntries(config: LogsConfig, level: Level, fields: Fields | undefined): Entries {
  if (!config.development || config.disable_stacktrace || severityOf(level) < 2 || fields === undefined) return [];
  const error = Object.keys(fields)
    .map((key) => fieldOf(fields, key))
    .find((value) => value instanceof Error);
  return error?.stack === undefined ? [] : [["stacktrace", error.stack]];
}

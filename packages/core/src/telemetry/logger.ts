import type { Clock, Fields, Kind, Logger } from "@sluice/component";
import { isoTime, type Signal } from "@sluice/data";
import type { LogsConfig } from "./config.ts";
import { createSampler } from "./log-sampler.ts";
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

/** Whose lines a logger writes; undefined = the collector's own. */
export interface LogSource {
  readonly kind: Kind;
  readonly id: string;
  readonly signals: ReadonlySet<Signal>;
  readonly pipeline?: string;
}

/** Takes whole lines; `urgent` ones go out at once, with everything before them. */
export type WriteLine = (line: string, urgent: boolean) => void;

/** What all loggers write by, at a time. */
export interface LogSettings {
  readonly config: LogsConfig;
  readonly resource: Readonly<Record<string, string>>;
}
/** Loggers and what they write by. */
export interface Loggers {
  logger(source?: LogSource): Logger;
  /** Puts other settings in force for all loggers, also those already handed out. */
  change(settings: LogSettings): void;
}

/**
 * Makes loggers that write zap's two forms, one line a record: the console's (time, level, caller, message and fields as JSON, tabs
 * between) and JSON. The caller is the component, as kind/id: a file and line of ours would tell an operator nothing. `sampledOut`
 * is called for each line that sampling swallows.
 */
export function createLoggers(
  initial: LogSettings,
  clock: Clock,
  writeLine: WriteLine,
  sampledOut: (level: Level) => void,
): Loggers {
  const settle = ({ config, resource }: LogSettings) => ({
    config,
    least: severity[config.level.toLowerCase()] ?? 1,
    sample: createSampler(config.sampling, clock),
    before: [["resource", resource]] as Entries,
    after: Object.entries(config.initial_fields) as Entries,
  });
  const state = { now: settle(initial) };
  return {
    logger(source) {
      const caller = source === undefined ? "service" : `${source.kind}/${source.id}`;
      const own = sourceFields(source);
      function log(level: Level, message: string, fields: Fields | undefined): void {
        const { config, least, sample, before, after } = state.now;
        if ((severity[level] ?? 0) < least) return;
        if (!sample(level, message)) {
          sampledOut(level);
          return;
        }
        const entries = [...before, ...own, ...after, ...fieldEntries(fields), ...stackEntries(config, level, fields)];
        const time = isoTime(clock.now());
        const record = { time, level, caller: config.disable_caller ? undefined : caller, message };
        writeLine(
          config.encoding === "json" ? jsonLine(record, entries) : consoleLine(record, entries),
          level === "error",
        );
      }
      return {
        debug: (message, fields) => log("debug", message, fields),
        info: (message, fields) => log("info", message, fields),
        warn: (message, fields) => log("warn", message, fields),
        error: (message, fields) => log("error", message, fields),
      };
    },
    change(settings) {
      state.now = settle(settings);
    },
  };
}

type Entries = readonly (readonly [string, unknown])[];
interface Head {
  readonly time: string;
  readonly level: Level;
  readonly caller: string | undefined;
  readonly message: string;
}

function consoleLine({ time, level, caller, message }: Head, entries: Entries): string {
  const columns = [time, level, ...(caller === undefined ? [] : [caller]), message].map(escapeControls);
  return `${columns.join("\t")}\t{${entriesText(entries, "spaced")}}\n`;
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
  if (!config.development || config.disable_stacktrace || (severity[level] ?? 0) < 2 || fields === undefined) return [];
  const error = Object.keys(fields)
    .map((key) => fieldOf(fields, key))
    .find((value) => value instanceof Error);
  return error?.stack === undefined ? [] : [["stacktrace", error.stack]];
}

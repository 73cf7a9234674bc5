import type { BuildInfo, Env, Logger } from "@sluice/component";
import type { LogRecord, Span } from "@sluice/data";
import { isOff, type TelemetryConfig } from "./config.ts";
import { type PushProcessor, paceOf } from "./otlp-config.ts";
import { encodeReadings, encodeRecords, encodeSpans, type Sent } from "./otlp-encode.ts";
import { createPeriodicReader } from "./periodic-reader.ts";
import { createPushTarget, type PushForms } from "./push-target.ts";
import type { Pusher, PusherSpec } from "./pushers.ts";
import { createQueueSender, type QueueSender } from "./queue-sender.ts";
import type { Reading } from "./registry.ts";
import type { ResourceAttributes } from "./resource.ts";

/** What pushers are made with. */
export interface Makers {
  /** Milliseconds since 1970: what sums are counted from. */
  readonly startedAt: number;
  readonly env: Env;
  readonly build: BuildInfo;
  readonly read: () => Promise<readonly Reading[]>;
  readonly log: Logger;
  readonly dropped: (signal: string, items: number) => void;
}

/** The periodic readers that the configuration lists. */
export function readerSpecs(
  config: TelemetryConfig,
  resource: ResourceAttributes,
  make: Makers,
): readonly PusherSpec<Pusher>[] {
  const { env, build, read, log, startedAt } = make;
  const forms: PushForms<readonly Reading[]> = {
    signal: "metrics",
    otlp: (readings) => encodeReadings(readings, resource, startedAt, env.clock.now()),
    lines: (readings) => [JSON.stringify({ time: env.clock.now(), resource, metrics: readings })],
  };
  const listed = isOff(config.metrics.level) ? [] : (config.metrics.readers ?? []);
  return listed.flatMap(({ periodic }) => {
    if (periodic === undefined) return [];
    const target = () => createPushTarget(periodic.exporter, forms, env, build);
    const spec: PusherSpec<Pusher> = {
      settings: { periodic, resource },
      make: async () => createPeriodicReader(periodic, await target(), read, env, log),
    };
    return [spec];
  });
}

/** The senders of own logs that the configuration lists. */
export function logSenderSpecs(
  { logs }: TelemetryConfig,
  resource: ResourceAttributes,
  make: Makers,
): readonly PusherSpec<QueueSender<Sent<LogRecord>>>[] {
  const forms: PushForms<readonly Sent<LogRecord>[]> = {
    signal: "logs",
    otlp: (records) => encodeRecords(records, resource),
    lines: (records) => records.map(lineOf),
  };
  return queueSpecs(logs.processors, forms, resource, make);
}
/** The senders of own spans that the configuration lists. */
export function spanSenderSpecs(
  { traces }: TelemetryConfig,
  resource: ResourceAttributes,
  make: Makers,
): readonly PusherSpec<QueueSender<Sent<Span>>>[] {
  const forms: PushForms<readonly Sent<Span>[]> = {
    signal: "traces",
    otlp: (spans) => encodeSpans(spans, resource),
    lines: (spans) => spans.map(lineOf),
  };
  return queueSpecs(isOff(traces.level) ? [] : traces.processors, forms, resource, make);
}

function queueSpecs<T>(
  processors: readonly PushProcessor[],
  forms: PushForms<readonly T[]>,
  resource: ResourceAttributes,
  { env, build, log, dropped }: Makers,
): readonly PusherSpec<QueueSender<T>>[] {
  const what = forms.signal;
  const reports = { what, log, dropped: (items: number) => dropped(what, items) };
  return processors.flatMap((processor) => {
    const pace = paceOf(processor);
    if (pace === undefined) return [];
    const target = () => createPushTarget(pace.exporter, forms, env, build);
    const spec: PusherSpec<QueueSender<T>> = {
      settings: { pace, resource },
      make: async () => createQueueSender(pace, await target(), env, reports),
    };
    return [spec];
  });
}

/** A record or span as a line of JSON: attributes as a map, ids in hexadecimal, times in milliseconds. */
function lineOf({ record, source }: Sent<LogRecord | Span>): string {
  const attributes = Object.fromEntries(record.attributes.map(({ key, value }) => [key, value]));
  return JSON.stringify({ ...record, attributes, source: Object.fromEntries(source) }, (_, value: unknown) => {
    if (typeof value === "bigint") return String(value);
    return value instanceof Uint8Array
      ? Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")
      : value;
  });
}

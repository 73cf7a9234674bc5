import type { BuildInfo, Env, Logger } from "@sluice/component";
import { isOff, type TelemetryConfig } from "./config.ts";
import { createLogSender, type LogSender } from "./log-sender.ts";
import { paceOf } from "./otlp-config.ts";
import { encodeReadings, encodeRecords, type SentRecord } from "./otlp-records.ts";
import { createPeriodicReader } from "./periodic-reader.ts";
import { createPushTarget, type PushForms } from "./push-target.ts";
import type { Pusher, PusherSpec } from "./pushers.ts";
import type { Reading } from "./registry.ts";
import type { ResourceAttributes } from "./resource.ts";

/** What pushers are made with. */
export interface Makers {
  /** Milliseconds since 1970: what sums are counted from. */
  readonly startedAt: number;
  readonly env: Env;
  readonly build: BuildInfo;
  readonly read: () => readonly Reading[];
  readonly log: Logger;
  readonly dropped: (records: number) => void;
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
export function senderSpecs(
  config: TelemetryConfig,
  resource: ResourceAttributes,
  make: Makers,
): readonly PusherSpec<LogSender>[] {
  const { env, build, log, dropped } = make;
  const forms: PushForms<readonly SentRecord[]> = {
    signal: "logs",
    otlp: (records) => encodeRecords(records, resource),
    lines: (records) => records.map(consoleText),
  };
  return config.logs.processors.flatMap((processor) => {
    const pace = paceOf(processor);
    if (pace === undefined) return [];
    const target = () => createPushTarget(pace.exporter, forms, env, build);
    const spec: PusherSpec<LogSender> = {
      settings: { pace, resource },
      make: async () => createLogSender(pace, await target(), env, log, dropped),
    };
    return [spec];
  });
}

function consoleText({ record, source }: SentRecord): string {
  const { time, severity, severityText, body, attributes } = record;
  const fields = Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
  const shown = { time: time.ms, severity, severityText, body, source: Object.fromEntries(source), attributes: fields };
  return JSON.stringify(shown, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

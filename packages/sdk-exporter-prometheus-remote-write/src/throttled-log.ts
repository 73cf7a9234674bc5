import type { DiagLogger } from "@opentelemetry/api";
import type { Clock, Fields, Logger } from "@sluice/component";

const everyMs = 60_000;

/**
 * The exporter's log as diagnostics of OpenTelemetry: each warning and each error at most once a minute, with how many were left
 * out since; what is no trouble is debug output.
 */
export function createThrottledLog(diag: DiagLogger, clock: Clock): Logger {
  const said = new Map<string, { at: number; suppressed: number }>();
  const throttled =
    (level: "warn" | "error") =>
    (message: string, fields: Fields = {}) => {
      const now = clock.monotonic();
      const last = said.get(message);
      if (last !== undefined && now - last.at < everyMs) {
        last.suppressed++;
        return;
      }
      said.set(message, { at: now, suppressed: 0 });
      const suppressed = last?.suppressed ?? 0;
      diag[level](lineOf(message, suppressed === 0 ? fields : { ...fields, suppressed }));
    };
  const quiet = (message: string, fields: Fields = {}) => diag.debug(lineOf(message, fields));
  return { debug: quiet, info: quiet, warn: throttled("warn"), error: throttled("error") };
}

function lineOf(message: string, fields: Fields): string {
  const entries = Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? reasonOf(value) : value]);
  return entries.length === 0 ? message : `${message} ${JSON.stringify(Object.fromEntries(entries))}`;
}

/** An error's message and those of its causes. */
export function reasonOf(error: unknown): string {
  const reasons: string[] = [];
  for (let at: unknown = error; at instanceof Error && reasons.length < 5; at = at.cause) reasons.push(at.message);
  return reasons.length === 0 ? String(error) : reasons.join(": ");
}

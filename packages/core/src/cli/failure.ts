import { type BuildInfo, ConfigError } from "@sluice/component";
import { describeError, escapeControls } from "../telemetry/log-text.ts";

/** What to print of an error that ended a command: all problems of a configuration, or the error with its causes. */
export function describeFailure({ command }: BuildInfo, failure: unknown): string {
  if (failure instanceof ConfigError) return `${failure.message}\n`;
  return `${command}: ${escapeControls(describeError(failure))}\n`;
}

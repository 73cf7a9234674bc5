import { type Decoded, type Problem, t } from "@sluice/component";

/** The configuration: keys and defaults of upstream's exporter. */
export const config = t.object("Writes what passes through to the log, to a terminal or to files.", {
  verbosity: t.oneOf(["basic", "normal", "detailed"], {
    anyCase: true,
    description: "One line a batch (basic), one line an item (normal), or everything (detailed).",
    default: "basic",
  }),
  sampling_initial: t.integer({
    description: "How many batches of a signal are written in each second before sampling begins.",
    default: 2,
    minimum: 0,
  }),
  sampling_thereafter: t.integer({
    description: "Of the batches after those, every how many-th is written; 1 writes all, 0 none.",
    default: 1,
    minimum: 0,
  }),
  use_internal_logger: t.boolean({
    description: "Write to the collector's own log, as it is configured in service::telemetry::logs.",
    default: true,
  }),
  output_paths: t.optional(
    t.array(t.string({ description: "stdout, stderr, or the path of a file that is appended to.", minLength: 1 }), {
      description: "Where to write when use_internal_logger is false; if not set, to stdout.",
      minItems: 1,
      examples: [["stderr", "/var/log/debug.txt"]],
    }),
  ),
  sending_queue: t.section("off", t.object("A queue is not supported here: batches are written at once.", {})),
});
/** What it decodes to. */
export type DebugConfig = Decoded<typeof config>;

/** Checks what the schema cannot say. */
export function validate({ sending_queue, output_paths, use_internal_logger }: DebugConfig): readonly Problem[] {
  const problems: Problem[] = [];
  if (sending_queue !== undefined) {
    const message = "found a queue, expected none: batches are written at once (write enabled: false)";
    problems.push({ path: ["sending_queue"], message });
  }
  if (output_paths !== undefined && use_internal_logger) {
    const message = "found with use_internal_logger: true, expected only with use_internal_logger: false";
    problems.push({ path: ["output_paths"], message });
  }
  return problems;
}

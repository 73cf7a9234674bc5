import type { Context } from "@sluice/component";
import type { DebugConfig } from "./config.ts";

/** Where the exporter's text goes. */
export interface Writer {
  /** Makes sure that every file can be written. Rejects otherwise. */
  open(): Promise<void>;
  /** Writes a message, with counts behind it. Resolved once it is written. */
  write(message: string, counts?: Readonly<Record<string, number>>): Promise<void>;
}

/** Makes the writer the configuration asks for: the collector's log, or terminals and files. */
export function createWriter(
  { use_internal_logger, output_paths = ["stdout"] }: DebugConfig,
  context: Context,
): Writer {
  const { env, log } = context;
  if (use_internal_logger) {
    return { open: async () => {}, write: async (message, counts) => log.info(message, counts) };
  }
  const put = async (path: string, text: string) => {
    if (path === "stdout" || path === "stderr") return env.process.write(path, text);
    return env.files.append(path, text).catch((cause: unknown) => {
      throw new Error(`cannot write output path "${path}"`, { cause });
    });
  };
  const putAll = async (text: string) => void (await Promise.all(output_paths.map((path) => put(path, text))));
  return {
    open: () => putAll(""),
    write: (message, counts) => putAll(`${message}${fieldsOf(counts)}\n`),
  };
}

/** Counts as the console form of upstream's log has them: a tab, then JSON with a space after each colon and comma. */
function fieldsOf(counts: Readonly<Record<string, number>> | undefined): string {
  if (counts === undefined) return "";
  return `\t{${Object.entries(counts)
    .map(([name, count]) => `${JSON.stringify(name)}: ${count}`)
    .join(", ")}}`;
}

import { ConfigError } from "@sluice/component";
import type { TextOrigin } from "./yaml.ts";

const scheme = "--set:";

/**
 * The URI of what `--set a.b=c` sets, to be put behind those of all `--config`: the value is YAML, a "." in the key leads a level
 * down. Throws `ConfigError` when "=" or the key is missing; what the value is worth shows when it is read.
 */
export function setToUri(text: string): string {
  const separator = text.indexOf("=");
  if (separator < 0) throw new ConfigError(`cannot set "${text}": found no "=", expected key=value`);
  if (text.slice(0, separator).trim() === "") {
    throw new ConfigError(`cannot set a value: found nothing before "=", expected key=value`);
  }
  return scheme + text;
}

/** A document behind a URI of `setToUri`; undefined for any other URI. Its source leaves the value out, which may be a secret. */
export function readSetUri(
  uri: string,
): { readonly text: string; readonly source: string; readonly origin: TextOrigin } | undefined {
  if (!uri.startsWith(scheme)) return undefined;
  const setting = uri.slice(scheme.length);
  const separator = setting.indexOf("=");
  const written = setting.slice(0, separator);
  const value = setting.slice(separator + 1);
  const key = written.trim();
  const prefix = `${key.replaceAll(".", "::")}: `;
  const valueColumn = separator + 1 + (value.length - value.trimStart().length);
  return {
    text: prefix + value.trim(),
    source: `--set ${key}`,
    origin: { shift: { column: prefix.length, by: prefix.length - valueColumn } },
  };
}

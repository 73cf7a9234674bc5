import { Secret } from "@sluice/component";
import { asError } from "../errors.ts";

/** Longest string, and longest text of one record's fields, in characters. */
const LONGEST_STRING = 8 * 1024;
const LONGEST_RECORD = 64 * 1024;
const DEEPEST = 8;
const MOST_ENTRIES = 128;

/** JSON without blanks, or with one after each colon and comma as on zap's console. */
export type Spacing = "compact" | "spaced";

interface State {
  readonly comma: string;
  readonly colon: string;
  /** Characters left; what does not fit becomes "[...]". */
  left: number;
  /** The objects we are inside of. */
  readonly open: Set<object>;
}

/** Writes entries as the inside of a JSON object: any value, also one that is cyclic, huge, or throws when it is looked at. */
export function entriesText(entries: readonly (readonly [string, unknown])[], spacing: Spacing): string {
  const [comma, colon] = spacing === "spaced" ? [", ", ": "] : [",", ":"];
  return writeEntries(entries, { comma, colon, left: LONGEST_RECORD, open: new Set() });
}

/** A value as JSON text without blanks, within the same bounds. */
export function valueText(value: unknown): string {
  return write(value, { comma: ",", colon: ":", left: LONGEST_RECORD, open: new Set() });
}

function writeEntries(entries: readonly (readonly [string, unknown])[], state: State): string {
  const parts: string[] = [];
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    if (parts.length >= MOST_ENTRIES || state.left <= 0) {
      parts.push(`"..."${state.colon}${entries.length - parts.length}`);
      break;
    }
    parts.push(`${quote(key)}${state.colon}${write(value, state)}`);
  }
  return parts.join(state.comma);
}

function write(value: unknown, state: State): string {
  if (state.left <= 0) return '"[...]"';
  const text = writeWhole(value, state);
  state.left -= typeof value === "object" ? 2 : text.length;
  return text;
}

function writeWhole(value: unknown, state: State): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case "boolean":
    case "bigint":
      return String(value);
    case "object":
      return value === null ? "null" : writeObject(value, state);
    case "undefined":
      return "null";
    default:
      return quote(`[${typeof value}]`);
  }
}

function writeObject(value: object, state: State): string {
  if (state.open.has(value)) return '"[circular]"';
  if (state.open.size >= DEEPEST) return '"[...]"';
  state.open.add(value);
  try {
    return writeOpened(value, state);
  } catch {
    return '"[unreadable]"';
  } finally {
    state.open.delete(value);
  }
}

function writeOpened(value: object, state: State): string {
  if (value instanceof Secret) return quote(String(value));
  if (value instanceof Error) return quote(describeError(value));
  if (ArrayBuffer.isView(value)) return quote(`[${value.byteLength} bytes]`);
  if (Array.isArray(value) || value instanceof Set) return writeList([...value], state);
  if (value instanceof Map)
    return `{${writeEntries(
      [...value].map(([key, one]) => [String(key), one] as const),
      state,
    )}}`;
  if ("toJSON" in value && typeof value.toJSON === "function") return write(value.toJSON(), state);
  return `{${writeEntries(
    Object.keys(value).map((key) => [key, property(value, key)] as const),
    state,
  )}}`;
}

function writeList(items: readonly unknown[], state: State): string {
  const parts = items.slice(0, MOST_ENTRIES).map((item) => write(item, state));
  if (items.length > MOST_ENTRIES) parts.push(quote(`[${items.length - MOST_ENTRIES} more]`));
  return `[${parts.join(state.comma)}]`;
}

function property(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return "[unreadable]";
  }
}

/** An error with its causes, outermost first, joined by ": ". */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let at = error, depth = 0; at !== undefined && depth < DEEPEST; depth++) {
    const { message, cause } = asError(at);
    // A joined error already says what its cause says.
    if (message !== "" && message !== parts.at(-1)) parts.push(message);
    at = cause;
  }
  return parts.join(": ") || "unknown error";
}

// Everything a terminal or a line reader could take for more than text, C1 controls and line separators included.
const control = /[\p{Cc}\u2028\u2029]/gu;

/** The text on one line, control characters as \u escapes. */
export function escapeControls(text: string): string {
  return text.replace(control, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function quote(text: string): string {
  return escapeControls(JSON.stringify(shorten(text)));
}

/** The text, or its start and how much more there was. */
export function shorten(text: string): string {
  return text.length > LONGEST_STRING ? `${text.slice(0, LONGEST_STRING)}[${text.length - LONGEST_STRING} more]` : text;
}

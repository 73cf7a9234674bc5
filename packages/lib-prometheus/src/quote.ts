/** Text in double quotes as Go prints `%q`: the messages of Prometheus quote names, values and parts of pages so. */
const HEX = "0123456789abcdef";
const SHORT = new Map([
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
  [34, '\\"'],
  [92, "\\\\"],
]);
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function quoteRune(rune: number): string {
  const short = SHORT.get(rune);
  if (short !== undefined) return short;
  if (rune < 0x20 || rune === 0x7f) return `\\x${HEX[rune >> 4]}${HEX[rune & 15]}`;
  const text = String.fromCodePoint(rune);
  if (PRINTABLE.test(text)) return text;
  return rune < 0x10000 ? `\\u${rune.toString(16).padStart(4, "0")}` : `\\U${rune.toString(16).padStart(8, "0")}`;
}

/** The text in double quotes with Go's escapes; at most `limit` characters of it when given. */
export function quote(text: string, limit = Number.POSITIVE_INFINITY): string {
  let out = '"';
  let count = 0;
  for (const character of text) {
    if (++count > limit) break;
    out += quoteRune(character.codePointAt(0)!);
  }
  return `${out}"`;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Most bytes of a page that a message repeats: an error about a page of one endless line must stay small. */
const MAX_QUOTED_BYTES = 256;

/** Bytes `from..to` in double quotes with Go's escapes; what is not UTF-8 is shown byte by byte, what is long is cut. */
export function quoteBytes(bytes: Uint8Array, from: number, to: number): string {
  const end = Math.min(to, from + MAX_QUOTED_BYTES);
  let out = '"';
  let at = from;
  while (at < end) {
    const width = runeWidth(bytes, at, to);
    if (width === 0) {
      const byte = bytes[at]!;
      out += `\\x${HEX[byte >> 4]}${HEX[byte & 15]}`;
      at++;
    } else {
      out += quoteRune(decoder.decode(bytes.subarray(at, at + width)).codePointAt(0)!);
      at += width;
    }
  }
  return end < to ? `${out}..."` : `${out}"`;
}

/** Length in bytes of the UTF-8 character at `at`, 0 when the bytes there are none (RFC 3629: no overlong form, no surrogate). */
function runeWidth(bytes: Uint8Array, at: number, to: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const width = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (width === 0 || at + width > to) return 0;
  const second = bytes[at + 1]!;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < width; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  return width;
}

/** Whether bytes `from..to` are valid UTF-8. */
export function isUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; ) {
    const width = runeWidth(bytes, at, to);
    if (width === 0) return false;
    at += width;
  }
  return true;
}

import { OttlError } from "./errors.ts";

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};
const ESCAPE = /\\(?:([abfnrtv\\"])|x([0-7][0-9a-fA-F])|([01][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)/g;

/** The text between double quotes, with Go's escapes. Throws `OttlError` for others; `at` is where the opening quote stands. */
export function unquote(quoted: string, at: number): string {
  return quoted.slice(1, -1).replace(ESCAPE, (found, simple, hex, octal, short, long, offset: number) => {
    if (simple !== undefined) return SIMPLE[simple as string]!;
    const digits = (hex ?? short ?? long) as string | undefined;
    const point = octal === undefined ? Number.parseInt(digits ?? "", 16) : Number.parseInt(octal as string, 8);
    if (point <= 0x10ffff && (point & 0x1ff800) !== 0xd800) return String.fromCodePoint(point);
    const shown = quoted.slice(offset + 1, offset + 1 + Math.max(2, found.length));
    throw new OttlError(`found the escape ${shown}; a backslash itself is written \\\\`, at + 1 + offset);
  });
}

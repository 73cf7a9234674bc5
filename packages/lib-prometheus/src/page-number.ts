import { quote } from "./quote.ts";

/** Numbers of exposition pages: Go's `strconv.ParseFloat` without hexadecimal and underscores (Prometheus' parseFloat). */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** The powers of ten that a double holds exactly: a mantissa below 2^53 times or divided by one of them is correctly rounded. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** The double nearest to a decimal number, or the message of what is wrong with the text. Any length of text is taken. */
export function parseFloatText(text: string): number | string {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : `strconv.ParseFloat: parsing ${shown(text)}: value out of range`;
  }
  if (INFINITE.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/[pP_]/.test(text)) return "unsupported character in float";
  return `strconv.ParseFloat: parsing ${shown(text)}: invalid syntax`;
}

const shown = (text: string): string => quote(text, 128);

/** A value of JSON or of a page; Go writes infinities as "+Inf". */
export function numberOf(text: string): number {
  return /^[+-]?Inf$/i.test(text)
    ? text.startsWith("-")
      ? Number.NEGATIVE_INFINITY
      : Number.POSITIVE_INFINITY
    : Number(text);
}

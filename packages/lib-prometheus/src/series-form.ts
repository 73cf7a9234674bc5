const QUOTE = 34;
const COMMA = 44;
const EQUAL = 61;
const BACKSLASH = 92;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;
const decoder = new TextDecoder();

/**
 * A form of a series' labels: which names, in which order, plainly written (`{a="b",c="d"}`, a comma at the end is allowed; ASCII
 * without escapes and without empty values). Neighbours on a page have one form and most values in common, so reading one more
 * costs a comparison with the last; strings are made of what is asked for.
 */
export class SeriesForm {
  readonly names: readonly string[];
  /** By label: the number of the series (see `series`) that brought its present value. */
  readonly changedAt: Float64Array;
  /** How many series were read. */
  series = 0;
  /** The labels of the last series, from the brace on. */
  text: Uint8Array;
  /** By label: where its value stands in `text`; replaced by every series. */
  from: Int32Array;
  to: Int32Array;
  #length = 0;
  /** By label: the values may not differ from the first series'. */
  readonly #fixed: Uint8Array;
  #nextFrom: Int32Array;
  #nextTo: Int32Array;
  /** All of `text` as a string, when that was asked for. */
  #whole: string | undefined;
  readonly #values: string[];
  readonly #valueAt: Float64Array;

  /** `names` as `labelNames` found them in `bytes[from..to)`; series that differ in a label `isFixed` are not of the form. */
  constructor(
    names: readonly string[],
    bytes: Uint8Array,
    from: number,
    to: number,
    isFixed: (name: string) => boolean,
  ) {
    this.names = names;
    this.#fixed = new Uint8Array(names.length);
    // Not `slice`, which for a Buffer is a view of the page.
    this.text = new Uint8Array(bytes.subarray(from, to));
    const count = names.length;
    this.from = new Int32Array(count);
    this.to = new Int32Array(count);
    this.#nextFrom = new Int32Array(count);
    this.#nextTo = new Int32Array(count);
    this.changedAt = new Float64Array(count);
    this.#values = names.map(() => "");
    this.#valueAt = new Float64Array(count);
    this.#length = to - from;
    let at = 1;
    for (const [label, name] of names.entries()) {
      this.#fixed[label] = Number(isFixed(name));
      at += name.length + 2;
      this.from[label] = at;
      at = this.text.indexOf(QUOTE, at);
      this.to[label] = at;
      at += 2;
    }
    this.changedAt.fill(1);
    this.series = 1;
  }

  /** Reads `bytes[from..to)`, labels from the brace on, or nothing for a series without; false = they are not of this form, and nothing changed. */
  read(bytes: Uint8Array, from: number, to: number): boolean {
    const { names, text } = this;
    const count = names.length;
    if (count === 0) {
      if (from !== to) return false;
      this.series++;
      return true;
    }
    const ends = this.to;
    const nextFrom = this.#nextFrom;
    const nextTo = this.#nextTo;
    let firstChange = -1;
    let at = from;
    let known = 0;
    for (let label = 0; label < count; label++) {
      // `{name="` or `,name="`.
      const value = this.from[label]!;
      while (known < value) if (bytes[at++] !== text[known++]) return false;
      nextFrom[label] = at - from;
      const end = ends[label]!;
      while (known < end && bytes[at] === text[known]) {
        at++;
        known++;
      }
      if (known < end || bytes[at] !== QUOTE) {
        if (this.#fixed[label] === 1) return false;
        for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[++at]!) {
          if (byte === BACKSLASH || byte >= 0x80 || at >= to) return false;
        }
        if (at - from === nextFrom[label]) return false;
        if (firstChange < 0) firstChange = label;
        nextTo[label] = -1 - (at - from);
        known = end;
      } else nextTo[label] = at - from;
    }
    // The last quote and what closes the labels.
    const rest = to - at;
    if (!(bytes[at + 1] === BRACE_CLOSE && rest === 2)) {
      if (!(bytes[at + 1] === COMMA && bytes[at + 2] === BRACE_CLOSE && rest === 3)) return false;
    }
    this.series++;
    if (firstChange >= 0) this.#keep(bytes, from, to, firstChange);
    return true;
  }

  /** Takes the series just read, from a label on, as the one to compare with. */
  #keep(bytes: Uint8Array, from: number, to: number, first: number): void {
    const length = to - from;
    if (length > this.text.length) {
      const longer = new Uint8Array(length * 2);
      longer.set(this.text);
      this.text = longer;
    }
    const { text } = this;
    for (let i = this.#nextFrom[first]!; i < length; i++) text[i] = bytes[from + i]!;
    for (let label = first; label < this.names.length; label++) {
      const end = this.#nextTo[label]!;
      this.from[label] = this.#nextFrom[label]!;
      this.to[label] = end < 0 ? -1 - end : end;
      if (end < 0) this.changedAt[label] = this.series;
    }
    this.#length = length;
    this.#whole = undefined;
  }

  /** The value of a label. */
  value(label: number): string {
    const at = this.changedAt[label]!;
    if (this.#valueAt[label] !== at) {
      this.#whole ??= decoder.decode(this.text.subarray(0, this.#length));
      this.#values[label] = this.#whole.slice(this.from[label]!, this.to[label]!);
      this.#valueAt[label] = at;
    }
    return this.#values[label]!;
  }

  /** Whether a label has the value that a label of another form has. */
  hasValueOf(label: number, other: SeriesForm, otherLabel: number): boolean {
    const start = this.from[label]!;
    const length = this.to[label]! - start;
    const otherStart = other.from[otherLabel]!;
    if (other.to[otherLabel]! - otherStart !== length) return false;
    const [a, b] = [this.text, other.text];
    for (let i = 0; i < length; i++) if (a[start + i] !== b[otherStart + i]) return false;
    return true;
  }
}

/** The names of plainly written labels, `bytes[from..to)` from the brace on; undefined when they have no form or one comes twice. */
export function labelNames(bytes: Uint8Array, from: number, to: number): readonly string[] | undefined {
  const names: string[] = [];
  if (from === to) return names;
  if (bytes[from] !== BRACE_OPEN) return undefined;
  for (let at = from + 1; ; ) {
    const name = at;
    while (at < to && isBare(bytes[at]!)) at++;
    if (at === name || bytes[at] !== EQUAL || bytes[at + 1] !== QUOTE) return undefined;
    names.push(decoder.decode(bytes.subarray(name, at)));
    at += 2;
    const value = at;
    while (at < to && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH && bytes[at]! < 0x80) at++;
    if (at === value || bytes[at] !== QUOTE) return undefined;
    at++;
    if (bytes[at] === COMMA) at++;
    else if (bytes[at] !== BRACE_CLOSE) return undefined;
    if (at >= to) return undefined;
    if (bytes[at] === BRACE_CLOSE) return at + 1 === to && new Set(names).size === names.length ? names : undefined;
  }
}

/** Letters, digits and underscores; a scanner has seen that no digit comes first. */
function isBare(byte: number): boolean {
  const letter = byte | 32;
  return (letter >= 97 && letter <= 122) || byte === 95 || (byte >= 48 && byte <= 57);
}

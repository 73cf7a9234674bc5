const NEWLINE = 10;
const QUOTE = 34;
const BACKSLASH = 92;
const LETTER_N = 110;

/** Bytes of a line that is being written, behind a newline. Its buffer is used for one line after the other. */
export class LineWriter {
  bytes: Uint8Array = Uint8Array.of(NEWLINE, ...new Uint8Array(255));
  /** Where the next byte goes; the line begins at 1. */
  at = 1;

  clear(): void {
    this.at = 1;
  }
  byte(value: number): void {
    this.#reserve(1);
    this.bytes[this.at++] = value;
  }
  ascii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i);
  }
  raw(bytes: Uint8Array, from = 0, to = bytes.length): void {
    this.#reserve(to - from);
    for (let i = from; i < to; i++) this.bytes[this.at++] = bytes[i]!;
  }
  /** With a backslash before backslashes and quotes, and `\n` for newlines. */
  escaped(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve((to - from) * 2);
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      if (byte === NEWLINE || byte === QUOTE || byte === BACKSLASH) this.bytes[this.at++] = BACKSLASH;
      this.bytes[this.at++] = byte === NEWLINE ? LETTER_N : byte;
    }
  }

  #reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }
}

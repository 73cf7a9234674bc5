import { WireError, WireReader } from "@sluice/data";

const SYMBOL = 0x22;
const NONE = new Uint8Array(0);
/** More places than this are not kept room for. */
const MAX_KEPT = 1 << 14;

/** Where the symbols of an `io.prometheus.write.v2.Request` stand in it; for one request after the other. */
export class SymbolPlaces {
  bytes: Uint8Array = NONE;
  count = 0;
  /** Where each one begins and ends. */
  #at = new Int32Array(256);

  /** Finds them all. Throws WireError, also when the first one is not empty. */
  read(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.count = 0;
    const reader = new WireReader(bytes);
    while (reader.find(SYMBOL)) {
      const outer = reader.enter();
      this.#add(reader.pos, reader.end);
      reader.leave(outer);
    }
    if (this.count > 0 && this.length(0) > 0) throw new WireError("first symbol that is not empty");
  }
  /** Lets the request go. */
  clear(): void {
    this.bytes = NONE;
    this.count = 0;
    if (this.#at.length > MAX_KEPT) this.#at = new Int32Array(256);
  }

  from(ref: number): number {
    return this.#at[ref * 2]!;
  }
  to(ref: number): number {
    return this.#at[ref * 2 + 1]!;
  }
  length(ref: number): number {
    return this.to(ref) - this.from(ref);
  }
  /** A symbol as it stands in the request; undefined when there is none of this number. Without any symbols 0 is the empty one. */
  view(ref: number): Uint8Array | undefined {
    if (ref === 0 && this.count === 0) return NONE;
    return ref < this.count ? this.bytes.subarray(this.from(ref), this.to(ref)) : undefined;
  }

  #add(from: number, to: number): void {
    if (this.count * 2 === this.#at.length) {
      const grown = new Int32Array(this.#at.length * 2);
      grown.set(this.#at);
      this.#at = grown;
    }
    this.#at[this.count * 2] = from;
    this.#at[this.count * 2 + 1] = to;
    this.count++;
  }
}

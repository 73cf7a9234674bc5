import type { WireReader } from "@sluice/data";
import { SymbolPlaces } from "@sluice/lib-prometheus";
import { MAX_LABEL_BYTES } from "./key-1.ts";
import type { Known } from "./known.ts";
import type { Reason } from "./series-labels.ts";

const UNKNOWN = -1;
const NONE = new Uint8Array(0);
/** Type, help, unit. */
const HEAD = 3;
/** As many labels have room in the key of a series. */
const MAX_WORDS = MAX_LABEL_BYTES / 4;

/**
 * What a series of 2.0 is found by: its metadata and labels, as numbers of symbols that were met in any request. The symbols of a
 * request are looked up when a series first names them.
 */
export class KeyOf2 {
  readonly bytes: Uint8Array = new Uint8Array(MAX_LABEL_BYTES);
  readonly from = 0;
  to = 0;
  /** The number of the series; -1 = it was never seen. */
  series = -1;
  readonly #words = new DataView(this.bytes.buffer);
  /** References as the series has them: names and values. */
  readonly #refs = new Int32Array(MAX_WORDS);
  readonly #symbols = new SymbolPlaces();
  /** The symbols' numbers in `#known`. */
  #ids: Int32Array = new Int32Array(0);
  #known: Known | undefined;

  /** Finds the symbols of a request. Throws WireError. */
  start(bytes: Uint8Array): void {
    this.#symbols.read(bytes);
    const { count } = this.#symbols;
    if (this.#ids.length < count) this.#ids = new Int32Array(count);
    this.#known = undefined;
  }
  /** Lets the request go. */
  end(): void {
    this.#symbols.clear();
    this.#known = undefined;
    if (this.#ids.length > MAX_WORDS) this.#ids = new Int32Array(0);
  }

  /** Finds the series at which the reader stands, and passes over it; gives why it is not taken. */
  find(reader: WireReader, known: Known): Reason | undefined {
    this.#turnTo(known);
    let refs = 0;
    let type = 0;
    let help = 0;
    let unit = 0;
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x0a) {
        const outer = reader.enter();
        while (reader.more()) this.#refs[refs++] = reader.uint32();
        reader.leave(outer);
      } else if (tag === 0x08) this.#refs[refs++] = reader.uint32();
      else if (tag === 0x2a) {
        const outer = reader.enter();
        while (reader.more()) {
          const field = reader.tag();
          if (field === 0x08) type = reader.uint32();
          else if (field === 0x18) help = reader.uint32();
          else if (field === 0x20) unit = reader.uint32();
          else reader.skip(field);
        }
        reader.leave(outer);
      } else reader.skip(tag);
    }
    if (refs + HEAD > MAX_WORDS) return "labels_too_long";
    if (refs % 2 === 1) return "invalid_reference";
    return this.#look(known, refs, { type, help, unit });
  }

  #look(
    known: Known,
    refs: number,
    { type, help, unit }: { readonly type: number; readonly help: number; readonly unit: number },
  ): Reason | undefined {
    // The lowest byte is 0: no key of 1.0 begins so.
    this.#words.setInt32(0, (type & 0xff) << 8, true);
    if (!this.#put(known, 1, help) || !this.#put(known, 2, unit)) return "invalid_reference";
    let length = 0;
    for (let i = 0; i < refs; i++) {
      const ref = this.#refs[i]!;
      if (!this.#put(known, HEAD + i, ref)) return "invalid_reference";
      length += this.#lengthOf(ref);
    }
    if (length > MAX_LABEL_BYTES) return "labels_too_long";
    this.to = 4 * (HEAD + refs);
    this.series = known.keys.find(this.bytes, 0, this.to);
    return undefined;
  }

  /** Puts the number of a symbol into the key; false = the request has no such symbol. */
  #put(known: Known, place: number, ref: number): boolean {
    const symbols = this.#symbols;
    let id = UNKNOWN;
    // `refs` holds unsigned numbers as signed ones.
    if (ref >= 0 && ref < symbols.count) {
      id = this.#ids[ref]!;
      if (id === UNKNOWN) {
        id = known.symbols.id(symbols.bytes, symbols.from(ref), symbols.to(ref));
        this.#ids[ref] = id;
      }
    } else if (ref === 0) id = known.symbols.id(NONE, 0, 0);
    this.#words.setInt32(4 * place, id, true);
    return id !== UNKNOWN;
  }

  /** The text of a reference, as bytes; undefined when the request has none. */
  view(ref: number): Uint8Array | undefined {
    return this.#symbols.view(ref);
  }

  #lengthOf(ref: number): number {
    return this.#symbols.count === 0 ? 0 : this.#symbols.length(ref);
  }
  #turnTo(known: Known): void {
    if (this.#known === known) return;
    this.#known = known;
    this.#ids.fill(UNKNOWN, 0, this.#symbols.count);
  }
}
